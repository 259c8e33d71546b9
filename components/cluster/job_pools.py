"""The node pools that teams share, and the GPUs that are guaranteed to each team."""

from collections.abc import Sequence
from math import floor
from typing import Any, NotRequired, Protocol, TypedDict

from pydantic import Field

from ..core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL, SYSTEM_TAINT
from ..core.problems import refuse_at
from ..core.spec import Spec
from ..core.teams import TeamQuotaSpec
from .gpu_cluster.spec import GpuClusterSpec
from .karpenter.spec import KarpenterPoolSpec
from .node_pool.labels import accelerator_taints, labels, resources, taints
from .node_pool.spec import AmiFamily, NodePoolSpec, Purchase, TaintConfig, TaintSpec

USABLE = 0.85
"""The share of a node's CPUs and memory for teams. The kubelet, DaemonSets and their sidecars use the rest."""
GPU = "nvidia.com/gpu"


class QueuedTeam(Protocol):
    """A team with a queue."""

    @property
    def name(self) -> str:
        """The team's name, and its queue's."""
        ...

    @property
    def homes(self) -> tuple[str, ...]:
        """The team's namespaces. Its workloads are queued in the first one."""
        ...

    @property
    def quota(self) -> TeamQuotaSpec:
        """The most that its workloads may request together."""
        ...


class PoolConfig(TypedDict):
    """A pool of nodes for queued workloads."""

    name: str
    """The pool's name, the value of the label mlplatform.io/pool on its nodes."""
    nodes: int
    """The maximum number of nodes."""
    cpu: int
    """CPUs of each node."""
    memory_gib: int
    """Memory of each node in GiB."""
    gpus: NotRequired[int]
    """GPUs of each node; a shared GPU counts once per share."""
    taints: NotRequired[list[TaintConfig]]
    """The taints of its nodes."""
    labels: NotRequired[dict[str, str]]
    """Further labels of its nodes, by which workloads select a pool. Default: none."""
    spot: NotRequired[bool]
    """Whether AWS may reclaim its nodes. Default: false."""


