"""Whether the partitions of topics and the quotas of their consumers fit what the engine can do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....core.problems import Problem
from ....facts.kafka_brokers import BROKERS
from .topic_spec import TopicSpec

if TYPE_CHECKING:
    from .spec import EventStreamSpec

SHARD_READ_MIB = 2
"""What all readers without fan-out share of a shard in a second, and what each reader with fan-out has."""
SHARED_READERS = 5
"""Reads of a shard in a second: more readers can't each read once in a second."""
FAN_OUT_READERS = 20
"""Sources: Kinesis Data Streams developer guide, "Quotas and limits"; Kinesis API reference, RegisterStreamConsumer."""
ON_DEMAND_SHARDS = 4
"""What a new stream on demand can do at once: write 4 MiB and read 8 MiB in a second. It doubles with the use."""

SERVERLESS_PARTITIONS = 2400
SERVERLESS_COMPACTED = 120
SERVERLESS_READ_MIB = 400
SERVERLESS_PARTITION_READ_MIB = 10
SERVERLESS_GROUPS = 500
"""Source: Amazon MSK developer guide, "Amazon MSK quota", MSK Serverless."""


def capacity_problems(spec: "EventStreamSpec") -> Iterator[Problem]:
    """What does not fit: partitions, readers of a shard, and the sum of the quotas of consumers."""
    match spec.engine.value:
        case "kinesis":
            for index, topic in enumerate(spec.topics):
                yield from (each.within("topics", index) for each in _kinesis(topic, spec.partitions_of(topic)))
        case "msk-serverless":
            yield from _serverless(spec)
        case _:
            yield from _provisioned(spec)


def _quota(topic: TopicSpec) -> float:
    return sum(each.read_mib_per_second for each in topic.consumers)


def _kinesis(topic: TopicSpec, shards: int | None) -> Iterator[Problem]:
    limit = SHARD_READ_MIB * (shards or ON_DEMAND_SHARDS)
    where = f"{shards} shards" if shards else "a new stream on demand"
    shared = [each for each in topic.consumers if not each.fan_out]
    if len(shared) > SHARED_READERS:
        remedy = (
            f"{SHARED_READERS} readers share the {SHARED_READERS} reads of a shard in a second; set fanOut for others"
        )
        yield Problem(("consumers",), [each.name for each in shared], remedy)
    if len(topic.consumers) - len(shared) > FAN_OUT_READERS:
        yield Problem(
            ("consumers",), len(topic.consumers), f"a stream has at most {FAN_OUT_READERS} readers with fanOut"
        )
    if (total := sum(each.read_mib_per_second for each in shared)) > limit:
        remedy = (
            f"readMibPerSecond is {total:g} in all, and {where} give {limit} to readers without fanOut; lower it, "
            "raise partitions, or set fanOut"
        )
        yield Problem(("consumers",), [each.name for each in shared], remedy)
    for index, each in enumerate(topic.consumers):
        if each.fan_out and each.read_mib_per_second > limit:
            remedy = f"{where} give {limit} to a reader with fanOut; lower it, or raise partitions"
            yield Problem(("consumers", index, "readMibPerSecond"), each.read_mib_per_second, remedy)


def _serverless(spec: "EventStreamSpec") -> Iterator[Problem]:
    sizes = [(_with_dead_letters(spec, topic), topic) for topic in spec.topics]
    remedy = "lower partitions, or use engine msk-provisioned"
    if (partitions := sum(size for size, _ in sizes)) > SERVERLESS_PARTITIONS:
        why = f"{partitions} partitions in all exceed the {SERVERLESS_PARTITIONS} of a serverless cluster; {remedy}"
        yield Problem(("topics",), [topic.name for topic in spec.topics], why)
    compacted = [topic for topic in spec.topics if topic.compacted]
    if (partitions := sum(spec.partitions_of(topic) or 0 for topic in compacted)) > SERVERLESS_COMPACTED:
        why = (
            f"{partitions} partitions of compacted topics exceed the {SERVERLESS_COMPACTED} of a serverless cluster; "
            f"{remedy}"
        )
        yield Problem(("topics",), [topic.name for topic in compacted], why)
    for index, topic in enumerate(spec.topics):
        limit = SERVERLESS_PARTITION_READ_MIB * (spec.partitions_of(topic) or 0)
        if (total := _quota(topic)) > limit:
            why = (
                f"readMibPerSecond is {total:g} in all, and its partitions give {limit}; lower it, or raise partitions"
            )
            yield Problem(("topics", index, "consumers"), [each.name for each in topic.consumers], why)
    groups = {each.name for topic in spec.topics for each in topic.consumers}
    if len(groups) > SERVERLESS_GROUPS:
        why = f"{len(groups)} consumer groups exceed the {SERVERLESS_GROUPS} of a serverless cluster; {remedy}"
        yield Problem(("topics",), len(groups), why)
    yield from _all_quotas(spec, SERVERLESS_READ_MIB, "a serverless cluster gives")


def _provisioned(spec: "EventStreamSpec") -> Iterator[Problem]:
    kafka = spec.brokers
    broker = BROKERS[kafka.broker_type]
    copies = spec.replication * sum(_with_dead_letters(spec, topic) for topic in spec.topics)
    room = kafka.brokers * broker.partitions
    if copies > room:
        why = (
            f"{copies} copies of partitions in all exceed the {room} of {kafka.brokers} brokers {kafka.broker_type}; "
            "lower partitions, or raise kafka.brokersPerZone or kafka.brokerType"
        )
        yield Problem(("topics",), [topic.name for topic in spec.topics], why)
    yield from _all_quotas(
        spec, kafka.brokers * broker.network_mib, f"{kafka.brokers} brokers {kafka.broker_type} send"
    )


def _all_quotas(spec: "EventStreamSpec", limit: float, who: str) -> Iterator[Problem]:
    if (total := sum(map(_quota, spec.topics))) > limit:
        why = f"readMibPerSecond is {total:g} in all, and {who} at most {limit:g}; lower quotas, or enlarge the cluster"
        yield Problem(("topics",), [topic.name for topic in spec.topics], why)


def _with_dead_letters(spec: "EventStreamSpec", topic: TopicSpec) -> int:
    return (spec.partitions_of(topic) or 0) + (1 if topic.dead_letter else 0)
