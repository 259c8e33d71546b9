"""What an event stream refuses before anything is registered: field, value and remedy."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.components.streams import NETWORK, READER, TOPIC, kafka, kinesis, refusal

KAFKA = {"engine": "msk-provisioned", **NETWORK}
SERVERLESS = {"engine": "msk-serverless", **NETWORK}


def reader(name: str = "ingest", **args: Any) -> dict[str, Any]:
    return {**READER, "name": name, **args}


def topic(**args: Any) -> list[dict[str, Any]]:
    return [{"name": "clicks", **args}]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"topics": topic(name="search.clicks_v1")}, "topics[0].name = 'search.clicks_v1': search.clicks_v1 has dots"),
        ({"topics": topic(name="clicks!")}, "topics[0].name = 'clicks!': "),
        ({"topics": topic(name="..")}, "Kafka reserves the name .."),
        ({"topics": topic(name="__consumer_offsets")}, "Kafka reserves the name __consumer_offsets"),
        ({"topics": topic(name="a" * 201)}, "topics[0].name = "),
        ({"topics": [*topic(name="a.b"), *topic(name="a_b")]}, "topics[1].name = 'a_b': it is too similar to a.b"),
        ({"topics": [*topic(), *topic()]}, "topics[1].name = 'clicks': the name is used twice; rename one"),
        (
            {"topics": [*topic(dead_letter=True), *topic(name="clicks-dead-letter")]},
            "its dead-letter topic would be clicks-dead-letter, and clicks-dead-letter is a topic too",
        ),
        ({"topics": topic(partitions=0)}, "topics[0].partitions = 0: "),
        ({"topics": topic(name="a" * 90)}, "exceeds 80 characters; shorten it"),
        ({"topics": []}, "topics = []: the event stream is empty; add topics, queues or notifications"),
        ({"stream_name": "ML"}, "stream_name = 'ML': "),
        ({"engine": "kafka"}, "engine = 'kafka': allowed: kinesis, msk-provisioned, msk-serverless"),
    ],
)
def test_event_stream_refuses_wrong_names(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"topics": topic(compacted=True)}, "topics[0].compacted = true: Kinesis has no compacted streams"),
        ({"topics": topic(retention_hours=12)}, "topics[0].retentionHours = 12: Kinesis keeps records for 24 to 8760"),
        ({"topics": topic(retention_hours=8761)}, "retentionHours = 8761: Kinesis keeps records for 24 to 8760 hours"),
        ({"topics": topic(retention_hours=72, local_retention_hours=24)}, "Kinesis has no tiers; remove it"),
        ({"kafka": {"zones": 2}}, "engine = kinesis has no brokers; remove kafka, or set engine to msk-provisioned"),
        ({**KAFKA, "topics": topic(retention_hours=0)}, "topics[0].retention_hours = 0: "),
        (
            {**KAFKA, "topics": topic(compacted=True, retention_hours=24)},
            "topics[0].retentionHours = 24: a compacted topic keeps the last record of each key",
        ),
        (
            {**KAFKA, "topics": topic(local_retention_hours=24)},
            "topics[0].localRetentionHours = 24: it needs kafka.tieredStorage: true",
        ),
        (
            {**SERVERLESS, "topics": topic(local_retention_hours=24)},
            "it needs kafka.tieredStorage: true with engine msk-provisioned",
        ),
        (
            {**KAFKA, "kafka": {"tiered_storage": True}, "topics": topic(retention_hours=48, local_retention_hours=1)},
            "topics[0].retentionHours = 48: a topic in tiered storage keeps records for 72 hours or more",
        ),
        (
            {**KAFKA, "kafka": {"tiered_storage": True}, "topics": topic(local_retention_hours=168)},
            "topics[0].localRetentionHours = 168: must be below retentionHours = 168; lower it",
        ),
        (
            {**KAFKA, "kafka": {"tiered_storage": True}, "topics": topic(compacted=True, local_retention_hours=1)},
            "MSK does not tier compacted topics; leave it out",
        ),
    ],
)
def test_event_stream_refuses_retention_that_no_engine_has(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("brokers", "message"),
    [
        ({"version": "3.6.0"}, "the support of Kafka 3.6.0 by MSK ended on 2026-06-01; write one of 3.9.x.kraft"),
        ({"version": "3.7.x.kraft"}, "the support of Kafka 3.7.x.kraft by MSK ended on 2026-09-01"),
        ({"version": "2.8.2.tiered"}, "ended on 2025-01-14"),
        ({"version": "2.4.1"}, "ended on "),
        ({"version": "3.9.x"}, "clusters with ZooKeeper can't change to KRaft later; write one of 3.9.x.kraft"),
        ({"version": "4.2.x.kraft"}, "this platform does not support 4.2.x.kraft on Standard brokers"),
        ({"version": 3.9}, "kafka.version = 3.9: "),
        ({"broker_type": "kafka.t3.small"}, "MSK refuses kafka.t3.small in KRaft mode; write kafka.m7g.large"),
        ({"broker_type": "kafka.m7g.lrage"}, "did you mean kafka.m7g.large?"),
        ({"zones": 1}, "kafka.zones = 1: "),
        ({"zones": 4}, "kafka.zones = 4: "),
        ({"brokers_per_zone": 21}, "kafka.brokersPerZone = 21: 63 brokers exceed the 60 of a cluster"),
        ({"storage_gib": 16_385}, "kafka.storage_gib = 16385: "),
        (
            {"storage_gib": 500, "maximum_storage_gib": 400},
            "kafka.maximumStorageGib = 400: must be at least storageGib",
        ),
        ({"monitoring": "ALL"}, "kafka.monitoring = 'ALL': allowed: DEFAULT, PER_BROKER"),
    ],
)
def test_event_stream_refuses_brokers_that_msk_refuses(brokers: dict[str, Any], message: str) -> None:
    assert message in refusal(**KAFKA, kafka=brokers)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"topics": topic(consumers=[{"name": "a"}])}, "topics[0].consumers[0].readMibPerSecond is missing"),
        ({"topics": topic(consumers=[reader(read_mib_per_second=0)])}, "read_mib_per_second = 0: "),
        ({"topics": topic(consumers=[reader(), reader()])}, "two consumers have the same name; name each once"),
        ({"topics": topic(consumers=[reader("a:b")])}, "topics[0].consumers[0].name = 'a:b': "),
        (
            {"topics": topic(partitions=1, consumers=[reader(), reader("b")])},
            "readMibPerSecond is 3 in all, and 1 shards give 2 to readers without fanOut; lower it, raise partitions",
        ),
        (
            {"topics": topic(consumers=[reader(read_mib_per_second=9)])},
            "readMibPerSecond is 9 in all, and a new stream on demand give 8 to readers without fanOut",
        ),
        (
            {"topics": topic(partitions=1, consumers=[reader(fan_out=True, read_mib_per_second=3)])},
            "topics[0].consumers[0].readMibPerSecond = 3.0: 1 shards give 2 to a reader with fanOut",
        ),
        (
            {"topics": topic(partitions=50, consumers=[reader(f"r{n}") for n in range(6)])},
            "5 readers share the 5 reads of a shard in a second; set fanOut for others",
        ),
        (
            {"topics": topic(partitions=50, consumers=[reader(f"r{n}", fan_out=True) for n in range(21)])},
            "topics[0].consumers = 21: a stream has at most 20 readers with fanOut",
        ),
        ({**KAFKA, "topics": topic(consumers=[reader(fan_out=True)])}, "fanOut = true: only Kinesis has it; remove it"),
        (
            {**KAFKA, "topics": topic(consumers=[reader(read_mib_per_second=400)])},
            "readMibPerSecond is 400 in all, and 3 brokers kafka.m7g.large send at most 351",
        ),
        (
            {**SERVERLESS, "topics": topic(partitions=1, consumers=[reader(read_mib_per_second=11)])},
            "readMibPerSecond is 11 in all, and its partitions give 10; lower it, or raise partitions",
        ),
        (
            {
                **SERVERLESS,
                "topics": [
                    *topic(partitions=30, consumers=[reader(read_mib_per_second=300)]),
                    *topic(name="views", partitions=30, consumers=[reader(read_mib_per_second=150)]),
                ],
            },
            "readMibPerSecond is 450 in all, and a serverless cluster gives at most 400",
        ),
    ],
)
def test_event_stream_refuses_consumers_without_or_above_quota(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {**SERVERLESS, "topics": topic(partitions=2400, dead_letter=True)},
            "2401 partitions in all exceed the 2400 of a serverless cluster; lower partitions, or use engine msk-prov",
        ),
        (
            {**SERVERLESS, "topics": topic(partitions=121, compacted=True)},
            "121 partitions of compacted topics exceed the 120 of a serverless cluster",
        ),
        (
            {**KAFKA, "topics": topic(partitions=1501)},
            "4503 copies of partitions in all exceed the 4500 of 3 brokers kafka.m7g.large; lower partitions",
        ),
    ],
)
def test_event_stream_refuses_more_partitions_than_fit(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


def test_event_stream_takes_as_many_partitions_as_fit() -> None:
    assert kafka(topics=topic(partitions=1500)).all("aws:msk/topic:Topic")
    assert kafka(engine="msk-serverless", topics=topic(partitions=2400)).all(
        "aws:msk/serverlessCluster:ServerlessCluster"
    )


def test_kafka_without_a_network_is_refused() -> None:
    message = "engine = 'msk-provisioned': its brokers are in a VPC; pass vpcId, subnetIds and clientSecurityGroupId"
    assert message in refusal(engine="msk-provisioned")
    assert message in refusal(engine="msk-provisioned", vpc_id="vpc-1")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"queues": [{"name": "q"}, {"name": "q"}]}, "queues[1].name = 'q': the name is used twice; rename one"),
        ({"queues": [{"name": "q", "visibility_seconds": 43_201}]}, "visibility_seconds = 43201: "),
        ({"queues": [{"name": "q", "retention_hours": 337}]}, "retention_hours = 337: "),
        ({"queues": [{"name": "q", "notifications": ["n"]}]}, "notifications has none; add it there"),
        (
            {"queues": [{"name": "q", "notifications": ["n"]}], "notifications": [{"name": "n", "fifo": True}]},
            "it is FIFO, so set fifo: true of the queue",
        ),
        ({"alarm_notification": "alerts"}, "alarmNotification = 'alerts': notifications has none; add it there"),
        (
            {"alarm_notification": "n", "notifications": [{"name": "n", "fifo": True}]},
            "CloudWatch sends no alarms to FIFO topics; name one without fifo",
        ),
        ({"notifications": [{"name": "n", "emails": ["me"]}]}, "'me' is not a valid email address; write one such as"),
        (
            {"notifications": [{"name": "n", "fifo": True, "emails": ["me@example.com"]}]},
            "FIFO topics send no email; remove it",
        ),
    ],
)
def test_event_stream_refuses_wrong_queues_and_notifications(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


def record(*fields: dict[str, Any], name: str = "Click") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


ID = {"name": "id", "type": "string"}
COUNT = {"name": "count", "type": "int"}
WITH_DEFAULT = {"name": "count", "type": "int", "default": 0}
WIDER = {"name": "count", "type": "long"}


def files(folder: Path, *schemas: Any) -> dict[str, Any]:
    """A topic whose schema has these versions, oldest first."""
    paths = [str(folder / f"{number}.avsc") for number in range(len(schemas))]
    for path, schema in zip(paths, schemas, strict=True):
        Path(path).write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
    return {"file": paths[-1], "previous_files": paths[:-1]}


def refused_schema(described: dict[str, Any], **more: Any) -> str:
    return refusal(topics=[{**TOPIC, "record_schema": {**described, **more}}])


@pytest.mark.parametrize(
    ("mode", "older", "newer", "fits"),
    [
        ("BACKWARD", record(ID), record(ID, WITH_DEFAULT), True),
        ("BACKWARD", record(ID), record(ID, COUNT), False),
        ("BACKWARD", record(ID, COUNT), record(ID), True),
        ("BACKWARD", record(ID, COUNT), record(ID, WIDER), True),
        ("BACKWARD", record(ID, WIDER), record(ID, COUNT), False),
        ("FORWARD", record(ID), record(ID, COUNT), True),
        ("FORWARD", record(ID, COUNT), record(ID), False),
        ("FULL", record(ID), record(ID, WITH_DEFAULT), True),
        ("FULL", record(ID, COUNT), record(ID), False),
        ("NONE", record(ID, WIDER), record(ID, COUNT), True),
    ],
)
def test_a_new_schema_fits_earlier_ones(tmp_path: Path, mode: str, older: Any, newer: Any, *, fits: bool) -> None:
    described = files(tmp_path, older, newer)
    if fits:
        assert kinesis(topics=[{**TOPIC, "record_schema": {**described, "compatibility": mode}}]).resources
    else:
        told = refused_schema(described, compatibility=mode)
        assert f"record_schema.file = '{tmp_path}/1.avsc': {tmp_path}/1.avsc is not {mode} compatible" in told
        assert "use a new topic" in told


def test_a_schema_fits_all_earlier_ones_where_that_is_asked(tmp_path: Path) -> None:
    # Each version reads the one before it: a field goes, and comes again with another type.
    versions = (record(ID, COUNT), record(ID), record(ID, {"name": "count", "type": "string", "default": ""}))
    described = files(tmp_path, *versions)
    assert kinesis(topics=[{**TOPIC, "record_schema": described}]).resources
    told = refused_schema(described, compatibility="BACKWARD_ALL")
    assert f"is not BACKWARD_ALL compatible with {tmp_path}/0.avsc: at /fields/1/type" in told


@pytest.mark.parametrize(
    ("schema", "more", "message"),
    [
        ("{", {}, "0.avsc is not JSON: "),
        ("[]", {}, "0.avsc is not the schema of a record: it must be an object"),
        ({"type": "record", "name": "Click"}, {}, "0.avsc is not a valid Avro schema: "),
        (record({"name": "id", "type": "text"}), {}, "0.avsc is not a valid Avro schema: "),
        ({"type": "object"}, {"format": "JSON"}, "0.avsc has $schema = '', and Glue supports drafts 04, 06 and 07"),
        (
            {"$schema": "https://json-schema.org/draft/2020-12/schema"},
            {"format": "JSON"},
            "write http://json-schema.org/draft-07/schema#",
        ),
        (record(ID), {"format": "PROTOBUF"}, "format = 'PROTOBUF': allowed: AVRO, JSON"),
    ],
)
def test_a_file_without_a_schema_is_refused(tmp_path: Path, schema: Any, more: dict[str, Any], message: str) -> None:
    assert message in refused_schema(files(tmp_path, schema), **more)


def test_a_schema_that_is_not_there_is_refused() -> None:
    assert "there is no readable file schemas/clicks.avsc in " in refused_schema({"file": "schemas/clicks.avsc"})


def test_a_disabled_schema_has_one_version(tmp_path: Path) -> None:
    described = files(tmp_path, record(ID), record(ID))
    assert "Glue accepts no second version; write BACKWARD" in refused_schema(described, compatibility="DISABLED")


def test_json_schemas_of_known_drafts_are_taken(tmp_path: Path) -> None:
    described = files(tmp_path, {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"})
    made = kinesis(topics=[{**TOPIC, "record_schema": {**described, "format": "JSON"}}])
    assert made.one("aws:glue/schema:Schema").inputs["dataFormat"] == "JSON"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"queues": [{"name": "a"}, {"name": "a-dead-letter"}]},
            "queues[1].name = 'a-dead-letter': it makes the resource queue-a-dead-letter, and queues[0].name = 'a': ",
        ),
        (
            {"queues": [{"name": "a"}, {"name": "a-dead-letter", "fifo": True}]},
            "queues[1].name = 'a-dead-letter': it makes the resource queue-a-dead-letter",
        ),
        (
            {"queues": [{"name": "a", "notifications": ["x", "x"]}], "notifications": [{"name": "x"}]},
            "queues[0].notifications = 'x': x is named twice; name it once",
        ),
        (
            {
                "queues": [
                    {"name": "a", "notifications": ["b-from-c"]},
                    {"name": "a-from-b", "notifications": ["c"]},
                ],
                "notifications": [{"name": "c"}, {"name": "b-from-c"}],
            },
            "queues[1].notifications = 'c': it makes the subscription queue-a-from-b-from-c",
        ),
        (
            {"topics": [*topic(name="a.b", dead_letter=True), *topic(name="a-b", dead_letter=True)]},
            "topics[1].name = 'a-b': it makes the SQS queue ml-a-b-dead-letter, and topics[0].name = 'a.b': ",
        ),
        (
            {"topics": topic(dead_letter=True), "queues": [{"name": "clicks"}]},
            "queues[0].name = 'clicks': it makes the SQS queue ml-clicks-dead-letter",
        ),
        (
            {"topics": topic(name="queue-x", dead_letter=True), "queues": [{"name": "x"}]},
            "queues[0].name = 'x': it makes the alarm ml-dead-letter-queue-x",
        ),
        (
            {
                **KAFKA,
                "topics": [*topic(name="a", consumers=[reader("b-c")]), *topic(name="a-b", consumers=[reader("c")])],
            },
            "topics[1].name = 'a-b': it makes the alarm ml-lag-a-b-c",
        ),
        ({"topics": topic(name="a" * 66, dead_letter=True)}, "-dead-letter, exceeds 80 characters; shorten it"),
        ({"stream_name": "e" * 40, "queues": [{"name": "q" * 50}]}, "the name of its SQS queue, eeee"),
        (
            {**KAFKA, "topics": topic(name="a" * 200, consumers=[reader("c" * 128)])},
            "exceeds 255 characters; shorten it",
        ),
        (
            {**KAFKA, "topics": [*topic(name="a.b", dead_letter=True), *topic(name="a_b-dead-letter")]},
            "its dead-letter topic would be a.b-dead-letter, and a_b-dead-letter is a topic too",
        ),
    ],
)
def test_event_stream_refuses_two_of_one_made_name(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


def test_a_fifo_queue_may_have_the_name_of_a_topic() -> None:
    made = kinesis(topics=topic(dead_letter=True), queues=[{"name": "clicks", "fifo": True}])
    names = [each.inputs["name"] for each in made.all("aws:sqs/queue:Queue")]
    assert len(set(names)) == len(names) == 3
