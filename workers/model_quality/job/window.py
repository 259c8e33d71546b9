"""The logged predictions of a window: records of S3 as rows, each event once."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from workers.model_quality.job.storage import Storage
from workers.model_quality.records import CorruptError, Kind, Record, Value, record_of
from workers.model_quality.settings import PREDICTIONS, ModelSettings

GRACE = timedelta(minutes=30)
"""How long after its end a window is complete: records wait in collectors for some minutes."""
MOST_ROWS, MOST_VALUES = 200_000, 1_500_000
"""Rows and values that are compared, which bounds the memory of the job.

Of more, those of the lowest ids are taken: ids are digests, so this is a random sample.
"""
LARGEST_OBJECT = 256 << 20
"""Bytes that an object may have unpacked: collectors write a thirtieth of it."""


@dataclass(frozen=True)
class Window:
    """A span of time in UTC, without its end."""

    start: datetime
    end: datetime

    def hours(self) -> Iterator[datetime]:
        """The hours in which collectors may have written its records."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end + GRACE:
            yield hour
            hour += timedelta(hours=1)


def window_before(now: datetime, hours: int) -> Window:
    """The newest window of some hours that is complete at `now`.

    Windows begin at multiples of their length since 1970, so that a job which runs later, or again, has the same one.
    """
    length = timedelta(hours=hours)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    end = epoch + (now - GRACE - epoch) // length * length
    return Window(end - length, end)


@dataclass
class Logged:
    """The predictions of a window."""

    rows: int = 0
    columns: dict[str, list[Value]] = field(default_factory=dict[str, list[Value]])
    """Each column of the settings that any record has, with a value for each row."""
    ids: list[str] = field(default_factory=list[str])
    """The id of the event that each row belongs to."""
    invalid: dict[str, int] = field(default_factory=dict[str, int])
    """How many values of a column had a wrong type."""
    corrupt: int = 0
    """Lines and objects that are not records."""
    repeated: int = 0
    """Records that were stored before with the same id."""
    unmatched: int = 0
    """Predictions with one of two sides."""
    left_out: int = 0
    """Records beyond the rows that are compared."""


def logged_predictions(storage: Storage, bucket: str, model: ModelSettings, window: Window) -> Logged:
    """The predictions of a window, in the order of their ids.

    Raises:
        UnavailableError: S3 does not answer.
    """
    found = Logged()
    most = most_rows(model)
    sample = _Sample(found, most)
    for hour in window.hours():
        for key in storage.keys(bucket, f"{PREDICTIONS}{model.folder}{hour:%Y-%m-%d}/{hour:%H}/"):
            for record in _records(storage.read(bucket, key) or b"", found):
                if window.start <= record.time < window.end + GRACE:
                    sample.add(record)
    _add_rows(found, model, window, sample.lowest(), most)
    return found


def most_rows(model: ModelSettings) -> int:
    """How many rows of a model are compared."""
    return min(MOST_ROWS, MOST_VALUES // len(model.columns))


class _Sample:
    """The records of the lowest ids, whose rows are about as many as are compared: memory has a bound."""

    def __init__(self, found: Logged, most: int):
        self._found, self._most = found, most
        self._sides: dict[str, dict[Kind, Record]] = {}
        self._rows = 0
        self._below: str | None = None
        """Ids from here on have been left out."""

    def add(self, record: Record) -> None:
        """Keep a record, unless it is stored before or its id is too high."""
        if self._below is not None and record.id >= self._below:
            self._found.left_out += 1
            return
        both = self._sides.setdefault(record.id, {})
        if record.kind in both:
            self._found.repeated += 1
            return
        both[record.kind] = record
        self._rows += record.rows
        # Each prediction has two sides.
        if self._rows > 3 * self._most:
            self._leave_out(2 * self._most)

    def lowest(self) -> dict[str, dict[Kind, Record]]:
        """The sides of each prediction by its id, in order."""
        return dict(sorted(self._sides.items()))

    def _leave_out(self, most: int) -> None:
        kept: dict[str, dict[Kind, Record]] = {}
        rows = 0
        for id_, both in sorted(self._sides.items()):
            size = sum(record.rows for record in both.values())
            if rows + size > most:
                self._below = id_
                break
            kept[id_] = both
            rows += size
        self._found.left_out += sum(map(len, self._sides.values())) - sum(map(len, kept.values()))
        self._sides, self._rows = kept, rows


def _records(content: bytes, found: Logged) -> Iterator[Record]:
    try:
        lines = _unpacked(content).splitlines()
    except (OSError, EOFError, zlib.error):
        found.corrupt += 1
        return
    for line in lines:
        try:
            yield record_of(line)
        except CorruptError:
            found.corrupt += 1


def _unpacked(content: bytes) -> bytes:
    """The content of a gzip file, which may have any size packed.

    Raises:
        OSError: it is too large, or no gzip file.
    """
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacked = stream.decompress(content, LARGEST_OBJECT)
    if stream.unconsumed_tail or not stream.eof:
        raise gzip.BadGzipFile("it is too large or cut off")
    return unpacked


def _add_rows(
    found: Logged, model: ModelSettings, window: Window, sides: dict[str, dict[Kind, Record]], most: int
) -> None:
    wanted = [column.name for column in model.columns]
    expected = {Kind.RESPONSE if column.output else Kind.REQUEST for column in model.columns}
    columns: dict[str, list[Value]] = {name: [] for name in wanted}
    seen: set[str] = set()
    for id_, both in sides.items():
        records = list(both.values())
        # A prediction belongs to the window of its first event.
        if min(record.time for record in records) >= window.end:
            continue
        rows = max(record.rows for record in records)
        if expected - both.keys() or any(record.rows != rows for record in records):
            found.unmatched += 1
        if found.rows + rows > most:
            found.left_out += len(records)
            continue
        found.rows += rows
        found.ids += [id_] * rows
        values: dict[str, list[Value]] = {}
        for record in records:
            values |= {name: each for name, each in record.columns.items() if record.rows == rows}
            for name, count in record.invalid.items():
                found.invalid[name] = found.invalid.get(name, 0) + count
        seen |= values.keys()
        for name in wanted:
            columns[name] += values.get(name) or [None] * rows
    found.columns = {name: values for name, values in columns.items() if name in seen}
