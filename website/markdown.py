"""Text and tables in Markdown."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

_CODE = re.compile(r"(``.+?``|`[^`]+`)")
_BAR = re.compile(r"(?<!\\)\|")


def prose(text: str) -> str:
    """Text of the code, whose angle brackets and stars outside of code are characters and not markup."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        part if index % 2 else html.escape(part, quote=False).replace("*", r"\*") for index, part in enumerate(parts)
    )


def code(value: object) -> str:
    """A value in code, whole also where it has backticks."""
    text = str(value)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; empty without a row."""
    lines = [" | ".join(map(_cell, row)) for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {line} |" for line in lines), ""]


def front(**meta: Any) -> list[str]:
    """The lines of a page's metadata."""
    return ["---", yaml.safe_dump(meta, allow_unicode=True, width=1000).strip(), "---", ""]


def _cell(text: str) -> str:
    """A cell of a table. A bar in code needs no backslash, which would be shown."""
    parts = _CODE.split(text)
    return "".join(part if index % 2 else _BAR.sub(r"\|", part) for index, part in enumerate(parts))
