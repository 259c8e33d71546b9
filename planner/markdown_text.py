"""Text of names, tags and messages in Markdown of GitHub, where nothing in it is markup."""

import html
import re

from planner.printable import printable

_MARKUP = re.compile(r"[\\`*_\[\]~|$]")


def code(raw: str, limit: int | None = None) -> str:
    """Text in a code element, where GitHub looks for no mentions, references or emoji."""
    return f"<code>{_escaped(raw, limit)}</code>"


def text(raw: str, limit: int | None = None) -> str:
    """Text that is nothing but text, at most `limit` characters of it.

    A zero-width space keeps mentions and references from being made.
    """
    return re.sub(r"(?<!&)([@#])", r"\1&#8203;", _escaped(raw, limit))


def _escaped(raw: str, limit: int | None) -> str:
    clipped = raw if limit is None or len(raw) <= limit else raw[:limit] + "…"
    plain = html.escape(printable(" ".join(clipped.split())), quote=False)
    # As a character reference, what would be markup is a mere character, inside of a table and of HTML too.
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", plain)
