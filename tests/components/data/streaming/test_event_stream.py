"""What an event stream is made of on each engine, who may use it, and what watches it."""

import json
from typing import Any

import pytest

from components.testing.fake_aws import FakeAws
from policies.engine.evaluate import evaluate
from tests.support.components.clusters import needs, select, statements
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.components.streams import READER, TOPIC, kafka, kinesis, serverless
from tests.support.policies.cases import context

CLUSTER = "aws:msk/cluster:Cluster"
SERVERLESS = "aws:msk/serverlessCluster:ServerlessCluster"
CONFIGURATION = "aws:msk/configuration:Configuration"
KAFKA_TOPIC = "aws:msk/topic:Topic"
STREAM = "aws:kinesis/stream:Stream"
CONSUMER = "aws:kinesis/streamConsumer:StreamConsumer"
REGISTRY = "aws:glue/registry:Registry"
SCHEMA = "aws:glue/schema:Schema"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
SNS_TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
KEY = "aws:kms/key:Key"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROWTH = "aws:appautoscaling/policy:Policy"
LIMIT = "aws:appautoscaling/target:Target"

CLUSTER_ARN = FakeAws("us-east-1", ACCOUNT).outputs(CLUSTER, "ml", {"clusterName": "ml"})["arn"]
CLICKS = f"{CLUSTER_ARN.replace(':cluster/', ':topic/')}/clicks"
INGEST = f"{CLUSTER_ARN.replace(':cluster/', ':group/')}/ingest"
LETTERS = {**TOPIC, "dead_letter": True}
SCHEMA_FILE = "deploy/schemas/clicks/1.avsc"
VIA = {"kms_viaservice": "kinesis.us-east-1.amazonaws.com"}


@pytest.fixture(scope="module")
def brokers() -> Recording:
    return kafka(topics=[LETTERS])


def test_brokers_accept_tls_and_iam_alone(brokers: Recording) -> None:
    inputs = brokers.one(CLUSTER).inputs
    assert inputs["clientAuthentication"] == {"sasl": {"iam": True, "scram": False}, "unauthenticated": False}
    assert inputs["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS", "inCluster": True}
    assert brokers.one(KEY).urn in brokers.one(CLUSTER).property_dependencies["encryptionInfo"]
    assert inputs["brokerNodeGroupInfo"]["connectivityInfo"] == {"publicAccess": {"type": "DISABLED"}}


def test_brokers_run_kraft_in_three_zones(brokers: Recording) -> None:
    inputs = brokers.one(CLUSTER).inputs
    assert (inputs["kafkaVersion"], inputs["numberOfBrokerNodes"]) == ("3.9.x.kraft", 3)
    group = inputs["brokerNodeGroupInfo"]
    assert group["clientSubnets"] == ["subnet-a", "subnet-b", "subnet-c"]
    assert group["instanceType"] == "kafka.m7g.large"
    assert inputs["storageMode"] == "LOCAL"


def test_brokers_are_a_multiple_of_the_zones_that_they_use() -> None:
    smaller = kafka(kafka={"zones": 2, "brokers_per_zone": 2}).one(CLUSTER).inputs
    assert smaller["numberOfBrokerNodes"] == 4
    assert smaller["brokerNodeGroupInfo"]["clientSubnets"] == ["subnet-a", "subnet-b"]


def test_records_survive_the_loss_of_a_zone(brokers: Recording) -> None:
    settings = dict(line.split("=") for line in brokers.one(CONFIGURATION).inputs["serverProperties"].splitlines())
    assert settings == {
        "allow.everyone.if.no.acl.found": "false",
        "auto.create.topics.enable": "false",
        "default.replication.factor": "3",
        "min.insync.replicas": "2",
        "unclean.leader.election.enable": "false",
    }
    topic = brokers.one(KAFKA_TOPIC, "events-topic-clicks").inputs
    assert topic["replicationFactor"] == 3
    assert json.loads(topic["configs"])["min.insync.replicas"] == "2"


