"""EventStream: topics on Kinesis or Kafka with their schemas, and queues for single events."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from ....core.account import Account
from ....core.component import Component
from ....core.iam import Statement, document
from ....core.kms import encryption_key, logs_key_grant
from ....core.metric_alarms import Watch, metric_alarm
from ....core.named_outputs import by_name
from ....core.notifications import service_key_grant
from ....core.ordering import after
from . import access
from .alarms import dead_letter_alarm, disk_alarms, lag_alarms
from .kafka_cluster import (
    KafkaCluster,
    KafkaNetwork,
    all_topics,
    kafka_topics,
    provisioned_cluster,
    serverless_cluster,
)
from .kinesis_streams import kinesis_topics
from .messaging import Messages, messages
from .schemas import text_of
from .spec import EventStreamArgs, EventStreamSpec, StreamEngine
from .topic_outputs import TopicOutputs


class EventStream(Component[EventStreamArgs, EventStreamSpec]):
    """Topics on Kinesis, MSK or MSK Serverless, with a schema registry, and SQS queues and SNS topics.

    Everything is encrypted, reached by IAM over TLS alone, and has alarms for consumers that are behind.
    """

    kind: pulumi.Output[str]
    """What runs the topics: kinesis, msk-provisioned or msk-serverless."""
    bootstrap_brokers: pulumi.Output[str]
    """The brokers for clients that log in by IAM over TLS, separated by commas; empty with Kinesis."""
    cluster_arn: pulumi.Output[str]
    """The ARN of the Kafka cluster; empty with Kinesis."""
    security_group_id: pulumi.Output[str]
    """The security group of the brokers; empty with Kinesis."""
    key_arn: pulumi.Output[str]
    """The KMS key of records, logs and messages; empty with MSK Serverless alone, which takes no key."""
    topic_names: pulumi.Output[dict[str, str]]
    """What clients call each topic: the topic of Kafka or the stream of Kinesis, by the name in the arguments."""
    topic_arns: pulumi.Output[dict[str, str]]
    """The ARN of each topic or stream, by the name in the arguments."""
    topic_settings: pulumi.Output[dict[str, str]]
    """Partitions and settings of each Kafka topic as JSON, for a client that creates those of MSK Serverless."""
    topic_administration_policy: pulumi.Output[str]
    """The IAM policy that lets a client create and configure the topics; empty with Kinesis."""
    dead_letter_targets: pulumi.Output[dict[str, str]]
    """Where consumers send what they can't process: a topic of Kafka, or the URL of a queue, by topic."""
    dead_letter_arns: pulumi.Output[dict[str, str]]
    """The ARN of each dead-letter topic or queue, by topic."""
    consumer_quotas: pulumi.Output[dict[str, int]]
    """The bytes that each consumer may read in a second, of all its topics, by consumer."""
    writer_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a producer write to a topic, by topic."""
    reader_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets the consumers of a topic read it and write dead letters, by topic."""
    registry_name: pulumi.Output[str]
    """The Glue schema registry; empty without schemas."""
    registry_arn: pulumi.Output[str]
    """The ARN of the schema registry; empty without schemas."""
    schema_arns: pulumi.Output[dict[str, str]]
    """The ARN of each schema, by topic."""
    queue_urls: pulumi.Output[dict[str, str]]
    """The URL of each queue, by its name in the arguments."""
    queue_arns: pulumi.Output[dict[str, str]]
    """The ARN of each queue, by its name in the arguments."""
    queue_dead_letter_urls: pulumi.Output[dict[str, str]]
    """The URL of each queue's dead-letter queue, by the queue's name in the arguments."""
    sender_policies: pulumi.Output[dict[str, str]]
    """The IAM policy that lets a workload send to a queue, by its name in the arguments."""
    receiver_policies: pulumi.Output[dict[str, str]]
    """The IAM policy that lets a workload receive from a queue, by its name in the arguments."""
    notification_arns: pulumi.Output[dict[str, str]]
    """The ARN of each SNS topic, by its name in the arguments."""
    publisher_policies: pulumi.Output[dict[str, str]]
    """The IAM policy that lets a workload publish a notification, by its name in the arguments."""
    alarm_names: pulumi.Output[list[str]]
    """The names of the alarms, for a composite alarm over them."""

    def __init__(self, name: str, args: EventStreamArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, EventStreamArgs, EventStreamSpec, opts)
        spec = self._spec
        key = self._encryption_key()
        made = messages(name, spec, key, self._account, self) if key else Messages()
        registry = self._registry()
        schemas = self._schemas(registry) if registry else {}
        cluster = self._kafka(key)
        if cluster:
            topics = kafka_topics(spec, cluster)
        else:
            topics = kinesis_topics(name, spec, key, made.dead_letters, self._account, self) if key else {}
        self._make_alarms(made, topics, cluster)
        self._export_cluster(key, cluster)
        self._export_topics(topics)
        self._export_policies(topics, registry, schemas)
        self._export_messages(key, made)
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.engine.is_kafka and not self._network():
            return (
                f"engine = {str(self._spec.engine)!r}: its brokers are in a VPC; pass vpcId, subnetIds and "
                "clientSecurityGroupId"
            )
        return None

    def _network(self) -> KafkaNetwork | None:
        args = self._args
        if "vpc_id" in args and "subnet_ids" in args and "client_security_group_id" in args:
            clients = {"nodes": args["client_security_group_id"], **args.get("further_client_security_group_ids", {})}
            return KafkaNetwork(args["vpc_id"], args["subnet_ids"], clients)
        return None

    @property
    def _log_group(self) -> str:
        return f"/aws/msk/{self._spec.stream_name}"

    def _encryption_key(self) -> aws.kms.Key | None:
        """One key for all that the event stream keeps. MSK Serverless encrypts with a key of AWS alone."""
        spec, account = self._spec, self._account
        if spec.engine is StreamEngine.MSK_SERVERLESS and not (spec.queues or spec.notifications):
            return None
        grants: list[Statement] = []
        if spec.engine is StreamEngine.MSK_PROVISIONED:
            grants.append(logs_key_grant(account, self._log_group))
        if spec.notifications:
            grants.append(service_key_grant("NotificationsEncrypt", "sns", account))
        if spec.alarm_notification:
            grants.append(service_key_grant("AlarmsEncrypt", "cloudwatch", account))
        key = encryption_key(
            f"{self._name}-key",
            f"Records and messages of {spec.stream_name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=grants,
        )
        alias = f"alias/{spec.stream_name}-events"
        aws.kms.Alias(f"{self._name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _kafka(self, key: aws.kms.Key | None) -> KafkaCluster | None:
        spec, network = self._spec, self._network()
        if not (spec.engine.is_kafka and network):
            return None
        if spec.engine is StreamEngine.MSK_SERVERLESS or not key:
            return serverless_cluster(self._name, spec, network, self)
        logs = aws.cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=self._log_group,
            retention_in_days=spec.log_retention_days,
            kms_key_id=key.arn,
            opts=self._child,
        )
        return provisioned_cluster(self._name, spec, network, key, logs, self)

    def _priced_inputs(self) -> Mapping[str, Any]:
        """MSK Serverless is charged for partitions, and AWS has no API that makes its topics."""
        serverless = self._spec.engine is StreamEngine.MSK_SERVERLESS
        return {"kafkaPartitions": self._spec.kafka_partitions} if serverless else {}

    def _registry(self) -> aws.glue.Registry | None:
        spec = self._spec
        if not any(topic.record_schema for topic in spec.topics):
            return None
        return aws.glue.Registry(
            f"{self._name}-registry",
            registry_name=spec.stream_name,
            description=f"Schemas of the topics of {spec.stream_name}",
            # Its deletion deletes every version of its schemas.
            opts=pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
        )

    def _schemas(self, registry: aws.glue.Registry) -> dict[str, aws.glue.Schema]:
        spec = self._spec
        return {
            topic.name: aws.glue.Schema(
                f"{self._name}-schema-{topic.name}",
                registry_arn=registry.arn,
                schema_name=topic.name,
                data_format=str(topic.record_schema.format),
                compatibility=str(topic.record_schema.compatibility),
                schema_definition=text_of(topic.record_schema.file),
                opts=pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            )
            for topic in spec.topics
            if topic.record_schema
        }

    def _make_alarms(self, made: Messages, topics: Mapping[str, TopicOutputs], cluster: KafkaCluster | None) -> None:
        spec = self._spec
        stream = after(spec.stream_name, cluster.arn) if cluster else pulumi.Output.from_input(spec.stream_name)
        watched: dict[str, Watch] = disk_alarms(spec, stream)
        for topic in spec.topics:
            name = stream if cluster else after(spec.stream_of(topic), topics[topic.name].arn)
            watched |= lag_alarms(spec, topic, name)
        for queue, failed in made.failed.items():
            watched[f"dead-letter-queue-{queue}"] = dead_letter_alarm(failed, f"the queue {queue}")
        for topic, letters in made.dead_letters.items():
            watched[f"dead-letter-{topic}"] = dead_letter_alarm(letters, f"the topic {topic}")
        told = made.notifications.get(spec.alarm_notification or "")
        alarms = [
            metric_alarm(f"{self._name}-{short}", each, [told.arn] if told else [], self, f"{spec.stream_name}-{short}")
            for short, each in watched.items()
        ]
        self.alarm_names = pulumi.Output.all(*(each.name for each in alarms))

    def _export_cluster(self, key: aws.kms.Key | None, cluster: KafkaCluster | None) -> None:
        spec, nothing = self._spec, pulumi.Output.from_input("")
        self.kind = pulumi.Output.from_input(str(spec.engine))
        self.key_arn = key.arn if key else nothing
        self.bootstrap_brokers = cluster.bootstrap_brokers if cluster else nothing
        self.cluster_arn = cluster.arn if cluster else nothing
        self.security_group_id = cluster.security_group_id if cluster else nothing
        topics = all_topics(spec) if cluster else {}
        settings = {name: json.dumps({"partitions": count, "configs": each}) for name, (count, each) in topics.items()}
        self.topic_settings = pulumi.Output.from_input(settings)
        self.topic_administration_policy = (
            cluster.arn.apply(lambda arn: access.kafka_administration(arn, list(topics))) if cluster else nothing
        )

    def _export_topics(self, topics: Mapping[str, TopicOutputs]) -> None:
        spec = self._spec
        names = {topic.name: spec.stream_of(topic) for topic in spec.topics}
        self.topic_arns = by_name({name: each.arn for name, each in topics.items()})
        self.topic_names = self.topic_arns.apply(lambda _: names)
        self.dead_letter_targets = by_name(
            {name: each.dead_letter for name, each in topics.items() if each.dead_letter}
        )
        self.dead_letter_arns = by_name(
            {name: each.dead_letter_arn for name, each in topics.items() if each.dead_letter_arn}
        )
        self.consumer_quotas = pulumi.Output.from_input(consumer_quotas(spec))

    def _export_policies(
        self,
        topics: Mapping[str, TopicOutputs],
        registry: aws.glue.Registry | None,
        schemas: Mapping[str, aws.glue.Schema],
    ) -> None:
        def policy(topic: str, statements: pulumi.Output[list[Statement]]) -> pulumi.Output[str]:
            if not (registry and topic in schemas):
                return statements.apply(lambda known: document(*known))
            return pulumi.Output.all(statements, registry.arn, schemas[topic].arn).apply(
                lambda known: document(*known[0], access.schema_read(known[1], known[2]))
            )

        self.writer_policies = by_name({name: policy(name, each.write) for name, each in topics.items()})
        self.reader_policies = by_name({name: policy(name, each.read) for name, each in topics.items()})
        self.registry_name = registry.registry_name if registry else pulumi.Output.from_input("")
        self.registry_arn = registry.arn if registry else pulumi.Output.from_input("")
        self.schema_arns = by_name({name: schema.arn for name, schema in schemas.items()})

    def _export_messages(self, key: aws.kms.Key | None, made: Messages) -> None:
        account, key_arn = self._account, key.arn if key else pulumi.Output.from_input("")

        def policy(
            arn: pulumi.Output[str], grant: Callable[[str, str, Account], list[Statement]]
        ) -> pulumi.Output[str]:
            return pulumi.Output.all(arn, key_arn).apply(lambda known: document(*grant(known[0], known[1], account)))

        send = partial(access.queue_send, "Send")
        self.queue_urls = by_name({name: each.url for name, each in made.queues.items()})
        self.queue_arns = by_name({name: each.arn for name, each in made.queues.items()})
        self.queue_dead_letter_urls = by_name({name: each.url for name, each in made.failed.items()})
        self.sender_policies = by_name({name: policy(each.arn, send) for name, each in made.queues.items()})
        self.receiver_policies = by_name(
            {name: policy(each.arn, access.queue_receive) for name, each in made.queues.items()}
        )
        self.notification_arns = by_name({name: each.arn for name, each in made.notifications.items()})
        self.publisher_policies = by_name(
            {name: policy(each.arn, access.notification_publish) for name, each in made.notifications.items()}
        )


def consumer_quotas(spec: EventStreamSpec) -> dict[str, int]:
    """The bytes that each consumer may read in a second: the sum over its topics."""
    quotas: dict[str, int] = {}
    for topic in spec.topics:
        for each in topic.consumers:
            quotas[each.name] = quotas.get(each.name, 0) + int(each.read_mib_per_second * 2**20)
    return quotas
