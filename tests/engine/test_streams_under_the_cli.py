"""Event streams over several deployments, against stand-ins that refuse what MSK and Kinesis refuse.

Skipped where there is no Pulumi CLI on PATH.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine, Outcome

PROGRAM = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.data.streaming.event_stream.event_stream import EventStream

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
args = json.loads((Path(__file__).parent / "args.json").read_text())
EventStream("events", args, pulumi.ResourceOptions(providers=[provider]))
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


class Deployed:
    """A stack of one event stream, deployed again and again with other arguments."""

    def __init__(self, engine: Engine, name: str, folder: Path):
        self.engine, self.name, self.folder = engine, name, folder
        python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": "streams", "runtime": python}))
        (folder / "__main__.py").write_text(PROGRAM)
        made = engine.run("stack", "init", name, folder=folder)
        assert made.code == 0, made.printed

    def up(self, args: dict[str, Any], *options: str) -> Outcome:
        (self.folder / "args.json").write_text(json.dumps(args))
        return self.run("up", "--yes", "--skip-preview", *options)

    def run(self, *arguments: str) -> Outcome:
        return self.engine.run(*arguments, "--stack", self.name, folder=self.folder)

    def known(self) -> dict[str, Any]:
        with self.engine.streams(self.name).memory() as known:
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
    deployed = Deployed(engine, "kafka", tmp_path_factory.mktemp("kafka"))
    first = deployed.up(KAFKA)
    assert first.code == 0, first.printed
    newer = {**KAFKA, "kafka": {"version": "4.0.x.kraft"}}
    upgraded, again = deployed.up(newer), deployed.up(newer, "--expect-no-changes")
    after_upgrade = deployed.known()
    with engine.streams("kafka").memory() as known:
        known["clusters"]["ml"]["size"] = 180
    refreshed = deployed.run("refresh", "--yes", "--skip-preview")
    unchanged = deployed.up(newer, "--expect-no-changes")
    # A change of something else must not send the size that the program states.
    monitored = deployed.up({**KAFKA, "kafka": {"version": "4.0.x.kraft", "monitoring": "PER_BROKER"}})
    after_growth = deployed.known()
    fewer = deployed.up({**newer, "topics": [{**KAFKA["topics"][0], "partitions": 2}]})
    with engine.streams("kafka").memory() as known:
        known["topics"]["clicks"]["subscribed"] = True
    subscribed = deployed.run("destroy", "--yes", "--skip-preview")
    with engine.streams("kafka").memory() as known:
        known["topics"]["clicks"]["subscribed"] = False
    destroyed = deployed.run("destroy", "--yes", "--skip-preview")
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
        deployed.known(),
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
    deployed = Deployed(engine, "kinesis", tmp_path)
    first = deployed.up(KINESIS)
    assert first.code == 0, first.printed
    tripled = deployed.up({**KINESIS, "topics": [{**KINESIS["topics"][0], "partitions": 3}]})
    assert tripled.code != 0
    assert "at most to half or double: 1 to 3" in tripled.printed
    doubled = deployed.up({**KINESIS, "topics": [{**KINESIS["topics"][0], "partitions": 2}]})
    assert doubled.code == 0, doubled.printed
    with engine.streams("kinesis").memory() as known:
        known["streams"]["ml-clicks"]["consumers"].append("registered-by-an-application")
    destroyed = deployed.run("destroy", "--yes", "--skip-preview")
    assert destroyed.code == 0, destroyed.printed
    assert deployed.known()["streams"] == {}