def test_a_new_kafka_version_has_a_configuration_of_another_name(brokers: Recording) -> None:
    before = brokers.one(CONFIGURATION).inputs
    after = kafka(kafka={"version": "4.0.x.kraft"}).one(CONFIGURATION).inputs
    assert (before["name"], before["kafkaVersions"]) == ("ml-3-9-x-kraft", ["3.9.x.kraft"])
    assert (after["name"], after["kafkaVersions"]) == ("ml-4-0-x-kraft", ["4.0.x.kraft"])


def test_the_cluster_follows_each_revision_of_its_configuration(brokers: Recording) -> None:
    assert brokers.one(CLUSTER).inputs["configurationInfo"]["revision"] == 1
    urn = brokers.one(CONFIGURATION).urn
    assert urn in brokers.one(CLUSTER).property_dependencies["configurationInfo"]


def test_disks_grow_and_no_deployment_shrinks_them(brokers: Recording) -> None:
    limit, growth = brokers.one(LIMIT).inputs, brokers.one(GROWTH).inputs
    assert (limit["serviceNamespace"], limit["maxCapacity"]) == ("kafka", 1000)
    tracking = growth["targetTrackingScalingPolicyConfiguration"]
    assert tracking["disableScaleIn"] is True
    size = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"
    assert brokers.one(CLUSTER).ignore_changes == [size]


def test_disks_of_a_fixed_size_follow_the_config() -> None:
    fixed = kafka(kafka={"storage_gib": 200, "maximum_storage_gib": 200})
    assert fixed.one(CLUSTER).ignore_changes == []
    assert not fixed.all(LIMIT) + fixed.all(GROWTH)


def test_broker_logs_are_kept_under_the_key(brokers: Recording) -> None:
    logs = brokers.one(LOGS)
    assert (logs.inputs["name"], logs.inputs["retentionInDays"]) == ("/aws/msk/ml", 90)
    assert brokers.one(KEY).urn in logs.property_dependencies["kmsKeyId"]
    sent = brokers.one(CLUSTER).inputs["loggingInfo"]["brokerLogs"]["cloudwatchLogs"]
    assert sent == {"enabled": True, "logGroup": "/aws/msk/ml"}
    grant = statements(brokers.one(KEY))["LogsEncrypt"]
    assert select(grant, "Condition", "ArnEquals").popitem()[1].endswith(":log-group:/aws/msk/ml")


def test_clients_reach_the_iam_port_from_their_groups_alone() -> None:
    made = kafka(further_client_security_group_ids={"spark": "sg-spark"})
    rules = [each.inputs for each in made.all(INGRESS)]
    assert {each["referencedSecurityGroupId"] for each in rules} == {"sg-nodes", "sg-spark"}
    assert {(each["ipProtocol"], each["fromPort"], each["toPort"]) for each in rules} == {("tcp", 9098, 9098)}
    assert {each.inputs["securityGroupId"] for each in made.all(EGRESS)} == {"sg-nodes", "sg-spark"}
    group = made.one("aws:ec2/securityGroup:SecurityGroup").inputs
    assert not {"ingress", "egress"} & set(group)


def test_topics_have_settings_and_a_dead_letter_topic(brokers: Recording) -> None:
    topics = {each.inputs["name"]: each.inputs for each in brokers.all(KAFKA_TOPIC)}
    assert {name: each["partitionCount"] for name, each in topics.items()} == {"clicks": 2, "clicks-dead-letter": 1}
    week = json.loads(topics["clicks"]["configs"])
    assert (week["cleanup.policy"], week["retention.ms"]) == ("delete", "604800000")
    assert brokers.outputs("events")["dead_letter_targets"] == {"clicks": "clicks-dead-letter"}


