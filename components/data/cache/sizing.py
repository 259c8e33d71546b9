"""How many shards of which node type hold so many gigabytes. Knows no price and nothing of Pulumi."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...facts.cache_nodes import NODES, CacheNode

MOST_NODES = 90
"""The nodes of one type that a cluster may have, primaries and replicas, unless AWS raises the quota.

Source: ElastiCache user guide, "Quotas for ElastiCache".
"""


_VCPU_WEIGHT = 8
"""A vCPU costs about as much as 8 GiB of memory, on average over the families of the price list."""


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
    return round(layout.shards * _weight(NODES[layout.node_type]), 6), layout.shards, _ORDER[layout.node_type]


def largest(headroom: float, data_tiering: bool, replicas: int) -> float:
    """The most gigabytes that one cluster can be asked to hold, in GiB."""
    shards = MOST_NODES // (1 + replicas)
    usable = [node.usable for name, node in NODES.items() if data_tiering or not tiers(name)]
    return max(usable) * shards * (1 - headroom)


def _weight(node: CacheNode) -> float:
    """What a node costs in relation to others, where no price is known: its memory in GiB, and its vCPUs as memory."""
    return node.memory + node.vcpus * _VCPU_WEIGHT
