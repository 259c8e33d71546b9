"""The collector as an ASGI application: events at any path, and pages for probes and Prometheus."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from workers.model_quality.log.events import (
    LARGEST_BODY,
    Event,
    Reason,
    RejectedError,
    event_of,
    record_of_event,
    sampled,
)
from workers.model_quality.log.metrics import Metrics
from workers.model_quality.log.store import LogStore
from workers.model_quality.settings import LATEST, REPORTS, ModelSettings, Settings

_LOG = logging.getLogger(__name__)
FLUSH_SECONDS = 300.0
FULL_BYTES = 8 << 20
"""Bytes at which records are written before their time."""
REPORT_SECONDS = 300.0
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Collector:
    """Answers KServe's logger at once, so that it never waits for S3: its agent keeps what is not sent in memory."""

    def __init__(
        self,
        settings: Settings,
        store: LogStore,
        read_report: Callable[[str], bytes | None],
        metrics: Metrics,
        flush_seconds: float = FLUSH_SECONDS,
        report_seconds: float = REPORT_SECONDS,
    ):
        self._models = {each.key: each for each in settings.models}
        self._store, self._read_report, self._metrics = store, read_report, metrics
        self._flush_seconds, self._report_seconds = flush_seconds, report_seconds
        self._full = asyncio.Event()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve the application's life and its requests."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            status, content, kind = await self._answer(scope, receive)
            headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": content})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(self._keep_flushing()), asyncio.create_task(self._keep_reading_reports())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._flush()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_flushing(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), self._flush_seconds)
            self._full.clear()
            # Cancelled meanwhile, a write still ends before the last one begins.
            await asyncio.shield(self._flush())

    async def _flush(self) -> None:
        self._metrics.has_flushed(await asyncio.to_thread(self._store.flush))

    async def _keep_reading_reports(self) -> None:
        while True:
            for model in self._models.values():
                await self._read(model)
            await asyncio.sleep(self._report_seconds)

    async def _read(self, model: ModelSettings) -> None:
        place = f"{REPORTS}{model.folder}{LATEST}"
        try:
            content = await asyncio.to_thread(self._read_report, place)
            if content is not None:
                self._metrics.has_report(model, json.loads(content))
        except Exception as error:  # noqa: BLE001 - S3 may fail in many ways, and the next attempt comes soon
            _LOG.warning("%s: cannot be read: %s", place, error)

    async def _answer(self, scope: Mapping[str, Any], receive: Receive) -> tuple[int, bytes, str]:
        if scope["method"] == "POST":
            headers = {name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in scope["headers"]}
            return await self._event(headers, receive), b"", "text/plain"
        match scope["path"]:
            case "/metrics":
                return 200, generate_latest(self._metrics.registry), CONTENT_TYPE_LATEST
            case "/livez" | "/readyz":
                return 200, b"ok\n", "text/plain"
            case _:
                return 404, b"no such page\n", "text/plain"

    async def _event(self, headers: Mapping[str, str], receive: Receive) -> int:
        """The status that answers an event. KServe logs every status but 200 as an error, and sends it once only."""
        event: Event | None = None
        try:
            event = event_of(headers, self._models, datetime.now(UTC))
            body = await _body(receive)
            outcome = self._keep(event, body)
        except RejectedError as rejected:
            self._metrics.has_come(event.model.key if event else None, "rejected", rejected.reason)
            return 413 if rejected.reason is Reason.TOO_LARGE else 400
        self._metrics.has_come(event.model.key, outcome)
        return 503 if outcome == "dropped" else 200

    def _keep(self, event: Event, body: bytes) -> str:
        if not sampled(event):
            return "sampled-out"
        record = record_of_event(event, body)
        if record is None:
            return "ignored"
        if not self._store.add(event.model.key, record.line()):
            return "dropped"
        if self._store.waiting_bytes > FULL_BYTES:
            self._full.set()
        return "accepted"


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RejectedError(Reason.NO_EVENT)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise RejectedError(Reason.TOO_LARGE)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
