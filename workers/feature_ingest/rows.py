"""Turns the fields of a record into a row of a feature view, or says why that cannot be.

Rows hold exactly the types that Feast stores. A value of another type would fail in Feast only when a batch is written,
and with it all other rows of the batch.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from workers.feature_ingest.records import BadRecordError, Record, Row

LARGEST_SKEW = timedelta(minutes=5)
"""How far a clock of a producer may be ahead. The online store keeps the newest row of an entity: a row from the future
would hide all rows until then."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An earlier event was probably written in seconds, not in milliseconds."""
_LARGEST_FLOAT = 3.4028234663852886e38
_LIST = "_LIST"


@dataclass(frozen=True, slots=True)
class View:
    """A feature view, as far as rows need it. Types are the names of Feast's ValueType."""

    name: str
    keys: Mapping[str, str]
    """The types of the entity's join keys, by column."""
    features: Mapping[str, str]
    """The types of the features, by column of the view's source."""
    timestamp: str
    """The column of the time of the event."""
    created: str = ""
    """The column of the time of the row's creation; empty when the source has none."""

    def problem(self) -> str:
        """Why the worker cannot write to this view; empty when it can."""
        for column, kind in {**self.keys, **self.features}.items():
            if kind.removesuffix(_LIST) not in _CONVERTERS:
                known = ", ".join(sorted(_CONVERTERS))
                return f"{self.name}.{column} has the type {kind}; use {known}, or lists of them"
        if not self.keys:
            return f"{self.name} has no entity; add one with a join key"
        return ""


def row_of(record: Record, view: View, now: datetime) -> Row:
    """The row of a record.

    Raises:
        BadRecordError: a field is missing, or has another type than the view.
    """
    row: dict[str, Any] = {}
    for column, kind in view.keys.items():
        row[column] = _value(record, column, kind)
        if row[column] is None or row[column] == "":
            raise BadRecordError(f"{column} is missing; {view.name} needs it as a key of its entity")
    for column, kind in view.features.items():
        if column not in record:
            raise BadRecordError(f"{column} is missing; {view.name} has it as a feature. Write null for no value")
        row[column] = _value(record, column, kind)
    if all(row[column] is None for column in view.features):
        raise BadRecordError(f"{view.name} has no feature with a value")
    row[view.timestamp] = _event_time(record, view.timestamp, now)
    if view.created:
        row[view.created] = _event_time(record, view.created, now)
    return row


def _event_time(record: Record, column: str, now: datetime) -> datetime:
    moment = cast(datetime | None, _value(record, column, "UNIX_TIMESTAMP"))
    if moment is None:
        raise BadRecordError(f"{column} is missing; write the time of the event")
    if moment > now + LARGEST_SKEW:
        raise BadRecordError(f"{column} = {moment.isoformat()} is in the future; correct the producer's clock")
    if moment < EARLIEST:
        raise BadRecordError(f"{column} = {moment.isoformat()} is before 2000; write milliseconds, not seconds")
    return moment


def _value(record: Record, column: str, kind: str) -> Any:
    value = record.get(column)
    if value is None:
        return None
    try:
        if not kind.endswith(_LIST):
            return _CONVERTERS[kind](value)
        if not isinstance(value, list | tuple):
            raise ValueError("a list")
        convert = _CONVERTERS[kind.removesuffix(_LIST)]
        return [convert(each) for each in cast(list[Any], value)]
    except ValueError as error:
        raise BadRecordError(f"{column} = {_shown(value)} is not {error}; the type is {kind}") from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _whole_number(bits: int) -> Callable[[Any], int]:
    limit = 1 << (bits - 1)

    def convert(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise ValueError(f"a whole number of {bits} bits")
        return value

    return convert


def _number(largest: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("a number")
        try:
            number = float(value)
        except OverflowError:
            raise ValueError("a number of this size") from None
        if not math.isfinite(number) or abs(number) > largest:
            raise ValueError("a number of this size")
        return number

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _bytes(value: Any) -> bytes:
    """Bytes as Avro has them, or their Base64 as JSON has them."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(_text(value), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("bytes in Base64") from None


def _moment(value: Any) -> datetime:
    """A moment as Avro has it, as milliseconds since 1970, or as ISO 8601 with an offset."""
    expected = "a time: milliseconds since 1970, or ISO 8601 with an offset"
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, int) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value)
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value)
        else:
            raise ValueError(expected)
        if moment.tzinfo is None:
            raise ValueError(expected)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(expected) from None


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "BOOL": _truth,
    "BYTES": _bytes,
    "DOUBLE": _number(math.inf),
    "FLOAT": _number(_LARGEST_FLOAT),
    "INT32": _whole_number(32),
    "INT64": _whole_number(64),
    "STRING": _text,
    "UNIX_TIMESTAMP": _moment,
}
