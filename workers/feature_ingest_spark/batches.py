"""What Spark does with a batch of records: examine each, then write the rows of an entity in one task.

Feast reads the stored timestamp of a row and then writes, so two tasks with the same entity could exchange two rows.
Spark therefore sends all rows of an entity in a batch to one task, whichever partitions they come from, and it runs the
batches of a topic one after another.
"""

import logging
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from workers.feature_ingest.decoding import Decoder, decoder_of
from workers.feature_ingest.ingest import FIRST_WAIT, LONGEST_WAIT
from workers.feature_ingest.online_store import OnlineStore
from workers.feature_ingest.records import BadRecordError, Message, Rejected, Row, UnavailableError
from workers.feature_ingest.rows import View, row_of
from workers.feature_ingest_spark.dead_letters import DeadLetters, dead_letters_of
from workers.feature_ingest_spark.online_store import store_of
from workers.feature_ingest_spark.settings import JobSettings, TopicSettings

_LOG = logging.getLogger(__name__)
PATIENCE = 600.0
"""Seconds for which a task tries again while a server is away. Then the task fails, and EMR starts the job again."""

Done = TypeVar("Done")
_decoders: dict[TopicSettings, Decoder] = {}


@dataclass(frozen=True, slots=True)
class WantedRow:
    """A row for a feature view."""

    view: str
    row: Row


@dataclass(frozen=True, slots=True)
class Empty:
    """A record without a value, which deletes its key. Feast deletes no rows."""


Item = WantedRow | Rejected | Empty


def examine(
    settings: JobSettings, topic: TopicSettings, message_of: Callable[[Any], Message], rows: Iterable[Any]
) -> Iterator[tuple[int, Item]]:
    """What becomes of each record of a partition, by a number that all rows of an entity share."""
    store, decode = until_done(lambda: store_of(settings)), _decoder(settings, topic)
    views = until_done(lambda: store.views(topic.views))
    now = datetime.now(UTC)
    for row in rows:
        message = message_of(row)
        if message.value is None:
            yield 0, Empty()
            continue
        try:
            yield from _wanted(message.value, views, decode, now)
        except BadRecordError as error:
            yield message.offset, Rejected(message, str(error))


def _wanted(value: bytes, views: Sequence[View], decode: Decoder, now: datetime) -> list[tuple[int, Item]]:
    """The rows of one record, for all views or none."""
    record = until_done(lambda: decode(value))
    rows = [(view, row_of(record, view, now)) for view in views]
    return [(entity_number(view, row), WantedRow(view.name, row)) for view, row in rows]


def entity_number(view: View, row: Row) -> int:
    """A number for the entity of a row, the same in every process."""
    return zlib.crc32(repr((view.name, [row[key] for key in view.keys])).encode())


def write(settings: JobSettings, topic: TopicSettings, items: Iterable[tuple[int, Item]]) -> Iterator[Counter[str]]:
    """Write the rows of some entities, send the bad records to the dead letters, and count."""
    store, letters = until_done(lambda: store_of(settings)), dead_letters_of(settings, topic)
    counted: Counter[str] = Counter()
    remaining = iter(items)
    while part := [item for _, item in islice(remaining, settings.batch_size)]:
        _write(store, letters, part)
        counted.update(written=sum(isinstance(each, WantedRow) for each in part))
        counted.update(rejected=sum(isinstance(each, Rejected) for each in part))
        counted.update(empty=sum(isinstance(each, Empty) for each in part))
    yield counted


def _write(store: OnlineStore, letters: DeadLetters, items: Sequence[Item]) -> None:
    for view in dict.fromkeys(each.view for each in items if isinstance(each, WantedRow)):
        rows = [each.row for each in items if isinstance(each, WantedRow) and each.view == view]
        until_done(lambda view=view, rows=rows: store.write(view, rows))
    if rejected := [each for each in items if isinstance(each, Rejected)]:
        until_done(lambda: letters.send(rejected))


def until_done(attempt: Callable[[], Done], patience: float = PATIENCE) -> Done:
    """The result of an attempt, which is repeated while a server is away.

    Raises:
        UnavailableError: the server was away for longer than `patience`, in seconds.
    """
    seconds, end = FIRST_WAIT, time.monotonic() + patience
    while True:
        try:
            return attempt()
        except UnavailableError as error:
            if time.monotonic() + seconds > end:
                raise
            _LOG.warning("%s; tries again in %.0f seconds", error, seconds)
        time.sleep(seconds)
        seconds = min(2 * seconds, LONGEST_WAIT)


def _decoder(settings: JobSettings, topic: TopicSettings) -> Decoder:
    """The decoder of a topic, which keeps the schemas that it has read."""
    if topic not in _decoders:
        _decoders[topic] = decoder_of(settings.of(topic))
    return _decoders[topic]