class PoolSpec(Spec):
    """A pool of nodes for queued workloads."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
        description="The pool's name, the value of the label mlplatform.io/pool on its nodes.",
    )
    nodes: int = Field(ge=1, le=10000, description="The maximum number of nodes.")
    cpu: int = Field(ge=1, le=10_000, description="CPUs of each node.")
    memory_gib: int = Field(ge=1, le=100_000, description="Memory of each node in GiB.")
    gpus: int = Field(default=0, ge=0, le=10_000, description="GPUs of each node; a shared GPU counts once per share.")
    taints: tuple[TaintSpec, ...] = Field(default=(), description="The taints of its nodes.")
    labels: dict[str, str] = Field(
        default={},
        max_length=7,
        description="Further labels of its nodes, by which workloads select a pool. A flavor allows eight labels.",
    )
    spot: bool = Field(default=False, description="Whether AWS may reclaim its nodes.")

    @property
    def all_gpus(self) -> int:
        """The GPUs of all nodes."""
        return self.nodes * self.gpus

    @property
    def all_cpus(self) -> int:
        """The CPUs of all nodes that teams may use."""
        return floor(self.nodes * self.cpu * USABLE)

    @property
    def all_memory_gib(self) -> int:
        """The memory of all nodes that teams may use, in GiB."""
        return floor(self.nodes * self.memory_gib * USABLE)


class GuaranteeConfig(TypedDict):
    """GPUs that are guaranteed to a team."""

    team: str
    """The team."""
    pool: str
    """The pool of the GPUs."""
    gpus: int
    """How many."""


class GuaranteeSpec(Spec):
    """GPUs that are guaranteed to a team. Other teams may borrow them until the team needs them."""

    team: str = Field(description="The team.")
    pool: str = Field(description="The pool of the GPUs.")
    gpus: int = Field(ge=1, le=100_000, description="How many.")


def pools_of(cluster: GpuClusterSpec) -> list[dict[str, Any]]:
    """The pools of a cluster for pods of teams, as `PoolConfig`s with their maximum size."""
    managed = [pool for pool in cluster.node_pools if SYSTEM_TAINT not in {taint.key for taint in pool.taints}]
    shared = [pool for pool in managed if pool is not cluster.system_pool] or managed
    bought = cluster.karpenter.pools if cluster.karpenter else ()
    return [*(_managed(pool) for pool in shared), *(_bought(pool) for pool in bought)]


def _bought(pool: KarpenterPoolSpec) -> dict[str, Any]:
    """A Karpenter pool, calculated with the instance type that its limits allow least of.

    Karpenter chooses the type for each pod. Guarantees must not exceed what it can add of any type.
    """
    lead, nodes = min(
        ((each, nodes) for each in pool.types if (nodes := pool.admitted(each))),
        key=lambda each: (each[1] * each[0].accelerators, each[1] * each[0].vcpus, each[1] * each[0].memory_mib),
    )
    has_plugin = lead.has_nvidia and pool.ami_family is AmiFamily.AL2023
    return {
        "name": pool.name,
        "nodes": nodes,
        "cpu": lead.vcpus,
        "memory_gib": lead.memory_mib // 1024,
        "gpus": lead.accelerators if lead.has_nvidia else 0,
        "taints": [taint.model_dump() for taint in (*accelerator_taints(lead), *pool.taints)],
        "labels": {DEVICE_PLUGIN_CONFIG_LABEL: "exclusive"} if has_plugin else {},
        "spot": pool.spot,
    }


def _managed(pool: NodePoolSpec) -> dict[str, Any]:
    sharing = labels(pool).get(DEVICE_PLUGIN_CONFIG_LABEL)
    return {
        "name": pool.name,
        "nodes": pool.peak,
        "cpu": pool.lead.vcpus,
        "memory_gib": pool.lead.memory_mib // 1024,
        "gpus": resources(pool).get(GPU, 0),
        "taints": [taint.model_dump() for taint in taints(pool)],
        "labels": {DEVICE_PLUGIN_CONFIG_LABEL: sharing} if sharing else {},
        "spot": pool.purchase is Purchase.SPOT,
    }


def guaranteed(
    teams: Sequence[QueuedTeam], pools: Sequence[PoolSpec], given: Sequence[GuaranteeSpec]
) -> dict[str, dict[str, int]]:
    """The GPUs guaranteed to each team, by pool.

    A team without guarantees gets its whole quota, if exactly one pool has GPUs.

    Raises:
        ValidationError: when the guarantees exceed a pool's GPUs or a team's quota.
    """
    found: dict[str, dict[str, int]] = {team.name: {} for team in teams}
    with_gpus = {pool.name: pool for pool in pools if pool.gpus}
    for index, each in enumerate(given):
        if each.team not in found:
            known = ", ".join(found)
            raise refuse_at(f"guarantees[{index}].team", each.team, f"teams lacks it; name one of {known}", list(found))
        if each.pool not in with_gpus:
            known = ", ".join(with_gpus) or "none: add a pool with GPUs"
            remedy = f"no pool with GPUs has this name; pools with GPUs: {known}"
            raise refuse_at(f"guarantees[{index}].pool", each.pool, remedy, list(with_gpus))
        if each.pool in found[each.team]:
            raise refuse_at(
                f"guarantees[{index}].pool", each.pool, f"{each.team} has a guarantee in it; write one only"
            )
        found[each.team][each.pool] = each.gpus
    for index, team in enumerate(teams):
        if team.quota.gpus and not found[team.name]:
            found[team.name] = {_only_pool(index, team, list(with_gpus)): team.quota.gpus}
    _refuse_excess(teams, with_gpus, found)
    return found


def _only_pool(index: int, team: QueuedTeam, pools: list[str]) -> str:
    if len(pools) == 1:
        return pools[0]
    remedy = (
        f"several pools have GPUs: {', '.join(pools)}; add guarantees for team {team.name}"
        if pools
        else "no pool has GPUs; add a pool with GPUs, or write 0"
    )
    raise refuse_at(f"teams[{index}].quota.gpus", team.quota.gpus, remedy)


def _refuse_excess(teams: Sequence[QueuedTeam], pools: dict[str, PoolSpec], found: dict[str, dict[str, int]]) -> None:
    for name, pool in pools.items():
        promised = {team: gpus[name] for team, gpus in found.items() if gpus.get(name)}
        if sum(promised.values()) > pool.all_gpus:
            who = ", ".join(f"{team} {gpus}" for team, gpus in promised.items())
            raise refuse_at(
                "guarantees",
                sum(promised.values()),
                f"guarantees exceed the {pool.all_gpus} GPUs of pool {name} ({who}); lower a guarantee or a quota, or "
                "raise the pool's maximum",
            )
    everything = sum(pool.all_gpus for pool in pools.values())
    for index, team in enumerate(teams):
        guaranteed_gpus = sum(found[team.name].values())
        if guaranteed_gpus > team.quota.gpus:
            remedy = f"guarantees give team {team.name} {guaranteed_gpus} GPUs; raise the quota, or lower a guarantee"
            raise refuse_at(f"teams[{index}].quota.gpus", team.quota.gpus, remedy)
        if team.quota.gpus > everything:
            raise refuse_at(
                f"teams[{index}].quota.gpus", team.quota.gpus, f"the pools have {everything}; lower the quota"
            )


def refuse_larger_quotas(teams: Sequence[QueuedTeam], pools: Sequence[PoolSpec]) -> None:
    """Refuse a team's quota of CPUs or memory that is larger than all pools together."""
    there = {
        "cpu": sum(pool.all_cpus for pool in pools),
        "memoryGib": sum(pool.all_memory_gib for pool in pools),
    }
    for index, team in enumerate(teams):
        amounts = {"cpu": team.quota.cpu, "memoryGib": team.quota.memory_gib}
        larger = [field for field, amount in amounts.items() if amount > there[field]]
        if larger:
            others = "".join(f"; {field} = {amounts[field]} is larger than {there[field]}, too" for field in larger[1:])
            remedy = f"the pools have {there[larger[0]]} for teams; lower the quota, or add pools{others}"
            raise refuse_at(f"teams[{index}].quota.{larger[0]}", amounts[larger[0]], remedy)
