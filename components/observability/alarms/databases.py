"""Alarms of RDS instances. The thresholds come from the instance's class and storage.

Sources: RDS user guide, "Amazon CloudWatch instance-level metrics for Amazon RDS", "Maximum number of database
connections" (the default of max_connections), "Managing capacity automatically with Amazon RDS storage autoscaling" and
"Implementing an early warning system for transaction ID wraparound".
"""

from collections.abc import Iterator

import pulumi

from ...core.metric_alarms import Comparison, Metric, Missing, Watch, one
from ...facts.burst_credits import credits_an_hour
from ...facts.instances import instance_type
from .spec import DatabaseEngine, WatchedDatabaseSpec
from .watches import Rated, critical, warning

EVENTS = ("availability", "failover", "failure", "low storage")
"""The categories of RDS events that an on-call engineer must know. CloudWatch has no metric of a failover."""

_BYTES_A_CONNECTION = {DatabaseEngine.POSTGRES: 9_531_392, DatabaseEngine.MYSQL: 12_582_880}
_MOST_CONNECTIONS = {DatabaseEngine.POSTGRES: 5_000, DatabaseEngine.MYSQL: 16_000}
_OWN_MEMORY = 0.1
"""The share of the memory that is not in DBInstanceClassMemory: the operating system and the processes of RDS."""
_BUSY_SHARE = 0.8
_SMALLEST_CONNECTIONS = 50
"""For a class whose memory is not known: fewer than any class allows, so that the alarm rings early."""
_FREE_SHARE = 0.1
_BUSY_PERCENT = 90
_OLDEST_TRANSACTION = 1_000_000_000
_LAG_SECONDS = 60
_GIB = 2**30


def database_watches(spec: WatchedDatabaseSpec, identifier: pulumi.Input[str]) -> dict[str, Rated]:
    """The watches of an instance by short names."""
    return {f"{spec.name}-{short}": rated for short, rated in _watches(spec, identifier)}


def connections_of(spec: WatchedDatabaseSpec) -> int:
    """The connections that the engine allows by default: its memory over the bytes that it plans for each."""
    if spec.maximum_connections is not None:
        return spec.maximum_connections
    machine = instance_type(spec.instance_class.removeprefix("db."))
    if not machine:
        return _SMALLEST_CONNECTIONS
    memory = machine.memory_mib * 2**20 * (1 - _OWN_MEMORY)
    return min(int(memory / _BYTES_A_CONNECTION[spec.engine]), _MOST_CONNECTIONS[spec.engine])


def _watches(spec: WatchedDatabaseSpec, identifier: pulumi.Input[str]) -> Iterator[tuple[str, Rated]]:
    def read(name: str) -> dict[str, Metric]:
        return one(Metric("AWS/RDS", name, {"DBInstanceIdentifier": identifier}))

    free = spec.storage_gib * _FREE_SHARE
    yield (
        "storage",
        critical(
            Watch(
                read("FreeStorageSpace"),
                free * _GIB,
                f"{spec.name}: less than {free:g} GiB of storage is free for 15 minutes, 10% of {spec.storage_gib} "
                "GiB, or the instance sends no metrics. RDS should have added storage: raise maximumStorageGib, or "
                "look for replication slots and logs that fill it. A full instance stops.",
                comparison=Comparison.BELOW,
                statistic="Minimum",
                periods=15,
                missing=Missing.BROKEN,
            )
        ),
    )
    allowed = connections_of(spec)
    busy = int(allowed * _BUSY_SHARE)
    yield (
        "connections",
        warning(
            Watch(
                read("DatabaseConnections"),
                busy,
                f"{spec.name}: more than {busy:,} connections are open, 80% of about {allowed:,} that a "
                f"{spec.instance_class} allows. Look for clients without a pool, or choose a class with more memory.",
            )
        ),
    )
    yield (
        "cpu",
        warning(
            Watch(
                read("CPUUtilization"),
                _BUSY_PERCENT,
                f"{spec.name}: the processors are above {_BUSY_PERCENT}% for 15 minutes. Find expensive queries in "
                "Performance Insights, or choose a larger class.",
                statistic="Average",
                periods=15,
            )
        ),
    )
    earned = credits_an_hour(spec.instance_class)
    if earned:
        yield (
            "credits",
            warning(
                Watch(
                    read("CPUCreditBalance"),
                    earned,
                    f"{spec.name}: fewer than {earned:g} CPU credits are left, which a {spec.instance_class} earns in "
                    "an hour. From now on RDS charges for surplus credits: choose an m or r class.",
                    comparison=Comparison.BELOW,
                    statistic="Minimum",
                    seconds=300,
                    periods=3,
                )
            ),
        )
    if spec.engine is DatabaseEngine.POSTGRES and not spec.read_replica:
        yield (
            "transactions",
            critical(
                Watch(
                    read("MaximumUsedTransactionIDs"),
                    _OLDEST_TRANSACTION,
                    f"{spec.name}: the oldest transaction ID is {_OLDEST_TRANSACTION:,} old, half of what PostgreSQL "
                    "has. End long transactions, drop unused replication slots, and let VACUUM run: PostgreSQL refuses "
                    "writes before the IDs wrap around.",
                    seconds=300,
                    periods=1,
                )
            ),
        )
    if spec.read_replica:
        yield (
            "lag",
            warning(
                Watch(
                    read("ReplicaLag"),
                    _LAG_SECONDS,
                    f"{spec.name}: the replica is more than {_LAG_SECONDS} seconds behind. Reduce the rate of writes "
                    "or the length of queries, or choose a larger class.",
                    periods=10,
                )
            ),
        )
