"""The node types of ElastiCache: their vCPUs and their capacity for data."""

from typing import NamedTuple

RESERVED_SHARE = 0.25
"""The share of a node's memory that `reserved-memory-percent` reserves for snapshots, failover and replication.

Source: ElastiCache user guide, "Managing reserved memory for Valkey and Redis OSS".
"""


class CacheNode(NamedTuple):
    """A node type: its vCPUs, its memory and, with data tiering, its SSD, in GiB."""

    vcpus: int
    memory: float
    ssd: float = 0.0

    @property
    def usable(self) -> float:
        """The capacity for data, in GiB: the memory that is not reserved, and all of the SSD."""
        return self.memory * (1 - RESERVED_SHARE) + self.ssd


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


def usable_gib(node_type: str) -> float | None:
    """A node's capacity for data, in GiB; None for an unknown type."""
    node = NODES.get(node_type)
    return node.usable if node else None
