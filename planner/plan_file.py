"""Files of plans and of what is made of them: written whole or not at all."""

import os
import re
import time
from contextlib import suppress
from glob import escape
from pathlib import Path
from threading import get_ident


class PlanFileError(ValueError):
    """A file that was to be an earlier plan and isn't one, or isn't of this format, or that cannot be written."""


_FRESH = re.compile(r"\.\d+-\d+\.new")
_AN_HOUR = 3600


def write_whole(path: Path, text: str, instead: str = "file") -> None:
    """Write `text` to `path` in UTF-8, whole or not at all; its folder is created, and a link stays a link.

    A device or a pipe, such as `/dev/null`, is written to and never replaced. `instead` says what `--out` names: the
    file, or the folder of several.

    Raises:
        PlanFileError: naming the path and why it cannot be written.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        _write_into(path, text, instead)
        return
    target = path.resolve()
    # Two plans at once write two files; the last one stays.
    fresh = target.with_name(f"{target.name}.{os.getpid()}-{get_ident()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target)
        # Lines of CSV end in CR and LF on every system.
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(target)
    except OSError as error:
        raise _unwritable(path, error, instead) from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _write_into(path: Path, text: str, instead: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _unwritable(path, error, instead) from None


def _unwritable(path: Path, error: OSError, instead: str) -> PlanFileError:
    return PlanFileError(f"{path} cannot be written: {error.strerror}; name another {instead} by --out")


def _remove_abandoned(target: Path) -> None:
    """Remove what processes that were killed had begun to write, after an hour, in which none writes."""
    for each in target.parent.glob(f"{escape(target.name)}.*.new"):
        with suppress(FileNotFoundError):
            if _FRESH.fullmatch(each.name.removeprefix(target.name)) and each.stat().st_mtime < time.time() - _AN_HOUR:
                each.unlink()
