"""A topic of Kafka, read by one member of a consumer group, and its dead-letter topic.

Kafka's client is confluent-kafka, because it is kept by Kafka's makers, has types, and lets a callback renew tokens.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as KafkaMessage

from workers.feature_ingest.records import Message, Rejected, UnavailableError
from workers.feature_ingest.settings import Security, Settings

_LOG = logging.getLogger(__name__)
HEADER = "mlplatform-"
"""What the names of the headers begin with that a dead letter gets."""
_LARGEST_MESSAGE = 64 * 1024 * 1024
_POLL_SECONDS, _PAUSED_POLL_SECONDS, _FLUSH_SECONDS = 1.0, 0.5, 60.0
_NOT_OURS = (
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.FENCED_INSTANCE_ID,
    KafkaError._NO_OFFSET,  # pyright: ignore[reportPrivateUsage] - its public name
)
"""Why a commit is not taken when another member has the partition now. It reads the records again."""


class KafkaSource:
    """See records.Source. Offsets are committed only by `commit`."""

    def __init__(self, settings: Settings):
        self._topic, self._batch_size = settings.topic, settings.batch_size
        self._problem = ""
        common = {**connection(settings), "error_cb": self._report}
        self._consumer = Consumer(
            {
                **common,
                "group.id": settings.group,
                "enable.auto.commit": False,
                # A new group reads what the topic still has, so that nothing is missed.
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                # A new member takes only the partitions that it gets; the others go on.
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        self._letters = DeadLetterTopic(settings)
        self._consumer.subscribe([settings.topic])

    def poll(self) -> list[Message]:
        """See Source."""
        try:
            found = self._consumer.consume(self._batch_size, _POLL_SECONDS)
        except KafkaException as error:
            raise UnavailableError(f"reading {self._topic}: {error}") from error
        messages = [_message(each) for each in found if each.error() is None]
        problems = [error.str() for each in found if (error := each.error())]
        if messages:
            self._problem = ""
        elif problem := "; ".join(problems) or self._problem:
            self._problem = ""
            raise UnavailableError(f"reading {self._topic}: {problem}")
        return messages

    def wait(self, seconds: float) -> None:
        """See Source. A member that does not poll for five minutes loses its partitions."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # Partitions that a rebalance brings meanwhile are not paused yet.
            self._consumer.pause(self._consumer.assignment())
            if early := self._consumer.poll(_PAUSED_POLL_SECONDS):
                self._put_back(early)
        self._consumer.resume(self._consumer.assignment())

    def reject(self, rejected: Sequence[Rejected]) -> None:
        """See Source."""
        self._letters.send(rejected)

    def commit(self, messages: Sequence[Message]) -> None:
        """See Source. Partitions that another member has by now are left to it."""
        ours = {str(each.partition) for each in self._consumer.assignment()}
        done = {each.partition: each.offset + 1 for each in messages if each.partition in ours}
        offsets = [TopicPartition(self._topic, int(partition), offset) for partition, offset in done.items()]
        if not offsets:
            return
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            cause = cast(KafkaError, error.args[0])
            if cause.code() not in _NOT_OURS:
                raise UnavailableError(f"committing offsets of {self._topic}: {cause.str()}") from error
            _LOG.warning("offsets are not committed: %s; another worker reads the records again", cause.str())

    def lag(self) -> Mapping[str, int]:
        """See Source."""
        found: dict[str, int] = {}
        for place in self._consumer.position(self._consumer.assignment()):
            _, end = self._consumer.get_watermark_offsets(place, cached=True) or (-1, -1)
            if place.offset >= 0 and end >= place.offset:
                found[str(place.partition)] = end - place.offset
        return found

    @property
    def joined(self) -> bool:
        """See Source."""
        return bool(self._consumer.memberid())

    def close(self) -> None:
        """See Source."""
        self._consumer.close()

    def _put_back(self, early: KafkaMessage) -> None:
        topic, partition, offset = early.topic(), early.partition(), early.offset()
        if early.error() is None and topic is not None and partition is not None and offset is not None:
            self._consumer.seek(TopicPartition(topic, partition, offset))

    def _report(self, error: KafkaError) -> None:
        _warn(error)
        self._problem = error.str()


