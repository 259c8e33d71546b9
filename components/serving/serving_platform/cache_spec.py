"""Which nodes keep models on their disks, and what is refused."""

from collections.abc import Iterable, Sequence
from typing import NotRequired, Protocol, TypedDict

from pydantic import Field, field_validator

from ...cluster.node_pool.labels import taints
from ...cluster.node_pool.spec import AmiFamily, NodePoolSpec, TaintEffect
from ...core.node_labels import NVIDIA_TAINT
from ...core.spec import Spec, each_once, refuse

NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
"""That of a node pool."""


class CacheGroupConfig(TypedDict):
    """Nodes that keep models on their disks."""

    name: str
    """The group's name, by which models choose it."""
    pools: NotRequired[list[str]]
    """The node pools of the group; the one of its own name by default."""
    storage_gib: int
    """Disk in GiB that models may take on each of its nodes."""


class CacheGroupSpec(Spec):
    """Nodes that keep models on their disks."""

    name: str = Field(pattern=NAME_PATTERN, description="The group's name, by which models choose it.")
    pools: tuple[str, ...] = Field(
        default=(), description="The node pools of the group; the one of its own name by default."
    )
    storage_gib: int = Field(ge=1, le=16384, description="Disk in GiB that models may take on each of its nodes.")

    @field_validator("pools")
    @classmethod
    def _pools_once(cls, pools: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(pools, NAME_PATTERN, "pool name; use lower case letters, digits and hyphens")

    @property
    def nodes(self) -> tuple[str, ...]:
        """The pools whose nodes are the group's."""
        return self.pools or (self.name,)


def separate(groups: tuple[CacheGroupSpec, ...]) -> tuple[CacheGroupSpec, ...]:
    """`groups`, of which each has a name and pools of its own; refused otherwise."""
    each_once(tuple(group.name for group in groups), NAME_PATTERN, "group name")
    owners: dict[str, str] = {}
    for group in groups:
        for pool in group.nodes:
            if other := owners.get(pool):
                raise refuse(
                    pool,
                    f"pool {pool} is in the groups {other} and {group.name}, which would share its disks; keep one",
                )
            owners[pool] = group.name
    return groups


class Cached(Protocol):
    """A model in the cache."""

    @property
    def group(self) -> str:
        """The group on whose nodes it is kept."""
        ...

    @property
    def size_gib(self) -> int:
        """How large it is."""
        ...


def overfull(groups: Iterable[CacheGroupSpec], models: Sequence[tuple[str, str, Cached]]) -> str | None:
    """What is wrong with models' caching, each given with its name and its folder: a folder is kept once a node."""
    limits = {group.name: group.storage_gib for group in groups}
    kept: dict[str, dict[str, int]] = {name: {} for name in limits}
    for name, folder, cache in models:
        if cache.group not in limits:
            known = f"one of {', '.join(limits)}" if limits else "none, for platform.modelCache is empty"
            return f"model {name}: cache.group = {cache.group} is no group of platform.modelCache; there is {known}"
        sizes = kept[cache.group]
        sizes[folder] = max(cache.size_gib, sizes.get(folder, 0))
        if (total := sum(sizes.values())) > limits[cache.group]:
            return (
                f"model {name}: with its {cache.size_gib} GiB the models of group {cache.group} take {total} GiB, "
                f"and its storageGib is {limits[cache.group]}; raise it or cache fewer"
            )
    return None


def unfit(
    groups: Iterable[CacheGroupSpec], pools: Iterable[NodePoolSpec], models: Iterable[tuple[str, str, bool]] = ()
) -> str | None:
    """What is wrong with groups, and with models by their name, group and need of a GPU, on the pools of a cluster.

    Half of a node's disk is left for images, logs and what pods write: the kubelet evicts pods when a tenth of it, or
    less than 15% of it for images, is free, and counts none of the cache as theirs.
    """
    groups, known = tuple(groups), {pool.name: pool for pool in pools}
    for group in groups:
        for name in group.nodes:
            if problem := _unfit(group, name, known):
                return f"group {group.name}: {problem}"
    places = {group.name: [known[name] for name in group.nodes] for group in groups}
    for name, group, on_gpu in models:
        # The taint of GPU nodes keeps all others away.
        if not any(pool.lead.has_nvidia is on_gpu for pool in places.get(group, ())):
            what = "a GPU, which no" if on_gpu else "no GPU, and each"
            return f"model {name} asks for {what} pool of its cache.group = {group} has; choose another group"
    return None


def _unfit(group: CacheGroupSpec, name: str, known: dict[str, NodePoolSpec]) -> str | None:
    pool = known.get(name)
    if pool is None:
        return (
            f"pool {name} is none of gpuCluster.nodePools, which are {', '.join(known)}; a node of another kind starts "
            "empty, and is gone before its copy pays"
        )
    if group.storage_gib > pool.volume_gib // 2:
        return (
            f"storageGib = {group.storage_gib} is more than half of diskGib = {pool.volume_gib} of pool {name}; lower "
            "it or raise diskGib: models are on the node's EBS volume, not on disks of its own"
        )
    if pool.ami_family is not AmiFamily.AL2023:
        return f"pool {name} has amiFamily {pool.ami_family}, whose containers share no directory of a node; use al2023"
    keeping_away = (each.key for each in taints(pool) if each.effect is not TaintEffect.PREFER_NO_SCHEDULE)
    if further := next((key for key in keeping_away if key != NVIDIA_TAINT), None):
        return f"pool {name} has the taint {further}, which neither models nor downloads tolerate; name another pool"
    return None