def test_compacted_topics_have_no_time_limit() -> None:
    topic = kafka(topics=[{"name": "profiles", "compacted": True}]).one(KAFKA_TOPIC).inputs
    assert json.loads(topic["configs"]) == {"cleanup.policy": "compact", "min.insync.replicas": "2"}
    assert topic["partitionCount"] == 3


def test_tiered_topics_leave_the_brokers_disks_early() -> None:
    topic = {**TOPIC, "retention_hours": 720, "local_retention_hours": 12}
    made = kafka(kafka={"tiered_storage": True}, topics=[topic])
    assert made.one(CLUSTER).inputs["storageMode"] == "TIERED"
    settings = json.loads(made.one(KAFKA_TOPIC).inputs["configs"])
    assert settings["remote.storage.enable"] == "true"
    assert (settings["local.retention.ms"], settings["retention.ms"]) == ("43200000", "2592000000")


def test_serverless_kafka_has_iam_alone_and_no_key() -> None:
    made = serverless()
    inputs = made.one(SERVERLESS).inputs
    assert inputs["clientAuthentication"] == {"sasl": {"iam": {"enabled": True}}}
    assert inputs["vpcConfigs"] == [
        {"subnetIds": ["subnet-a", "subnet-b", "subnet-c"], "securityGroupIds": ["sg-events-sg"]}
    ]
    assert not made.all(KEY) + made.all(CLUSTER)


def test_serverless_topics_are_left_to_a_client_with_rights() -> None:
    made = serverless(topics=[LETTERS])
    assert made.all(KAFKA_TOPIC) == []
    outputs = made.outputs("events")
    settings = json.loads(outputs["topic_settings"]["clicks"])
    # MSK Serverless lets no client set its replicas.
    assert settings == {"partitions": 2, "configs": {"cleanup.policy": "delete", "retention.ms": "604800000"}}
    policy = outputs["topic_administration_policy"]
    assert allows(policy, "kafka-cluster:CreateTopic", f"{CLICKS}-dead-letter")
    assert not allows(policy, "kafka-cluster:CreateTopic", f"{CLICKS}2")
    assert not allows(policy, "kafka-cluster:DeleteTopic", CLICKS)


def test_a_stream_is_encrypted_and_keeps_records_for_a_day() -> None:
    stream = kinesis().one(STREAM)
    assert stream.inputs["name"] == "ml-clicks"
    assert (stream.inputs["encryptionType"], stream.inputs["retentionPeriod"]) == ("KMS", 24)
    assert stream.inputs["streamModeDetails"] == {"streamMode": "PROVISIONED"}
    assert stream.inputs["shardCount"] == 2
    assert "kmsKeyId" in stream.property_dependencies


def test_a_stream_without_partitions_is_on_demand() -> None:
    inputs = kinesis(topics=[{"name": "clicks"}]).one(STREAM).inputs
    assert inputs["streamModeDetails"] == {"streamMode": "ON_DEMAND"}
    assert "shardCount" not in inputs


def test_a_stream_with_consumers_can_be_deleted() -> None:
    made = kinesis(topics=[{**TOPIC, "consumers": [{**READER, "fan_out": True}]}])
    assert made.one(STREAM).inputs["enforceConsumerDeletion"] is True
    assert made.one(CONSUMER).inputs["name"] == "ingest"
    assert made.one(STREAM).urn in made.one(CONSUMER).property_dependencies["streamArn"]


