"""What is read, written and refused: the words that the parts of the worker share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A record of a topic, as it was read."""

    topic: str
    partition: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = field(default=())


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be written, and why."""

    message: Message
    reason: str


Record = Mapping[str, Any]
"""The fields of a record, by name."""
Row = Mapping[str, Any]
"""The columns of a row for one feature view, by name."""


class BadRecordError(Exception):
    """A record that no retry will make right."""


class UnavailableError(Exception):
    """A server did not do its part. Another attempt may succeed."""


class Source(Protocol):
    """A topic, read by one member of a consumer group."""

    def poll(self) -> list[Message]:
        """The next records; none when there are none within about a second.

        Raises:
            UnavailableError: the brokers refuse or do not answer.
        """
        ...

    def wait(self, seconds: float) -> None:
        """Pass the time and stay a member of the group, without reading."""
        ...

    def reject(self, rejected: Sequence[Rejected]) -> None:
        """Send records to the dead letters.

        Raises:
            UnavailableError: not all of them arrived.
        """
        ...

    def commit(self, messages: Sequence[Message]) -> None:
        """Record that these messages, in the order in which they were read, are done.

        Raises:
            UnavailableError: this was not recorded.
        """
        ...

    def lag(self) -> Mapping[str, int]:
        """The number of records that are not read yet, by partition, as of the last read."""
        ...

    @property
    def joined(self) -> bool:
        """Whether the group has taken in this member."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...
