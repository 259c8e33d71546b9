"""What probes and Prometheus are told."""

import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

PATIENCE = 180.0
"""Seconds without any step after which the worker hangs. An attempt against a store that does not answer is shorter."""


class Health:
    """The progress of the worker, and its metrics."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._last_step = clock()
        self.ready = False
        """Whether the worker is in the group and its last attempt succeeded."""
        self.metrics = CollectorRegistry()
        records = Counter("feature_ingest_records", "Records that are done.", ["outcome"], registry=self.metrics)
        self._records = {outcome: records.labels(outcome) for outcome in ("written", "rejected", "empty")}
        self._failures = Counter(
            "feature_ingest_failures", "Attempts that a server did not let succeed.", registry=self.metrics
        )
        self._lag = Gauge(
            "feature_ingest_lag_records",
            "Records that are not read yet, as of the last read.",
            ["partition"],
            registry=self.metrics,
        )

    @property
    def alive(self) -> bool:
        """Whether the worker takes steps. It also does when a server is away, because a new start would not help."""
        return self._clock() - self._last_step < PATIENCE

    def has_read(self, lag: Mapping[str, int], *, joined: bool) -> None:
        """The topic was read. `lag` is by partition."""
        self._last_step = self._clock()
        self.ready = joined
        self._lag.clear()
        for partition, records in lag.items():
            self._lag.labels(partition).set(records)

    def has_written(self, written: int, *, rejected: int, empty: int) -> None:
        """A batch is committed."""
        self._last_step = self._clock()
        for outcome, records in {"written": written, "rejected": rejected, "empty": empty}.items():
            self._records[outcome].inc(records)

    def has_failed(self) -> None:
        """An attempt failed and will be repeated."""
        self._last_step = self._clock()
        self.ready = False
        self._failures.inc()


def serve(health: Health, port: int, host: str = "0.0.0.0") -> ThreadingHTTPServer:  # noqa: S104 - a pod's own address
    """Answer /livez, /readyz and /metrics in a thread that ends with the program."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(health.metrics), CONTENT_TYPE_LATEST)
            elif self.path in ("/livez", "/readyz"):
                well = health.alive if self.path == "/livez" else health.ready
                self._answer(200 if well else 503, b"ok\n" if well else b"not ok\n", "text/plain")
            else:
                self._answer(404, b"no such page\n", "text/plain")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method it replaces
            pass

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer((host, port), Handler)
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
