"""Refuses a test that reads what stands beside the repository: a clone anywhere has nothing there."""

import os
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_READS = ("open", "os.listdir", "os.scandir")
_OF_THE_MACHINE = (tempfile.gettempdir(), sys.prefix, sys.base_prefix, *sys.path)
"""Where temporary files, Python and its packages are, wherever the clone is."""


class OutsideError(Exception):
    """A test reads a file beside the repository."""


def is_beside(path: str, root: str, machine: Iterable[str]) -> bool:
    """Whether a path is below the folder that holds `root`, but belongs neither to `root` nor to the machine.

    A hidden folder there is a user's own cache or setting. A clone in the file system's root has no folder around it.
    """
    around = os.path.dirname(root)  # noqa: PTH120 - asked for every file that is opened
    absolute = os.path.abspath(path)  # noqa: PTH100
    if around == os.sep or not _is_below(absolute, around) or _is_below(absolute, root):
        return False
    hidden = absolute[len(around) + 1 :].startswith(".")
    return not hidden and not any(_is_below(absolute, each) for each in machine if _is_below(each, around))


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


@cache
def refuse_reads_beside() -> None:
    """From now on a read beside the repository raises `OutsideError`. It cannot be undone in this process."""
    root = str(ROOT)

    def judge(event: str, arguments: tuple[object, ...]) -> None:
        if event in _READS and isinstance(arguments[0], str) and is_beside(arguments[0], root, _OF_THE_MACHINE):
            raise OutsideError(f"{arguments[0]} is outside the repository {root}; keep what a test needs inside it")

    sys.addaudithook(judge)
