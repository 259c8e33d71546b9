"""Where records go that cannot be written: a topic of Kafka, or an SQS queue for records of Kinesis."""

import base64
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from workers.feature_ingest.kafka import DeadLetterTopic, reasons, without_value
from workers.feature_ingest.records import Rejected, UnavailableError
from workers.feature_ingest_spark.settings import JobSettings, SourceKind, TopicSettings

_LARGEST_BODY = 240 * 1024
"""SQS counts the attributes too, and its limit is 256 KiB in older queues. Source: SQS developer guide, "Message
quotas"."""
_LONGEST_REASON = 2000
_made: dict[tuple[str, str], "DeadLetters"] = {}


class DeadLetters(Protocol):
    """Keeps rejected records."""

    def send(self, rejected: Sequence[Rejected]) -> None:
        """Send records, and return after all of them arrived.

        Raises:
            UnavailableError: not all of them arrived.
        """
        ...


def dead_letters_of(settings: JobSettings, topic: TopicSettings) -> DeadLetters:
    """The dead letters of a topic, for this process."""
    name = (settings.brokers, topic.dead_letters)
    if name not in _made:
        kafka = settings.source is SourceKind.KAFKA
        _made[name] = DeadLetterTopic(settings.of(topic)) if kafka else DeadLetterQueue(settings, topic)
    return _made[name]


class DeadLetterQueue:
    """An SQS queue. The body of a message is the record's value in Base64; its attributes say why and where."""

    def __init__(self, settings: JobSettings, topic: TopicSettings):
        self._url, self._group = topic.dead_letters, settings.consumer
        self._client = cast(Any, import_module("boto3")).client("sqs", region_name=settings.region)

    def send(self, rejected: Sequence[Rejected]) -> None:
        """See DeadLetters."""
        for each in rejected:
            try:
                self._client.send_message(QueueUrl=self._url, **message_of(each, self._group))
            except Exception as error:
                raise UnavailableError(f"writing to {self._url}: {error}") from error


def message_of(rejected: Rejected, group: str) -> dict[str, Any]:
    """The SQS message of a rejected record. A body cannot be empty, so an empty value is a hyphen."""
    body = base64.b64encode(rejected.message.value or b"").decode()
    if len(body) > _LARGEST_BODY:
        return message_of(without_value(rejected), group)
    attributes = {**reasons(rejected, group), "mlplatform-key": (rejected.message.key or b"").decode(errors="replace")}
    return {
        "MessageBody": body or "-",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": _printable(value)[:_LONGEST_REASON]}
            for name, value in attributes.items()
            if value
        },
    }


def _printable(text: str) -> str:
    """Text without the control characters that SQS refuses."""
    return "".join(each if each.isprintable() else " " for each in text)
