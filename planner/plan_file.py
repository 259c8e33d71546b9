"""Files of plans and of what is made of them: written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident


class PlanFileError(ValueError):
    """A file that was to be an earlier plan and isn't one, or isn't of this format, or that cannot be written."""


def write_whole(path: Path, text: str, instead: str = "file") -> None:
    """Write `text` to `path` in UTF-8, whole or not at all; its folder is created.

    `instead` says what `--out` names: the file, or the folder of several.

    Raises:
        PlanFileError: naming the path and why it cannot be written.
    """
    # Two plans at once write two files; the last one stays.
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Lines of CSV end in CR and LF on every system.
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError as error:
        raise PlanFileError(f"{path} cannot be written: {error.strerror}; name another {instead} by --out") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
