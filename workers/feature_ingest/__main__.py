"""Starts the worker: `python -m workers.feature_ingest`, with its settings in the environment."""

import logging
import os
import signal
import sys
from threading import Event
from types import FrameType

from workers.feature_ingest.decoding import decoder_of
from workers.feature_ingest.health import Health, serve
from workers.feature_ingest.ingest import Ingest
from workers.feature_ingest.kafka import KafkaSource
from workers.feature_ingest.online_store import FeastStore
from workers.feature_ingest.settings import SettingsError, settings_from


def main() -> int:
    """Work until SIGTERM or SIGINT. Returns the exit code: 2 for a wrong environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = settings_from(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    stop = Event()

    def finish(number: int, _: FrameType | None) -> None:
        logging.info("%s: finishes the batch and leaves the group", signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    health = Health()
    serve(health, settings.port)
    store = FeastStore(settings.feast_folder)
    Ingest(KafkaSource(settings), store, decoder_of(settings), settings.views, health).run(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
