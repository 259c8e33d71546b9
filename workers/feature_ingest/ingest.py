"""The work: read, check, write, commit, in this order, so that no record is lost.

A crash between writing and committing leads to a second writing. The online store skips rows that are not newer than
the stored ones, so the second writing changes nothing.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event

from workers.feature_ingest.decoding import Decoder
from workers.feature_ingest.health import Health
from workers.feature_ingest.online_store import OnlineStore
from workers.feature_ingest.records import BadRecordError, Message, Rejected, Row, Source, UnavailableError
from workers.feature_ingest.rows import View, row_of

_LOG = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds between two attempts. Each wait is twice the one before."""


class Ingest:
    """Writes the records of a source to feature views until it is told to stop."""

    def __init__(self, source: Source, store: OnlineStore, decode: Decoder, views: Sequence[str], health: Health):
        self._source, self._store, self._decode = source, store, decode
        self._views, self._health = views, health

    def run(self, stop: Event) -> None:
        """Work until `stop` is set, then finish the batch and leave the group."""
        try:
            while not stop.is_set():
                if messages := self._read():
                    self._until_done(messages, stop)
        finally:
            self._source.close()

    def _read(self) -> list[Message]:
        try:
            messages = self._source.poll()
        except UnavailableError as error:
            self._failed(error, FIRST_WAIT)
            return []
        self._health.has_read(self._source.lag(), joined=self._source.joined)
        return messages

    def _until_done(self, messages: Sequence[Message], stop: Event) -> None:
        """Write a batch and commit it, however often it takes. A batch that `stop` interrupts stays uncommitted."""
        seconds = FIRST_WAIT
        while True:
            try:
                self._write_and_commit(messages)
                return
            except UnavailableError as error:
                if stop.is_set():
                    _LOG.warning("stops without writing %d records; another worker reads them again", len(messages))
                    return
                self._failed(error, seconds)
            seconds = min(2 * seconds, LONGEST_WAIT)

    def _failed(self, error: UnavailableError, seconds: float) -> None:
        _LOG.warning("%s; tries again in %.0f seconds", error, seconds)
        self._health.has_failed()
        self._source.wait(seconds)

    def _write_and_commit(self, messages: Sequence[Message]) -> None:
        views = self._store.views(self._views)
        rows: dict[str, list[Row]] = {view.name: [] for view in views}
        rejected: list[Rejected] = []
        for message in messages:
            try:
                for name, row in self._rows(message, views).items():
                    rows[name].append(row)
            except BadRecordError as error:
                rejected.append(Rejected(message, str(error)))
        for name, found in rows.items():
            if found:
                self._store.write(name, found)
        if rejected:
            self._source.reject(rejected)
        self._source.commit(messages)
        empty = sum(message.value is None for message in messages)
        self._health.has_written(len(messages) - len(rejected) - empty, rejected=len(rejected), empty=empty)

    def _rows(self, message: Message, views: Sequence[View]) -> dict[str, Row]:
        """The row of a message for each view. A message without a value deletes its key; Feast deletes no rows."""
        if message.value is None:
            return {}
        record = self._decode(message.value)
        now = datetime.now(UTC)
        return {view.name: row_of(record, view, now) for view in views}