def test_dead_letters_of_a_stream_go_to_a_queue() -> None:
    made = kinesis(topics=[LETTERS])
    letters = made.one(QUEUE).inputs
    assert letters["name"] == "ml-clicks-dead-letter"
    assert letters["messageRetentionSeconds"] == 1_209_600
    assert made.outputs("events")["dead_letter_targets"]["clicks"].endswith("/ml-clicks-dead-letter")
    policy = made.outputs("events")["reader_policies"]["clicks"]
    assert allows(policy, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:ml-clicks-dead-letter")
    assert not allows(policy, "sqs:ReceiveMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:ml-clicks-dead-letter")


def test_kafka_producers_write_one_topic_and_read_none(brokers: Recording) -> None:
    policy = brokers.outputs("events")["writer_policies"]["clicks"]
    assert allows(policy, "kafka-cluster:Connect", CLUSTER_ARN)
    assert allows(policy, "kafka-cluster:WriteDataIdempotently", CLUSTER_ARN)
    assert allows(policy, "kafka-cluster:WriteData", CLICKS)
    assert not allows(policy, "kafka-cluster:WriteData", f"{CLICKS}-dead-letter")
    assert not allows(policy, "kafka-cluster:ReadData", CLICKS)
    assert not allows(policy, "kafka-cluster:AlterGroup", INGEST)


def test_kafka_consumers_read_one_topic_in_their_groups(brokers: Recording) -> None:
    policy = brokers.outputs("events")["reader_policies"]["clicks"]
    assert allows(policy, "kafka-cluster:ReadData", CLICKS)
    assert allows(policy, "kafka-cluster:AlterGroup", INGEST)
    assert allows(policy, "kafka-cluster:AlterGroup", f"{INGEST}-6f1c")
    assert not allows(policy, "kafka-cluster:AlterGroup", f"{INGEST}er")
    assert not allows(policy, "kafka-cluster:WriteData", CLICKS)
    assert allows(policy, "kafka-cluster:WriteData", f"{CLICKS}-dead-letter")


def test_kinesis_producers_and_consumers_have_one_stream() -> None:
    outputs = kinesis(topics=[{**TOPIC, "consumers": [{**READER, "fan_out": True}]}]).outputs("events")
    arn, key = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/ml-clicks", outputs["key_arn"]
    writer, reader = outputs["writer_policies"]["clicks"], outputs["reader_policies"]["clicks"]
    assert allows(writer, "kinesis:PutRecords", arn)
    assert not allows(writer, "kinesis:GetRecords", arn)
    assert allows(writer, "kms:GenerateDataKey", key, **VIA)
    assert not allows(writer, "kms:Decrypt", key, **VIA)
    assert allows(reader, "kinesis:GetRecords", arn)
    assert allows(reader, "kinesis:SubscribeToShard", f"{arn}/consumer/ingest:1")
    assert allows(reader, "kms:Decrypt", key, **VIA)
    assert not allows(reader, "kms:Decrypt", key, kms_viaservice="s3.us-east-1.amazonaws.com")


def test_schemas_are_registered_and_clients_read_them() -> None:
    made = kinesis(topics=[{**TOPIC, "record_schema": {"file": SCHEMA_FILE}}])
    schema = made.one(SCHEMA).inputs
    assert (schema["dataFormat"], schema["compatibility"], schema["schemaName"]) == ("AVRO", "BACKWARD", "clicks")
    assert json.loads(schema["schemaDefinition"])["name"] == "Click"
    outputs = made.outputs("events")
    assert outputs["registry_name"] == "ml"
    for policies in (outputs["writer_policies"], outputs["reader_policies"]):
        assert allows(policies["clicks"], "glue:GetSchemaVersion", outputs["schema_arns"]["clicks"])
        assert not allows(policies["clicks"], "glue:RegisterSchemaVersion", outputs["schema_arns"]["clicks"])
    assert kinesis().all(REGISTRY) == []


@pytest.mark.parametrize(
    ("make", "topic", "metric", "dimensions", "threshold"),
    [
        (
            kafka,
            TOPIC,
            "EstimatedMaxTimeLag",
            {"Cluster Name": "ml", "Consumer Group": "ingest", "Topic": "clicks"},
            300,
        ),
        (
            serverless,
            {**TOPIC, "consumers": [{**READER, "maximum_lag_seconds": 60}]},
            "EstimatedMaxTimeLag",
            {"Cluster Name": "ml", "Consumer Group": "ingest", "Topic": "clicks"},
            60,
        ),
        (kinesis, TOPIC, "GetRecords.IteratorAgeMilliseconds", {"StreamName": "ml-clicks"}, 300_000),
        (
            kinesis,
            {**TOPIC, "consumers": [{**READER, "fan_out": True}]},
            "SubscribeToShardEvent.MillisBehindLatest",
            {"StreamName": "ml-clicks", "ConsumerName": "ingest"},
            300_000,
        ),
    ],
)
def test_a_consumer_that_is_behind_rings(
    make: Any, topic: dict[str, Any], metric: str, dimensions: dict[str, str], threshold: float
) -> None:
    made = make(topics=[topic])
    [alarm] = [each.inputs for each in made.all(ALARM) if "lag" in each.name]
    assert (alarm["metricName"], alarm["dimensions"]) == (metric, dimensions)
    assert (alarm["threshold"], alarm["statistic"]) == (threshold, "Maximum")


def test_readers_without_fan_out_have_one_alarm_together() -> None:
    readers = [READER, {**READER, "name": "archive", "maximum_lag_seconds": 3600}]
    alarm = kinesis(topics=[{**TOPIC, "consumers": readers}]).one(ALARM).inputs
    assert alarm["threshold"] == 300_000


def test_each_broker_has_an_alarm_for_its_disk(brokers: Recording) -> None:
    disks = [each.inputs for each in brokers.all(ALARM) if each.inputs["metricName"] == "KafkaDataLogsDiskUsed"]
    assert sorted(each["dimensions"]["Broker ID"] for each in disks) == ["1", "2", "3"]


def test_alarms_are_sent_to_the_notification_that_is_named() -> None:
    told = kinesis(notifications=[{"name": "alerts", "emails": ["ml@example.com"]}], alarm_notification="alerts")
    topic = told.one(SNS_TOPIC)
    assert topic.urn in told.one(ALARM).property_dependencies["alarmActions"]
    assert "AlarmsEncrypt" in statements(told.one(KEY))
    policy = json.loads(told.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])["Statement"]
    assert [each["Sid"] for each in policy] == ["TlsOnly", "Alarms"]
    assert told.one(SUBSCRIPTION).inputs["endpoint"] == "ml@example.com"
    assert "alarmActions" not in kinesis().one(ALARM).inputs


