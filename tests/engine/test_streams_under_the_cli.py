"""Event streams over several deployments, against stand-ins that refuse what MSK and Kinesis refuse.

Skipped where there is no Pulumi CLI on PATH.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program

PROGRAM = """
from components.data.streaming.event_stream.event_stream import EventStream

EventStream("events", given, pulumi.ResourceOptions(providers=[provider]))
"""
READER = {"name": "ingest", "read_mib_per_second": 1}
KAFKA: dict[str, Any] = {
    "stream_name": "ml",
    "engine": "msk-provisioned",
    "deletion_protection": False,
    "topics": [{"name": "clicks", "partitions": 4, "dead_letter": True, "consumers": [READER]}],
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "client_security_group_id": "sg-nodes",
}
KINESIS: dict[str, Any] = {
    "stream_name": "ml",
    "deletion_protection": False,
    "topics": [{"name": "clicks", "partitions": 1, "consumers": [{**READER, "fan_out": True}]}],
}


def known_of(deployed: Program) -> dict[str, Any]:
    """What MSK and Kinesis know of the account."""
    with deployed.engine.streams(deployed.stack).memory() as known:
        return known


@dataclass
class KafkaLife:
    """What became of a stack with Kafka, step by step, and what MSK knew after some of the steps."""

    upgraded: Outcome
    again: Outcome
    after_upgrade: dict[str, Any]
    refreshed: Outcome
    unchanged: Outcome
    monitored: Outcome
    after_growth: dict[str, Any]
    fewer: Outcome
    subscribed: Outcome
    destroyed: Outcome
    left: dict[str, Any]


@pytest.fixture(scope="module")
def kafka(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> KafkaLife:
    deployed = Program(engine, tmp_path_factory.mktemp("kafka"), PROGRAM)
    first = deployed.up(KAFKA)
    assert first.code == 0, first.printed
    newer = {**KAFKA, "kafka": {"version": "4.0.x.kraft"}}
    upgraded, again = deployed.up(newer), deployed.up(newer, "--expect-no-changes")
    after_upgrade = known_of(deployed)
    with engine.streams(deployed.stack).memory() as known:
        known["clusters"]["ml"]["size"] = 180
    refreshed = deployed.run("refresh", "--yes", "--skip-preview")
    unchanged = deployed.up(newer, "--expect-no-changes")
    # A change of something else must not send the size that the program states.
    monitored = deployed.up({**KAFKA, "kafka": {"version": "4.0.x.kraft", "monitoring": "PER_BROKER"}})
    after_growth = known_of(deployed)
    fewer = deployed.up({**newer, "topics": [{**KAFKA["topics"][0], "partitions": 2}]})
    with engine.streams(deployed.stack).memory() as known:
        known["topics"]["clicks"]["subscribed"] = True
    subscribed = deployed.destroy()
    with engine.streams(deployed.stack).memory() as known:
        known["topics"]["clicks"]["subscribed"] = False
    destroyed = deployed.destroy()
    return KafkaLife(
        upgraded,
        again,
        after_upgrade,
        refreshed,
        unchanged,
        monitored,
        after_growth,
        fewer,
        subscribed,
        destroyed,
        known_of(deployed),
    )


def test_a_new_kafka_version_replaces_the_configuration_in_use(kafka: KafkaLife) -> None:
    assert kafka.upgraded.code == 0, kafka.upgraded.printed
    [configuration] = kafka.after_upgrade["configurations"].values()
    assert configuration["name"] == "ml-4-0-x-kraft"
    assert kafka.after_upgrade["clusters"]["ml"]["version"] == "4.0.x.kraft"
    assert set(kafka.after_upgrade["topics"]) == {"clicks", "clicks-dead-letter"}
    assert kafka.again.code == 0, kafka.again.printed


def test_disks_that_msk_enlarged_stay_as_they_are(kafka: KafkaLife) -> None:
    assert kafka.refreshed.code == 0, kafka.refreshed.printed
    assert kafka.unchanged.code == 0, kafka.unchanged.printed
    assert kafka.monitored.code == 0, kafka.monitored.printed
    assert kafka.after_growth["clusters"]["ml"]["size"] == 180


def test_partitions_are_never_removed(kafka: KafkaLife) -> None:
    assert kafka.fewer.code != 0
    assert "The partition count can only be increased" in kafka.fewer.printed


def test_a_topic_that_a_group_reads_is_not_deleted(kafka: KafkaLife) -> None:
    assert kafka.subscribed.code != 0
    assert "GroupSubscribedToTopicException" in kafka.subscribed.printed


def test_a_kafka_stack_is_destroyed_in_the_order_that_msk_takes(kafka: KafkaLife) -> None:
    assert kafka.destroyed.code == 0, kafka.destroyed.printed
    assert kafka.left == {"configurations": {}, "clusters": {}, "topics": {}, "streams": {}}


def test_streams_double_at_most_and_are_destroyed_with_readers(engine: Engine, tmp_path: Path) -> None:
    deployed = Program(engine, tmp_path, PROGRAM)
    first = deployed.up(KINESIS)
    assert first.code == 0, first.printed
    tripled = deployed.up({**KINESIS, "topics": [{**KINESIS["topics"][0], "partitions": 3}]})
    assert tripled.code != 0
    assert "at most to half or double: 1 to 3" in tripled.printed
    doubled = deployed.up({**KINESIS, "topics": [{**KINESIS["topics"][0], "partitions": 2}]})
    assert doubled.code == 0, doubled.printed
    with engine.streams(deployed.stack).memory() as known:
        known["streams"]["ml-clicks"]["consumers"].append("registered-by-an-application")
    destroyed = deployed.destroy()
    assert destroyed.code == 0, destroyed.printed
    assert known_of(deployed)["streams"] == {}
