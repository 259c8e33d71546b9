"""How many shards of which node type hold so many gigabytes. Knows no price and nothing of Pulumi."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

RESERVED_SHARE = 0.25
"""The share of a node's memory that `reserved-memory-percent` keeps from data, for snapshots, failover and replication.

Source: ElastiCache user guide, "Managing reserved memory for Valkey and Redis OSS".
"""

MOST_NODES = 90
"""The nodes of one type that a cluster may have, primaries and replicas, unless AWS raises the quota.

Source: ElastiCache user guide, "Quotas for ElastiCache".
"""


_VCPU_WEIGHT = 8
"""A vCPU costs about as much as so many GiB of memory, over the families of the price list."""


class CacheNode(NamedTuple):
    """A node type: its vCPUs, its memory and, with data tiering, its SSD, in GiB."""

    vcpus: int
    memory: float
    ssd: float = 0.0

    @property
    def usable(self) -> float:
        """What a node holds, in GiB: the memory that is not reserved, and all of its SSD."""
        return self.memory * (1 - RESERVED_SHARE) + self.ssd

    @property
    def weight(self) -> float:
        """What a node takes up of what is paid for, where no price is known: memory, and vCPUs as if they were."""
        return self.memory + self.vcpus * _VCPU_WEIGHT


_MEMORY_OPTIMIZED = {
    "large": 13.07,
    "xlarge": 26.32,
    "2xlarge": 52.82,
    "4xlarge": 105.81,
    "8xlarge": 209.55,
    "12xlarge": 317.77,
    "16xlarge": 419.09,
}
_GENERAL_PURPOSE = {
    "large": 6.38,
    "xlarge": 12.93,
    "2xlarge": 26.04,
    "4xlarge": 52.26,
    "8xlarge": 103.68,
    "12xlarge": 157.12,
    "16xlarge": 209.55,
}
_VCPUS = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64}
_BURSTABLE = {"micro": 0.5, "small": 1.37, "medium": 3.09}
_SSD = {
    "xlarge": 99.33,
    "2xlarge": 199.07,
    "4xlarge": 398.14,
    "8xlarge": 796.28,
    "12xlarge": 1194.42,
    "16xlarge": 1592.56,
}

NODES: dict[str, CacheNode] = {
    **{f"cache.t4g.{size}": CacheNode(2, memory) for size, memory in _BURSTABLE.items()},
    **{f"cache.r6g.{size}": CacheNode(_VCPUS[size], memory) for size, memory in _MEMORY_OPTIMIZED.items()},
    **{f"cache.r7g.{size}": CacheNode(_VCPUS[size], memory) for size, memory in _MEMORY_OPTIMIZED.items()},
    **{f"cache.m7g.{size}": CacheNode(_VCPUS[size], memory) for size, memory in _GENERAL_PURPOSE.items()},
    **{f"cache.r6gd.{size}": CacheNode(_VCPUS[size], _MEMORY_OPTIMIZED[size], ssd) for size, ssd in _SSD.items()},
}
"""The node types of the current generations by name. Source: AWS price list, AmazonElastiCache, 2025-03-14."""

_ORDER = {node_type: place for place, node_type in enumerate(NODES)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Shards of one node type. `gigabytes` is what they hold together, in GiB, reserved memory taken off."""

    node_type: str
    shards: int
    gigabytes: float


def tiers(node_type: str) -> bool:
    """Whether nodes of the type keep what is seldom read on SSD, which AWS can't switch off for them."""
    return NODES[node_type].ssd > 0


def layout(node_type: str, shards: int) -> Layout:
    """What so many shards of a node type hold."""
    return Layout(node_type, shards, round(NODES[node_type].usable * shards, 4))


def shards_needed(node_type: str, gigabytes: float, headroom: float) -> int:
    """The fewest shards of a node type that hold `gigabytes` and leave the share `headroom` of what they hold free."""
    # Rounded, so that an exact multiple is not pushed to the next shard by the last bit of a division.
    return max(1, math.ceil(round(gigabytes / (NODES[node_type].usable * (1 - headroom)), 9)))


def layouts(gigabytes: float, headroom: float, data_tiering: bool, replicas: int) -> list[Layout]:
    """Every node type with the fewest shards that fit, within the nodes that AWS allows a cluster.

    Burstable nodes are for one shard alone: what needs more is no small cache.
    """
    found: list[Layout] = []
    for node_type in NODES:
        shards = shards_needed(node_type, gigabytes, headroom)
        allowed = 1 if node_type.startswith("cache.t") else MOST_NODES // (1 + replicas)
        if shards <= allowed and (data_tiering or not tiers(node_type)):
            found.append(layout(node_type, shards))
    return found


def tightest(candidates: Sequence[Layout]) -> Layout:
    """The layout that takes up least memory and vCPUs; of equals, the one with the fewest shards.

    Raises:
        ValueError: when there is no candidate.
    """
    if not candidates:
        raise ValueError("no layout to choose from")
    return min(candidates, key=_tightness)


def _tightness(layout: Layout) -> tuple[float, int, int]:
    return round(layout.shards * NODES[layout.node_type].weight, 6), layout.shards, _ORDER[layout.node_type]


def largest(headroom: float, data_tiering: bool, replicas: int) -> float:
    """The most gigabytes that one cluster can be asked to hold, in GiB."""
    shards = MOST_NODES // (1 + replicas)
    usable = [node.usable for name, node in NODES.items() if data_tiering or not tiers(name)]
    return max(usable) * shards * (1 - headroom)
