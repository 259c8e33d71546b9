"""What stand-ins remember of a cloud: JSON in one file, since several plugins share it."""

import fcntl
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class RefusedError(Exception):
    """A request that AWS refuses, in its words."""


@contextmanager
def memory(path: Path, empty: Mapping[str, Any]) -> Generator[dict[str, Any]]:
    """What `path` holds, or `empty`, for this process alone; changes are kept unless the request is refused."""
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known: dict[str, Any] = json.loads(file.read() or json.dumps(empty))
        yield known
        file.truncate(0)
        file.write(json.dumps(known))
