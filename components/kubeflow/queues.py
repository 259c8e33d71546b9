"""Kueue's objects: where each team's work waits, what it is sure of, and what it may borrow, as manifests."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.manifest import kubernetes_object
from ..core.node_labels import POOL_LABEL
from ..core.teams import TeamSpec
from .pools import GPU, PoolSpec

Manifest = dict[str, Any]

COHORT = "teams"
LOCAL_QUEUE = "default"
"""Kueue puts work that names no queue into the one of this name. Source: Kueue, "Setup LocalQueue defaulting"."""
_VERSION = "kueue.x-k8s.io/v1beta2"
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute"}


def flavors(pools: Sequence[PoolSpec]) -> list[Manifest]:
    """The pools as Kueue sees them: admitted work is sent to their nodes and let past their taints.

    Kueue weighs what work says of nodes by the labels that flavors have, and by no other: a notebook that wants a whole
    GPU is kept from a pool whose GPUs are shared by the label of its device plugin. Source: Kueue,
    pkg/scheduler/flavorassigner, flavorSelector.
    """
    return [_flavor(pool) for pool in pools]


def _flavor(pool: PoolSpec) -> Manifest:
    spec: Manifest = {"nodeLabels": {**pool.labels, POOL_LABEL: pool.name}}
    tolerations = [
        {"key": taint.key, "operator": "Exists", "effect": _EFFECTS[str(taint.effect)]}
        for taint in pool.taints
        if str(taint.effect) in _EFFECTS
    ]
    if tolerations:
        spec["tolerations"] = tolerations
    return kubernetes_object(_VERSION, "ResourceFlavor", pool.name, spec=spec)


def cluster_queues(
    teams: Sequence[TeamSpec],
    pools: Sequence[PoolSpec],
    guaranteed: Mapping[str, Mapping[str, int]],
    *,
    borrowing: bool,
) -> list[Manifest]:
    """A queue for each team, with its part of every pool; all of them together never have more than there is.

    With `borrowing` a team uses what others leave, up to its quota, until they want it back.
    """
    # Without accelerators first: work that asks for no GPU is not to fill the nodes that have some.
    ordered = sorted(pools, key=lambda pool: bool(pool.gpus))
    return [_cluster_queue(team, teams, ordered, guaranteed, borrowing) for team in teams]


def _cluster_queue(
    team: TeamSpec,
    teams: Sequence[TeamSpec],
    pools: Sequence[PoolSpec],
    guaranteed: Mapping[str, Mapping[str, int]],
    borrowing: bool,
) -> Manifest:
    resources = [
        {"name": pool.name, "resources": _part(team, teams, pool, guaranteed, borrowing=borrowing)} for pool in pools
    ]
    spec: Manifest = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": team.homes[0]}},
        "queueingStrategy": "BestEffortFIFO",
        "resourceGroups": [{"coveredResources": ["cpu", "memory", GPU], "flavors": resources}],
        "preemption": {"withinClusterQueue": "LowerPriority"},
    }
    if borrowing:
        spec["cohortName"] = COHORT
        spec["preemption"]["reclaimWithinCohort"] = "Any"
    return kubernetes_object(_VERSION, "ClusterQueue", team.name, spec=spec)


def _part(
    team: TeamSpec,
    teams: Sequence[TeamSpec],
    pool: PoolSpec,
    guaranteed: Mapping[str, Mapping[str, int]],
    *,
    borrowing: bool,
) -> list[Manifest]:
    """The team's part of a pool: of one with GPUs as much of each node's CPUs and memory as of its GPUs; of another in
    the measure of its quota."""
    gpus = guaranteed[team.name].get(pool.name, 0)
    if pool.gpus:
        part, whole = gpus, pool.all_gpus
        cpu, memory = pool.all_cpus * part // whole, pool.all_memory_gib * part // whole
    else:
        cpu = _measured(pool.all_cpus, [each.quota.cpu for each in teams], team.quota.cpu)
        memory = _measured(pool.all_memory_gib, [each.quota.memory_gib for each in teams], team.quota.memory_gib)
    kept: dict[str, Manifest] = {
        "cpu": {"nominalQuota": str(cpu)},
        "memory": {"nominalQuota": f"{memory}Gi"},
        GPU: {"nominalQuota": str(gpus)},
    }
    if borrowing:
        most = min(pool.all_gpus, team.quota.gpus)
        kept[GPU]["borrowingLimit"] = str(max(0, most - gpus))
    return [{"name": resource, **amounts} for resource, amounts in kept.items()]


def _measured(whole: int, quotas: Sequence[int], own: int) -> int:
    """A part of `whole` in the measure of quotas, and no more than one's own."""
    return min(own, whole * own // sum(quotas))


def local_queue(team: TeamSpec) -> Manifest:
    """The team's queue in its namespace."""
    spec = {"clusterQueue": team.name}
    return kubernetes_object(_VERSION, "LocalQueue", LOCAL_QUEUE, team.homes[0], spec=spec)
