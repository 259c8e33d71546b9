"""Starts the worker: `python -m workers.batch_tasks`, with its settings in the environment."""

import os
import sys

from workers.batch_tasks.app import make_app
from workers.batch_tasks.jobs import Batch
from workers.batch_tasks.results import Results
from workers.batch_tasks.settings import SettingsError, settings_from


def main() -> int:
    """Work until SIGTERM. Returns the exit code: 2 for a wrong environment."""
    try:
        settings = settings_from(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    app = make_app(settings, Batch(settings.region), Results(settings.region))
    queues = sorted({task.queue for task in settings.tasks})
    # The state file keeps what was revoked while the worker is away.
    state = os.environ.get("STATE_FILE", "/state/worker")
    options = ["--queues", ",".join(queues), "--concurrency", "2", "--statedb", state, "--loglevel", "INFO"]
    app.worker_main(["worker", *options])
    return 0


if __name__ == "__main__":
    sys.exit(main())
