"""The changes of a project's files, for what follows them."""

import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from watchfiles import BaseFilter, Change, watch

_SUFFIXES = (".yaml", ".yml", ".py", ".json", ".j2", ".css", ".js")
_IGNORED = frozenset({".git", ".venv", "build", "dist", "node_modules", "__pycache__", "tests", "docs"})

_QUIET_MILLISECONDS = 20
"""An editor may write a file in parts; a change counts when nothing has followed it for as long."""


class Relevant(BaseFilter):
    """The files of the project in a folder from which a plan is made."""

    def __init__(self, root: Path):
        super().__init__()
        self._root = root

    def __call__(self, change: Change, path: str) -> bool:
        """Whether a change of the file makes a new plan. A new folder counts, because files may be in it already."""
        found = Path(path)
        counts = found.suffix in _SUFFIXES or (change is Change.added and found.is_dir())
        return counts and not _IGNORED.intersection(found.relative_to(self._root).parts)


def changes(root: Path) -> Iterator[set[Path]]:
    """Watch the project in `root` from now on, and yield the files that change; those of one plan's time together."""
    seen: queue.Queue[set[Path]] = queue.Queue()
    # The environment in `.venv` has more folders than some systems can watch, so the root is watched without folders.
    folders = [each for each in root.iterdir() if each.is_dir() and each.name not in _IGNORED]
    for paths, recursive in (([root], False), (folders, True)):
        threading.Thread(target=_watch, args=(root, paths, recursive, seen), daemon=True).start()
    return _heard(seen)


def _heard(seen: "queue.Queue[set[Path]]") -> Iterator[set[Path]]:
    while True:
        found = seen.get()
        while not seen.empty():
            found |= seen.get()
        yield found


def _watch(root: Path, paths: Sequence[Path], recursive: bool, seen: "queue.Queue[set[Path]]") -> None:
    if paths:
        options: dict[str, Any] = {"watch_filter": Relevant(root), "recursive": recursive, "raise_interrupt": False}
        for found in watch(*paths, step=_QUIET_MILLISECONDS, **options):
            seen.put({Path(path) for _, path in found})
