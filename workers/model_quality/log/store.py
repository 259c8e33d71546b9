"""Records on their way to S3: kept in memory for some minutes, then written as one object for each model."""

import gzip
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Protocol
from uuid import uuid4

from workers.model_quality.settings import PREDICTIONS

_LOG = logging.getLogger(__name__)
LARGEST_BUFFER = 64 << 20
"""Bytes of records that wait at most. Further records are dropped and counted, so that the pod keeps its memory."""
Key = tuple[str, str]


class ObjectClient(Protocol):
    """What the store asks of boto3's client for S3."""

    def put_object(self, **arguments: Any) -> Any:
        """Write an object."""
        ...


class LogStore:
    """Keeps lines for each model until `flush` writes them. Several threads may use it."""

    def __init__(
        self,
        client: ObjectClient,
        bucket: str,
        pod: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limit: int = LARGEST_BUFFER,
    ):
        self._client, self._bucket, self._pod, self._clock, self._limit = client, bucket, pod, clock, limit
        self._waiting: dict[Key, list[bytes]] = {}
        self._bytes = 0
        self._lock = Lock()

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the lines that wait."""
        return self._bytes

    def add(self, model: Key, line: bytes) -> bool:
        """Keep a line. False if there is no room for it."""
        with self._lock:
            if self._bytes + len(line) > self._limit:
                return False
            self._waiting.setdefault(model, []).append(line)
            self._bytes += len(line)
            return True

    def flush(self) -> dict[Key, int | None]:
        """Write what waits. Returns the written lines of each model; None if S3 did not take them, so they still wait.

        An object may be written twice if S3 answers too late; the job counts each event once.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        return {model: self._write(model, lines) for model, lines in waiting.items()}

    def _write(self, model: Key, lines: list[bytes]) -> int | None:
        now = self._clock().astimezone(UTC)
        namespace, name = model
        place = f"{PREDICTIONS}{namespace}/{name}/{now:%Y-%m-%d}/{now:%H}/{self._pod}-{uuid4().hex}.jsonl.gz"
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=place,
                Body=gzip.compress(b"".join(lines)),
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
            )
        except Exception as error:  # noqa: BLE001 - boto3 raises many kinds; each means that the lines are not written
            _LOG.warning("s3://%s/%s is not written: %s", self._bucket, place, error)
            with self._lock:
                self._waiting[model] = lines + self._waiting.get(model, [])
            return None
        with self._lock:
            self._bytes -= sum(map(len, lines))
        return len(lines)