def test_a_queue_is_encrypted_and_moves_what_fails() -> None:
    made = kinesis(topics=[], queues=[{"name": "retrain", "maximum_receives": 3}])
    queue = made.one(QUEUE, "events-queue-retrain")
    assert "kmsMasterKeyId" in queue.property_dependencies
    redrive = json.loads(queue.inputs["redrivePolicy"])
    assert redrive["maxReceiveCount"] == 3
    assert redrive["deadLetterTargetArn"].endswith(":ml-retrain-dead-letter")
    for policy in made.all(QUEUE_POLICY):
        assert json.loads(policy.inputs["policy"])["Statement"][0]["Condition"] == {
            "Bool": {"aws:SecureTransport": "false"}
        }
    assert [each.inputs["metricName"] for each in made.all(ALARM)] == ["ApproximateNumberOfMessagesVisible"]
    outputs = made.outputs("events")
    sender, receiver = outputs["sender_policies"]["retrain"], outputs["receiver_policies"]["retrain"]
    arn = outputs["queue_arns"]["retrain"]
    assert allows(sender, "sqs:SendMessage", arn)
    assert not allows(sender, "sqs:ReceiveMessage", arn)
    assert allows(receiver, "sqs:DeleteMessage", arn)
    assert not allows(receiver, "sqs:SendMessage", arn)


