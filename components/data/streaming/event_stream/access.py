"""What producers and consumers of an event stream may do, as plain data.

Sources: Service Authorization Reference, "Apache Kafka APIs for Amazon MSK clusters", "Amazon Kinesis Data Streams",
"AWS Glue", "Amazon SQS" and "Amazon SNS"; Amazon MSK developer guide, "Semantics of IAM authorization policy actions
and resources".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ....core.account import Account
from ....core.iam import Statement, allow, document, tls_only
from ....core.kms import through


def kafka_arn(cluster_arn: str, kind: str, name: str) -> str:
    """The ARN of a topic or group of a cluster, derived from the cluster's."""
    return f"{cluster_arn.replace(':cluster/', f':{kind}/', 1)}/{name}"


@dataclass(frozen=True, slots=True)
class KafkaTopic:
    """A topic of a Kafka cluster with its consumer groups."""

    cluster_arn: str
    name: str
    dead_letter: str = ""
    groups: tuple[str, ...] = ()

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a topic or group of the cluster."""
        return kafka_arn(self.cluster_arn, kind, name)


def kafka_write(topic: KafkaTopic) -> list[Statement]:
    """Lets a producer write to a topic, idempotently, as producers of Kafka 3 and later do by default."""
    connect = ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"]
    write = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
    return [
        allow("Connect", connect, [topic.cluster_arn]),
        allow("WriteTopic", write, [topic.arn("topic", topic.name)]),
    ]


def kafka_read(topic: KafkaTopic) -> list[Statement]:
    """Lets the consumer groups of a topic read it and write what they can't process to its dead-letter topic.

    A group may add a suffix after a hyphen to its name, as Spark does with `groupIdPrefix`.
    """
    connect = ["kafka-cluster:Connect", *(["kafka-cluster:WriteDataIdempotently"] if topic.dead_letter else [])]
    read = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
    found = [
        allow("Connect", connect, [topic.cluster_arn]),
        allow("ReadTopic", read, [topic.arn("topic", topic.name)]),
    ]
    if topic.groups:
        names = [each for group in topic.groups for each in (group, f"{group}-*")]
        arns = [topic.arn("group", name) for name in names]
        found.append(allow("JoinGroups", ["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"], arns))
    if topic.dead_letter:
        write = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
        found.append(allow("WriteDeadLetters", write, [topic.arn("topic", topic.dead_letter)]))
    return found


def kafka_administration(cluster_arn: str, topics: Sequence[str]) -> str:
    """Lets its holder create and configure these topics with a Kafka client."""
    arns = [kafka_arn(cluster_arn, "topic", name) for name in topics]
    change = (
        *("CreateTopic", "DescribeTopic", "AlterTopic"),
        *("DescribeTopicDynamicConfiguration", "AlterTopicDynamicConfiguration"),
    )
    return document(
        allow("Connect", ["kafka-cluster:Connect"], [cluster_arn]),
        allow("Topics", [f"kafka-cluster:{each}" for each in change], arns),
    )


def kinesis_write(stream_arn: str, key_arn: str, account: Account) -> list[Statement]:
    """Lets a producer write to a stream."""
    write = ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary", "kinesis:ListShards"]
    return [
        allow("WriteStream", write, [stream_arn]),
        _through("EncryptRecords", ["kms:GenerateDataKey"], key_arn, "kinesis", account),
    ]


def kinesis_read(stream_arn: str, consumer_arns: Sequence[str], key_arn: str, account: Account) -> list[Statement]:
    """Lets consumers read a stream, also by fan-out where they are registered."""
    read = ["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    found = [
        allow("ReadStream", read, [stream_arn]),
        _through("DecryptRecords", ["kms:Decrypt"], key_arn, "kinesis", account),
    ]
    if consumer_arns:
        subscribe = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
        found.append(allow("FanOut", subscribe, list(consumer_arns)))
    return found


def schema_read(registry_arn: str, schema_arn: str) -> Statement:
    """Lets producers and consumers fetch versions of a schema, and no one register a version past the program."""
    return allow("ReadSchema", ["glue:GetSchemaByDefinition", "glue:GetSchemaVersion"], [registry_arn, schema_arn])


def queue_send(sid: str, queue_arn: str, key_arn: str, account: Account) -> list[Statement]:
    """Lets its holder send to a queue. `sid` names the statement."""
    return [
        allow(sid, ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], [queue_arn]),
        _through("EncryptMessages", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, "sqs", account),
    ]


def queue_receive(queue_arn: str, key_arn: str, account: Account) -> list[Statement]:
    """Lets its holder receive messages of a queue and delete what is done."""
    receive = [
        *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        *("sqs:GetQueueUrl", "sqs:ReceiveMessage"),
    ]
    return [
        allow("Receive", receive, [queue_arn]),
        _through("DecryptMessages", ["kms:Decrypt"], key_arn, "sqs", account),
    ]


def notification_publish(topic_arn: str, key_arn: str, account: Account) -> list[Statement]:
    """Lets its holder publish a notification."""
    return [
        allow("Publish", ["sns:Publish"], [topic_arn]),
        _through("EncryptMessages", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, "sns", account),
    ]


def queue_policy(queue_arn: str, topic_arns: Sequence[str]) -> str:
    """The policy of a queue: TLS alone, and messages from these SNS topics.

    Sources: SQS developer guide, "Amazon SQS security best practices"; SNS developer guide, "Subscribing an Amazon SQS
    queue".
    """
    statements = [tls_only("sqs:*", queue_arn)]
    if topic_arns:
        statements.append(
            {
                **allow(
                    "Notifications", ["sqs:SendMessage"], [queue_arn], {"ArnEquals": {"aws:SourceArn": topic_arns}}
                ),
                "Principal": {"Service": "sns.amazonaws.com"},
            }
        )
    return document(*statements)


def _through(sid: str, actions: Sequence[str], key_arn: str, service: str, account: Account) -> Statement:
    """Lets the key be used through one service alone."""
    return allow(sid, actions, [key_arn], through(account, service))
