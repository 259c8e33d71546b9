"""Whether the worker sent a heartbeat to the broker in the last minute: `python -m workers.batch_tasks.health`."""

import sys
import time

from workers.batch_tasks.settings import ALIVE

_PATIENCE_SECONDS = 60


def main() -> int:
    """Returns the exit code: 0 if the worker is alive, else 1."""
    try:
        return int(time.time() - ALIVE.stat().st_mtime > _PATIENCE_SECONDS)
    except FileNotFoundError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