def test_a_queue_receives_notifications_after_it_lets_them_in() -> None:
    made = kinesis(
        topics=[],
        queues=[{"name": "retrain", "notifications": ["drift"]}],
        notifications=[{"name": "drift"}],
    )
    subscription = made.one(SUBSCRIPTION)
    assert (subscription.inputs["protocol"], subscription.inputs["rawMessageDelivery"]) == ("sqs", True)
    assert "events-queue-retrain-policy" in needs(made, subscription)
    policy = made.one(QUEUE_POLICY, "events-queue-retrain-policy").inputs["policy"]
    lets_in = json.loads(policy)["Statement"][1]
    assert lets_in["Principal"] == {"Service": "sns.amazonaws.com"}
    assert lets_in["Condition"]["ArnEquals"]["aws:SourceArn"] == [f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-drift"]
    assert statements(made.one(KEY))["NotificationsEncrypt"]["Principal"] == {"Service": "sns.amazonaws.com"}


def test_fifo_queues_and_notifications_have_their_ending() -> None:
    made = kinesis(
        topics=[],
        queues=[{"name": "retrain", "fifo": True, "notifications": ["drift"]}],
        notifications=[{"name": "drift", "fifo": True}],
    )
    assert {each.inputs["name"] for each in made.all(QUEUE)} == {"ml-retrain.fifo", "ml-retrain-dead-letter.fifo"}
    assert made.one(SNS_TOPIC).inputs["name"] == "ml-drift.fifo"


def test_quotas_of_a_consumer_are_added_up_over_its_topics() -> None:
    made = kafka(topics=[TOPIC, {**TOPIC, "name": "views"}])
    assert made.outputs("events")["consumer_quotas"] == {"ingest": 3 * 2**20}


def test_what_holds_records_is_protected_unless_it_is_lifted() -> None:
    topics = [{**LETTERS, "record_schema": {"file": SCHEMA_FILE}}]
    kept = {each.type for each in kafka(topics=topics).resources if each.protect}
    assert kept == {CLUSTER, KAFKA_TOPIC, KEY, REGISTRY, SCHEMA}
    assert {each.type for each in kinesis().resources if each.protect} == {STREAM, KEY}
    assert not any(each.protect for each in kafka(topics=topics, deletion_protection=False).resources)


def test_the_outputs_say_how_to_connect(brokers: Recording) -> None:
    outputs = brokers.outputs("events")
    assert outputs["kind"] == "msk-provisioned"
    assert outputs["bootstrap_brokers"].endswith(":9098")
    assert outputs["cluster_arn"] == CLUSTER_ARN
    assert outputs["security_group_id"] == "sg-events-sg"
    assert outputs["topic_names"] == {"clicks": "clicks"}
    assert outputs["topic_arns"] == {"clicks": CLICKS}
    assert outputs["dead_letter_arns"] == {"clicks": f"{CLICKS}-dead-letter"}


def test_kinesis_outputs_name_its_streams_and_no_brokers() -> None:
    outputs = kinesis().outputs("events")
    assert (outputs["kind"], outputs["bootstrap_brokers"], outputs["cluster_arn"]) == ("kinesis", "", "")
    assert outputs["topic_names"] == {"clicks": "ml-clicks"}


@pytest.mark.parametrize("make", [kinesis, kafka, serverless])
def test_at_preview_the_same_resources_are_planned(make: Any) -> None:
    args = {"topics": [LETTERS], "queues": [{"name": "q"}], "notifications": [{"name": "n"}]}
    preview = make(Recording(preview=True), **args)
    assert {each.urn for each in preview.resources} == {each.urn for each in make(**args).resources}


@pytest.mark.parametrize("make", [kinesis, kafka, serverless])
def test_every_rule_holds_in_production(make: Any) -> None:
    made = make(
        topics=[{**LETTERS, "record_schema": {"file": SCHEMA_FILE}}],
        queues=[{"name": "retrain", "notifications": ["alerts"]}],
        notifications=[{"name": "alerts"}],
        alarm_notification="alerts",
    )
    told = {
        f"{each.policy}: {each.message}"
        for each in evaluate(made.resources, context(usage={"streams": {"written_gb": 4000}}))
    }
    # Tags come from the stack's provider, which there is none of here.
    assert {each for each in told if not each.startswith("required-tags")} == set()
