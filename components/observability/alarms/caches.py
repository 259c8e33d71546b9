"""Alarms of ElastiCache clusters, by node: CloudWatch has most metrics for a node alone.

Sources: ElastiCache user guide, "Metrics for Valkey and Redis OSS", "Which metrics should I monitor?", "Host-level
metrics" and "Data tiering"; the API reference's quota of 65,000 connections of a node. ElastiCache can't publish its
own events to an encrypted SNS topic ("Event notifications and Amazon SNS"), so a failover is seen by `IsMaster`.
"""

from collections.abc import Iterator, Mapping

import pulumi

from ...core.metric_alarms import MOST_METRICS, Comparison, Metric, Missing, Watch
from ...facts.burst_credits import credits_an_hour
from ...facts.cache_nodes import NODES
from .spec import WatchedCacheSpec
from .watches import Rated, critical, numbered, parts, warning

_NAMESPACE = "AWS/ElastiCache"
_MOST_CONNECTIONS = 65_000
_BUSY_SHARE = 0.8
_FILLING, _FULL = 75, 90
"""Percent of the capacity for data."""
_BUSY_PERCENT = 90
_LAG_SECONDS = 30
_SMALL = 2
"""Of nodes with so many vCPUs, AWS proposes to watch the whole host's processor instead of the engine's thread."""


def cache_watches(spec: WatchedCacheSpec, group: pulumi.Input[str]) -> dict[str, Rated]:
    """The watches of a cluster by short names. Each has the nodes of as many shards as an alarm can read."""
    found: dict[str, Rated] = {}
    nodes = 1 + spec.replicas
    shards = range(1, spec.shards + 1)
    for label, some in parts("", list(shards), MOST_METRICS // nodes).items():
        ids = {
            f"{shard:04d}-{node:03d}": pulumi.Output.concat(group, f"-{shard:04d}-{node:03d}")
            for shard in some
            for node in range(1, nodes + 1)
        }
        where = f"{spec.name}, shards {some[0]} to {some[-1]}" if len(some) > 1 else f"{spec.name}, shard {some[0]}"
        found |= {f"{spec.name}-{short}{label}": rated for short, rated in _watches(spec, ids, where)}
    return found


def _watches(
    spec: WatchedCacheSpec, nodes: Mapping[str, pulumi.Output[str]], where: str
) -> Iterator[tuple[str, Rated]]:
    node = NODES[spec.node_type]

    def read(name: str) -> dict[str, Metric]:
        return numbered(
            Metric(_NAMESPACE, name, {"CacheClusterId": each, "CacheNodeId": "0001"}) for each in nodes.values()
        )

    if not spec.evicts:
        kind = "Capacity" if node.ssd else "Memory"
        used = read(f"Database{kind}UsageCountedForEvictPercentage")
        capacity = f"{node.usable:.1f} GiB of a {spec.node_type}"
        yield (
            "filling",
            warning(
                Watch(
                    used,
                    _FILLING,
                    f"{where}: a node uses more than {_FILLING}% of its capacity for data ({capacity}). Add shards or "
                    "choose a larger node type, or expire features that nobody reads.",
                    "MAX(METRICS())",
                    periods=15,
                )
            ),
        )
        yield (
            "full",
            critical(
                Watch(
                    used,
                    _FULL,
                    f"{where}: a node uses more than {_FULL}% of its capacity for data ({capacity}), or no node sends "
                    "metrics. The policy is noeviction, so a full node refuses writes. Stop what fills it, then add "
                    "shards.",
                    "MAX(METRICS())",
                    missing=Missing.BROKEN,
                )
            ),
        )
        yield (
            "evictions",
            critical(
                Watch(
                    read("Evictions"),
                    0,
                    f"{where}: a node evicted keys, which a store must never do. Set maxmemory-policy back to "
                    "noeviction, and write the lost features again from the offline store.",
                    "MAX(METRICS())",
                    statistic="Sum",
                    periods=1,
                )
            ),
        )
    host = node.vcpus <= _SMALL
    busy = _BUSY_PERCENT / node.vcpus if host else float(_BUSY_PERCENT)
    yield (
        "cpu",
        warning(
            Watch(
                read("CPUUtilization" if host else "EngineCPUUtilization"),
                busy,
                f"{where}: a node's {'processors are' if host else 'engine is'} above {busy:g}% for 15 minutes. Find "
                "expensive commands in the slow log, or add shards.",
                "MAX(METRICS())",
                statistic="Average",
                periods=15,
            )
        ),
    )
    limit = _MOST_CONNECTIONS * _BUSY_SHARE
    yield (
        "connections",
        warning(
            Watch(
                read("CurrConnections"),
                limit,
                f"{where}: a node has more than {limit:,.0f} of its {_MOST_CONNECTIONS:,} connections. Look for "
                "clients that open a connection for each request.",
                "MAX(METRICS())",
            )
        ),
    )
    earned = credits_an_hour(spec.node_type)
    if earned:
        yield (
            "credits",
            warning(
                Watch(
                    read("CPUCreditBalance"),
                    earned,
                    f"{where}: a node has fewer than {earned:g} CPU credits, which it earns in an hour. It will slow "
                    "down: choose an m or r node type.",
                    "MIN(METRICS())",
                    comparison=Comparison.BELOW,
                    statistic="Minimum",
                    periods=15,
                )
            ),
        )
    if spec.replicas:
        yield (
            "lag",
            warning(
                Watch(
                    read("ReplicationLag"),
                    _LAG_SECONDS,
                    f"{where}: a replica is more than {_LAG_SECONDS} seconds behind. A failover would lose these "
                    "writes. Reduce the rate of writes, or choose larger nodes.",
                    "MAX(METRICS())",
                )
            ),
        )
        yield (
            "failover",
            warning(
                Watch(
                    read("IsMaster"),
                    0,
                    f"{where}: a node became the primary or stopped being it. Check that clients reconnected, and read "
                    "the cluster's events for the cause.",
                    "MAX(ABS(DIFF(METRICS())))",
                    breaching=1,
                )
            ),
        )
