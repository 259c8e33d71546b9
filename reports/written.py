"""Files that a report writes, whole or not at all."""

from pathlib import Path

from planner.plan import PlanFileError


def write(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8; its folder is created.

    Raises:
        PlanFileError: naming the path and why it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Lines of CSV end in CR and LF on every system.
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError as error:
        raise PlanFileError(f"{path} cannot be written: {error.strerror}; name another folder by --out") from None
