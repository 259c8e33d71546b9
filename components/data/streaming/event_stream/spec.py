"""What an event stream is made from, and what is refused."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, model_validator

from ....core.log_retention import RETENTION_DAYS, LogRetentionDays
from ....core.problems import Problem, refusal
from ....core.spec import Spec
from .capacity import capacity_problems
from .kafka_spec import KafkaConfig, KafkaSpec
from .made_names import name_problems
from .messaging_spec import SHORT_NAME, NotificationConfig, NotificationSpec, QueueConfig, QueueSpec
from .topic_spec import DEAD_LETTER, KAFKA_HOURS, TopicConfig, TopicSpec

KINESIS_HOURS = (24, 8760)
"""The shortest and the longest retention. Source: Kinesis API reference, IncreaseStreamRetentionPeriod."""
_KAFKA_PARTITIONS = 3


class StreamEngine(StrEnum):
    """What runs the stream.

    `kinesis` costs least for small streams and has no servers. `msk-provisioned` is Kafka on brokers of a fixed size.
    `msk-serverless` is Kafka without brokers, which costs more than three small brokers and has no API for topics.
    """

    KINESIS = "kinesis"
    MSK_PROVISIONED = "msk-provisioned"
    MSK_SERVERLESS = "msk-serverless"

    @property
    def is_kafka(self) -> bool:
        """Whether clients speak the Kafka protocol."""
        return self is not StreamEngine.KINESIS


class EventStreamConfig(TypedDict):
    """An event stream, as a stack's config describes it."""

    stream_name: str
    """The name of the cluster; streams, queues, notifications and the schema registry begin with it."""
    engine: NotRequired[StreamEngine]
    """What runs the stream; kinesis when left out."""
    kafka: NotRequired[KafkaConfig]
    """The brokers, with engine msk-provisioned."""
    topics: NotRequired[list[TopicConfig]]
    """The topics."""
    queues: NotRequired[list[QueueConfig]]
    """SQS queues, each with a dead-letter queue."""
    notifications: NotRequired[list[NotificationConfig]]
    """SNS topics."""
    alarm_notification: NotRequired[str]
    """The notification that alarms are sent to; alarms only change their state when left out."""
    log_retention_days: NotRequired[int]
    """Days that the logs of brokers are kept."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the cluster or streams, topics, the schema registry and the key."""


class EventStreamArgs(EventStreamConfig):
    """The arguments of an EventStream: its config, and for Kafka its network."""

    vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC. Kafka needs it."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """Isolated subnets, one in each zone; none of them in the zone use1-az3. Kafka needs them."""
    client_security_group_id: NotRequired[pulumi.Input[str]]
    """The security group of the nodes whose pods connect. Kafka needs it."""
    further_client_security_group_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The security groups of other clients, such as Spark, by a short name."""


