"""An event stream fits the network and the other sections, or the config is refused."""

from typing import Any

import pytest

from stacks.unusual_choices import unusual_choices
from tests.support.stacks.configs import SECTIONS, STORE, read, refusal

STREAM = {
    "streamName": "ml",
    "topics": [{"name": "clicks"}],
    "alarmNotification": "n",
    "notifications": [{"name": "n"}],
}
KAFKA = {**STREAM, "engine": "msk-provisioned"}
CLOSED: dict[str, Any] = {
    "vpcCidr": "10.0.0.0/16",
    "nat": "none",
    "interfaceEndpoints": ["ec2", "ecr.api", "ecr.dkr", "sts", "eks", "eks-auth", "ssm", "ssmmessages"],
}


def test_an_event_stream_without_a_cluster_or_a_store_is_refused() -> None:
    assert "eventStream needs featureStore, because consumers write to its online store; add it" in refusal(
        eventStream=STREAM
    )
    assert "eventStream needs gpuCluster, because producers and consumers run on its nodes; add it" in refusal(
        eventStream=STREAM, gpuCluster=None
    )


def test_brokers_in_more_zones_than_the_network_has_are_refused() -> None:
    network = {**SECTIONS["network"], "zoneCount": 2}
    told = refusal(eventStream=KAFKA, featureStore=STORE, network=network)
    assert "eventStream.kafka.zones = 3: the network has 2 zones; write 2, or add a zone to network" in told
    fitting = {**SECTIONS, "eventStream": {**KAFKA, "kafka": {"zones": 2}}, "featureStore": STORE, "network": network}
    assert read(fitting).event_stream


def test_msk_serverless_is_refused_where_it_is_not_offered() -> None:
    stream = {**STREAM, "engine": "msk-serverless"}
    sections = {**SECTIONS, "eventStream": stream, "featureStore": STORE}
    assert read(sections).event_stream
    elsewhere = {**SECTIONS["environment"], "region": "us-west-1"}
    told = refusal(eventStream=stream, featureStore=STORE, environment=elsewhere)
    assert "eventStream.engine = 'msk-serverless': us-west-1 has no MSK Serverless; write kinesis or msk" in told


@pytest.mark.parametrize(
    ("stream", "lacking"),
    [
        (STREAM, "kinesis-streams and sns"),
        (KAFKA, "sns"),
        ({**STREAM, "queues": [{"name": "q"}]}, "kinesis-streams and sns and sqs"),
        ({**STREAM, "topics": [{"name": "clicks", "deadLetter": True}]}, "kinesis-streams and sns and sqs"),
        (
            {
                **STREAM,
                "topics": [{"name": "clicks", "recordSchema": {"file": "deploy/schemas/clicks/1.avsc"}}],
                "notifications": [],
                "alarmNotification": None,
            },
            "glue and kinesis-streams",
        ),
    ],
)
def test_a_closed_network_needs_the_endpoints_of_a_stream(stream: dict[str, Any], lacking: str) -> None:
    told = refusal(eventStream=stream, featureStore=STORE, network=CLOSED)
    assert f"network.nat is none, so pods cannot reach it; add {lacking} to network.interfaceEndpoints" in told
    endpoints = [*CLOSED["interfaceEndpoints"], *lacking.split(" and ")]
    sections = {**SECTIONS, "eventStream": stream, "featureStore": STORE}
    assert read({**sections, "network": {**CLOSED, "interfaceEndpoints": endpoints}}).event_stream


def test_kafka_without_brokers_is_an_unusual_choice() -> None:
    stream = {**STREAM, "engine": "msk-serverless"}
    found = unusual_choices(read({**SECTIONS, "eventStream": stream, "featureStore": STORE}))
    assert "eventStream.engine" in [each.field for each in found]
    kinesis = unusual_choices(read({**SECTIONS, "eventStream": STREAM, "featureStore": STORE}))
    assert "eventStream.engine" not in [each.field for each in kinesis]


def test_usage_of_streams_that_a_stack_does_not_have_is_refused() -> None:
    told = refusal(usage={"streams": {"writtenGb": 5}})
    assert "usage.streams.writtenGb = 5.0: the stack has no eventStream; remove it, or add eventStream" in told


@pytest.mark.parametrize(
    ("engine", "remedy"),
    [
        ("msk-serverless", "the topics of eventStream have 2,392; write that or more, or leave it out"),
        ("kinesis", "eventStream.engine is kinesis; remove it"),
    ],
)
def test_partitions_that_do_not_fit_the_topics_are_refused(engine: str, remedy: str) -> None:
    stream = {**STREAM, "engine": engine, "topics": [{"name": "clicks", "partitions": 2392}]}
    told = refusal(eventStream=stream, featureStore=STORE, usage={"streams": {"serverlessPartitions": 10}})
    assert f"usage.streams.serverlessPartitions = 10.0: {remedy}" in told
