"""What is stored of an event: one line of JSON, with the values of the configured columns alone."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

Value = float | str | None


class Kind(StrEnum):
    """The side of a prediction that an event carries."""

    REQUEST = "request"
    RESPONSE = "response"


class CorruptError(ValueError):
    """A line is not a record."""


@dataclass(frozen=True, slots=True)
class Record:
    """The rows of a request or a response. Both sides of a prediction have the same id."""

    id: str
    """A digest of the event's id, so that an id which a caller chose is not stored."""
    kind: Kind
    time: datetime
    rows: int
    columns: dict[str, list[Value]]
    """Each has `rows` values. A column whose tensor the event lacks is not here."""
    invalid: dict[str, int] = field(default_factory=dict[str, int])
    """How many values of a column had a wrong type; they are stored as missing."""

    def line(self) -> bytes:
        """The record as a line with its end."""
        content = {
            "id": self.id,
            "kind": self.kind,
            "time": self.time.astimezone(UTC).isoformat(timespec="microseconds"),
            "rows": self.rows,
            "columns": self.columns,
            **({"invalid": self.invalid} if self.invalid else {}),
        }
        return json.dumps(content, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def record_of(line: bytes) -> Record:
    """The record of a line.

    Raises:
        CorruptError: the line is not one that `Record.line` writes.
    """
    try:
        found: Any = json.loads(line)
        columns = {str(name): _values(values) for name, values in found["columns"].items()}
        invalid = {str(name): int(count) for name, count in found.get("invalid", {}).items()}
        rows, time = found["rows"], datetime.fromisoformat(found["time"])
        record = Record(str(found["id"]), Kind(found["kind"]), time, rows, columns, invalid)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptError(str(error)) from error
    sizes = {len(values) for values in columns.values()}
    if type(rows) is not int or rows < 1 or sizes - {rows} or time.tzinfo is None:
        raise CorruptError("rows, columns and time do not fit together")
    return record


def _values(values: Any) -> list[Value]:
    if not isinstance(values, list):
        raise TypeError("a column is not a list")
    found = cast(list[Any], values)
    if any(type(each) not in (float, int, str, type(None)) for each in found):
        raise TypeError("a value is neither a number, a text nor missing")
    return [float(each) if type(each) is int else each for each in found]