class DeadLetterTopic:
    """A topic of records that cannot be written."""

    def __init__(self, settings: Settings):
        self._topic, self._group = settings.dead_letters, settings.group
        self._producer = Producer(
            {
                **connection(settings),
                "error_cb": _warn,
                "enable.idempotence": True,
                "message.timeout.ms": 30_000,
                # The brokers say what is too large.
                "message.max.bytes": _LARGEST_MESSAGE,
            }
        )

    def send(self, rejected: Sequence[Rejected]) -> None:
        """Send records, and return after all of them arrived.

        Value, key and headers are kept; further headers say why, and where the record was.

        Raises:
            UnavailableError: not all of them arrived.
        """
        if too_large := self._send(rejected):
            self._send([without_value(each) for each in too_large])

    def _send(self, rejected: Sequence[Rejected]) -> list[Rejected]:
        """Send to the dead letters and wait until they arrived. Returns those that the brokers find too large."""
        too_large: list[Rejected] = []
        failures: list[str] = []

        def delivered(error: KafkaError | None, each: Rejected) -> None:
            if error and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                too_large.append(each)
            elif error:
                failures.append(error.str())

        for each in rejected:
            self._producer.produce(
                self._topic,
                each.message.value,
                each.message.key,
                headers=_headers(each, self._group),
                on_delivery=lambda error, _, each=each: delivered(error, each),
            )
        if left := self._producer.flush(_FLUSH_SECONDS):
            failures.append(f"{left} records did not arrive in {_FLUSH_SECONDS:.0f} seconds")
        if failures:
            raise UnavailableError(f"writing to {self._topic}: {failures[0]}")
        return too_large


def _warn(error: KafkaError) -> None:
    _LOG.warning("Kafka: %s", error.str())


def connection(settings: Settings) -> dict[str, Any]:
    """How clients reach the brokers and log in. Tokens of IAM are valid for 15 minutes; the callback renews them."""
    common: dict[str, Any] = {"bootstrap.servers": settings.brokers, "client.id": settings.group}
    if settings.security is Security.NONE:
        return common

    def token(_: str) -> tuple[str, float]:
        return iam_token(settings.region)

    return {**common, "security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER", "oauth_cb": token}


def iam_token(region: str) -> tuple[str, float]:
    """A token that the pod's own role signs, and when it ends, in seconds since 1970."""
    signer: Any = import_module("aws_msk_iam_sasl_signer.MSKAuthTokenProvider")
    token, milliseconds = signer.generate_auth_token(region)
    return token, milliseconds / 1000


def without_value(rejected: Rejected) -> Rejected:
    """A dead letter that has room for its headers. The value is still in the topic."""
    reason = f"{rejected.reason} (with its value, the dead letter would be too large; read it in the topic)"
    return Rejected(replace(rejected.message, value=None), reason)


def reasons(rejected: Rejected, group: str) -> dict[str, str]:
    """Why a record was rejected, by whom, and where it was."""
    message = rejected.message
    return {
        f"{HEADER}reason": rejected.reason,
        f"{HEADER}group": group,
        f"{HEADER}topic": message.topic,
        f"{HEADER}partition": message.partition,
        f"{HEADER}offset": str(message.offset),
    }


def _headers(rejected: Rejected, group: str) -> list[tuple[str, str | bytes | None]]:
    return [*rejected.message.headers, *reasons(rejected, group).items()]


def _message(found: KafkaMessage) -> Message:
    headers = cast(Sequence[tuple[str, bytes | None]], found.headers() or ())
    topic, partition, offset = found.topic(), found.partition(), found.offset()
    return Message(
        topic=topic or "",
        partition=str(partition),
        offset=-1 if offset is None else offset,
        key=found.key(),
        value=found.value(),
        headers=tuple(headers),
    )