class EventStreamSpec(Spec):
    """Topics on Kinesis or Kafka, with schemas, quotas and alarms of their consumers, and queues for single events."""

    stream_name: str = Field(
        pattern=SHORT_NAME,
        max_length=40,
        description="The name of the cluster; streams, queues, notifications and the schema registry begin with it.",
    )
    engine: StreamEngine = Field(
        default=StreamEngine.KINESIS,
        description="What runs the stream: kinesis, which costs least for small streams, msk-provisioned (Kafka), or "
        "msk-serverless.",
    )
    kafka: KafkaSpec | None = Field(default=None, description="The brokers, with engine msk-provisioned.")
    topics: tuple[TopicSpec, ...] = Field(default=(), description="The topics.")
    queues: tuple[QueueSpec, ...] = Field(default=(), description="SQS queues, each with a dead-letter queue.")
    notifications: tuple[NotificationSpec, ...] = Field(default=(), description="SNS topics.")
    alarm_notification: str | None = Field(
        default=None,
        description="The notification that alarms are sent to; alarms only change their state when left out.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=90,
        description="Days that the logs of brokers are kept.",
        json_schema_extra={"enum": list(RETENTION_DAYS)},
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether a deployment refuses to delete the cluster or streams, topics, the schema registry and "
        "the key until it is lifted.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "EventStreamSpec":
        found = (
            *self._engine_problems(),
            *self._topic_problems(),
            *self._name_problems(),
            *self._notification_problems(),
        )
        if error := refusal(found or capacity_problems(self)):
            raise error
        return self

    def _engine_problems(self) -> Iterator[Problem]:
        if self.kafka and self.engine is not StreamEngine.MSK_PROVISIONED:
            remedy = f"engine = {self.engine} has no brokers; remove kafka, or set engine to msk-provisioned"
            yield Problem(("kafka",), self.kafka.model_dump(mode="json", exclude_unset=True), remedy)
        if not (self.topics or self.queues or self.notifications):
            yield Problem(("topics",), [], "the event stream is empty; add topics, queues or notifications")
        if self.engine.is_kafka and not self.topics:
            yield Problem(
                ("topics",), [], f"engine = {self.engine} makes a cluster for topics; add some, or remove engine"
            )

    def _topic_problems(self) -> Iterator[Problem]:
        for index, topic in enumerate(self.topics):
            problems = self._kafka_topic(topic) if self.engine.is_kafka else self._kinesis_topic(topic)
            yield from (each.within("topics", index) for each in problems)

    def _kinesis_topic(self, topic: TopicSpec) -> Iterator[Problem]:
        least, most = KINESIS_HOURS
        if topic.compacted:
            yield Problem(("compacted",), True, "Kinesis has no compacted streams; remove it, or use Kafka")
        if topic.local_retention_hours:
            yield Problem(("localRetentionHours",), topic.local_retention_hours, "Kinesis has no tiers; remove it")
        if topic.retention_hours and not least <= topic.retention_hours <= most:
            remedy = f"Kinesis keeps records for {least} to {most} hours; write a number between"
            yield Problem(("retentionHours",), topic.retention_hours, remedy)

    def _kafka_topic(self, topic: TopicSpec) -> Iterator[Problem]:
        for index, consumer in enumerate(topic.consumers):
            if consumer.fan_out:
                yield Problem(("consumers", index, "fanOut"), True, "only Kinesis has it; remove it")
        if topic.local_retention_hours and not self.brokers.tiered_storage:
            remedy = "it needs kafka.tieredStorage: true with engine msk-provisioned; set it, or remove the field"
            yield Problem(("localRetentionHours",), topic.local_retention_hours, remedy)

    def _name_problems(self) -> Iterator[Problem]:
        own = {_in_metrics(topic.name): topic.name for topic in self.topics}
        seen: dict[str, str] = {}
        for index, topic in enumerate(self.topics):
            same = _in_metrics(topic.name)
            if same in seen:
                remedy = "the name is used twice; rename one"
                if seen[same] != topic.name:
                    remedy = f"it is too similar to {seen[same]}: Kafka's metrics write dots as underscores; rename one"
                yield Problem(("topics", index, "name"), topic.name, remedy)
            seen[same] = topic.name
            letters = _in_metrics(topic.dead_letter_name)
            if topic.dead_letter and letters in own:
                remedy = (
                    f"its dead-letter topic would be {topic.dead_letter_name}, and {own[letters]} is a topic too; "
                    "rename one"
                )
                yield Problem(("topics", index, "name"), topic.name, remedy)
            if not self.engine.is_kafka and len(self.stream_of(topic)) > 80:
                remedy = f"the name {self.stream_of(topic)} exceeds 80 characters; shorten it"
                yield Problem(("topics", index, "name"), topic.name, remedy)
        yield from name_problems(self)

    def _notification_problems(self) -> Iterator[Problem]:
        known = {each.name: each for each in self.notifications}
        names = ", ".join(known) or "none"
        for index, queue in enumerate(self.queues):
            for name in queue.notifications:
                if name not in known:
                    yield Problem(("queues", index, "notifications"), name, f"notifications has {names}; add it there")
                elif known[name].fifo and not queue.fifo:
                    yield Problem(
                        ("queues", index, "notifications"), name, "it is FIFO, so set fifo: true of the queue"
                    )
        if self.alarm_notification and self.alarm_notification not in known:
            yield Problem(("alarmNotification",), self.alarm_notification, f"notifications has {names}; add it there")
        elif self.alarm_notification and known[self.alarm_notification].fifo:
            remedy = "CloudWatch sends no alarms to FIFO topics; name one without fifo"
            yield Problem(("alarmNotification",), self.alarm_notification, remedy)
        for index, each in enumerate(self.notifications):
            if each.fifo and each.emails:
                yield Problem(
                    ("notifications", index, "emails"), list(each.emails), "FIFO topics send no email; remove it"
                )

    @property
    def brokers(self) -> KafkaSpec:
        """The brokers of a provisioned cluster."""
        return self.kafka or KafkaSpec()

    @property
    def replication(self) -> int:
        """Copies of each partition: one in each zone."""
        return self.brokers.zones if self.engine is StreamEngine.MSK_PROVISIONED else 3

    def partitions_of(self, topic: TopicSpec) -> int | None:
        """The partitions or shards of a topic; None for a stream on demand."""
        return topic.partitions or (_KAFKA_PARTITIONS if self.engine.is_kafka else None)

    @property
    def kafka_partitions(self) -> int:
        """The partitions of all topics in Kafka, whatever the engine: with the dead-letter topics, one each."""
        return sum((topic.partitions or _KAFKA_PARTITIONS) + topic.dead_letter for topic in self.topics)

    def hours_of(self, topic: TopicSpec) -> int:
        """How long a topic keeps records."""
        return topic.retention_hours or (KAFKA_HOURS if self.engine.is_kafka else KINESIS_HOURS[0])

    def stream_of(self, topic: TopicSpec) -> str:
        """What AWS calls a topic: its own name in Kafka, with the event stream's before it in Kinesis."""
        return topic.name if self.engine.is_kafka else f"{self.stream_name}-{topic.name}"

    def dead_letter_queue_of(self, topic: TopicSpec) -> str:
        """What AWS calls the queue of a stream's dead letters; names of queues have no dots."""
        return f"{self.stream_of(topic).replace('.', '-')}{DEAD_LETTER}"


def _in_metrics(topic: str) -> str:
    return topic.replace(".", "_")
