"""Starts the collector: `python -m workers.model_quality.log`."""

import logging
import os
import socket
import sys
import time
from importlib import import_module
from typing import Any, cast

import uvicorn

from workers.model_quality.log.app import FLUSH_SECONDS, REPORT_SECONDS, Collector
from workers.model_quality.log.metrics import Metrics
from workers.model_quality.log.store import LogStore
from workers.model_quality.settings import SettingsError, settings_from

PORT = 8080
MOST_CONNECTIONS = 500
"""Connections that are answered at once; further ones get 503, which bounds the memory of their bodies."""


def main() -> int:
    """Collect until SIGTERM, then write what waits. Returns 2 for wrong settings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = settings_from(os.environ)
        times = [_seconds(name) for name in ("PREDICTION_LOG_FLUSH_SECONDS", "PREDICTION_LOG_REPORT_SECONDS")]
        port = int(_seconds("PREDICTION_LOG_PORT") or PORT)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    client: Any = cast(Any, import_module("boto3")).client("s3")

    def read_report(key: str) -> bytes | None:
        try:
            return client.get_object(Bucket=settings.bucket, Key=key)["Body"].read()
        except client.exceptions.NoSuchKey:
            return None

    store = LogStore(client, settings.bucket, socket.gethostname())
    metrics = Metrics(settings.models, time.time())
    collector = Collector(settings, store, read_report, metrics, times[0] or FLUSH_SECONDS, times[1] or REPORT_SECONDS)
    uvicorn.run(
        collector,  # pyright: ignore[reportArgumentType] - an ASGI application
        host="0.0.0.0",  # noqa: S104 - a pod's own address
        port=port,
        lifespan="on",
        access_log=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    return 0


def _seconds(name: str) -> float | None:
    """A positive number of a variable; None without it.

    Raises:
        SettingsError: it is not a positive number.
    """
    value = os.environ.get(name, "")
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < 1_000_000:
        raise SettingsError(f"{name} = {value!r}: is not a positive number; write one, or remove it")
    return number


if __name__ == "__main__":
    sys.exit(main())
