"""What event streams name exists in AWS's own models: actions and resources of policies, and values of requests."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from components.core.iam import document
from components.data.streaming.event_stream import access
from components.data.streaming.event_stream.kafka_spec import KafkaMonitoring
from components.data.streaming.event_stream.schemas import Compatibility, SchemaFormat
from tests.support.aws_models import service_model
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.components.streams import READER, TOPIC, kafka, kinesis

POLICIES = ("writer_policies", "reader_policies", "sender_policies", "receiver_policies", "publisher_policies")
LETTERS = {**TOPIC, "dead_letter": True, "record_schema": {"file": "deploy/schemas/clicks/1.avsc"}}
MESSAGES: dict[str, Any] = {"queues": [{"name": "q"}], "notifications": [{"name": "n"}]}
FAN_OUT = {**LETTERS, "consumers": [{**READER, "fan_out": True}]}


def policies(made: Recording) -> Iterator[str]:
    outputs = made.outputs("events")
    for name in POLICIES:
        yield from outputs[name].values()
    if outputs["topic_administration_policy"]:
        yield outputs["topic_administration_policy"]


@pytest.mark.parametrize(("make", "topic"), [(kafka, LETTERS), (kinesis, FAN_OUT)])
def test_policies_name_actions_and_resources_that_aws_knows(make: Any, topic: dict[str, Any]) -> None:
    found = list(policies(make(topics=[topic], **MESSAGES)))
    assert len(found) >= 5
    assert [wrong for policy in found for wrong in unknown_to_aws(policy)] == []


def test_an_action_on_the_wrong_resource_is_found() -> None:
    topic = access.KafkaTopic(f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/ml/1", "clicks")
    statements = access.kafka_write(topic)
    assert unknown_to_aws(document({**statements[1], "Resource": [topic.cluster_arn]}))
    assert unknown_to_aws(document({**statements[1], "Action": ["kafka-cluster:WriteDate"]}))


def shape(service: str, operation: str, *path: str) -> Any:
    found = service_model(service).operation_model(operation).input_shape
    for name in path:
        found = found.members[name]
    return found


def test_the_levels_of_metrics_are_those_of_msk() -> None:
    assert list(KafkaMonitoring) == shape("kafka", "CreateCluster", "EnhancedMonitoring").enum


def test_schemas_have_the_formats_and_modes_of_glue() -> None:
    assert set(Compatibility) == set(shape("glue", "CreateSchema", "Compatibility").enum)
    assert set(SchemaFormat) < set(shape("glue", "CreateSchema", "DataFormat").enum)


@pytest.mark.parametrize(
    ("make", "kind", "field", "operation", "parameter"),
    [
        (kafka, "aws:msk/cluster:Cluster", "clusterName", "kafka.CreateClusterV2", "ClusterName"),
        (kinesis, "aws:kinesis/stream:Stream", "name", "kinesis.CreateStream", "StreamName"),
        (kafka, "aws:glue/registry:Registry", "registryName", "glue.CreateRegistry", "RegistryName"),
        (kafka, "aws:glue/schema:Schema", "schemaName", "glue.CreateSchema", "SchemaName"),
    ],
)
def test_names_are_such_as_aws_accepts(make: Any, kind: str, field: str, operation: str, parameter: str) -> None:
    limits = shape(*operation.split("."), parameter).metadata
    name = make(topics=[LETTERS]).one(kind).inputs[field]
    assert limits["min"] <= len(name) <= limits["max"]
    assert re.fullmatch(limits.get("pattern", ".*"), name)


def test_the_values_of_a_cluster_are_those_of_msk() -> None:
    inputs = kafka(kafka={"tiered_storage": True}).one("aws:msk/cluster:Cluster").inputs
    provisioned = ("CreateClusterV2", "Provisioned")
    assert inputs["storageMode"] in shape("kafka", *provisioned, "StorageMode").enum
    transit = shape("kafka", *provisioned, "EncryptionInfo", "EncryptionInTransit", "ClientBroker")
    assert inputs["encryptionInfo"]["encryptionInTransit"]["clientBroker"] in transit.enum
    disk = shape("kafka", *provisioned, "BrokerNodeGroupInfo", "StorageInfo", "EbsStorageInfo", "VolumeSize")
    size = inputs["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]["volumeSize"]
    assert disk.metadata["min"] <= size <= disk.metadata["max"]
