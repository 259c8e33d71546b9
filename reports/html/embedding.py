"""Puts data, scripts and styles into one HTML file so that no value can become markup, and no request can leave."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from planner.printable import UNPRINTABLE

_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def script_json(value: Any) -> str:
    """The JSON of `value` for a script element: nothing in it ends the element.

    Characters that reorder or hide text are replaced by visible escapes, as on the terminal.
    """
    text = _visible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for character, escape in _MARKUP.items():
        text = text.replace(character, escape)
    return text


def packed(text: str) -> str:
    """`text` as gzip in base64, which browsers unpack by `DecompressionStream`. Equal texts are equal bytes."""
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def packed_json(value: Any) -> str:
    """The JSON of `value`, packed. Characters that reorder or hide text are visible escapes."""
    return packed(_visible(json.dumps(value, ensure_ascii=False, separators=(",", ":"))))


def content_policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The content security policy of a page with these inline scripts and styles alone.

    The page can request nothing. `worker-src blob:` lets it start a worker from its own text, and a worker has the
    policy of its page. Source: Content Security Policy Level 3, "default-src" and "Initialize a global object's CSP".
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)),
        "style-src": " ".join(map(_hash, styles)),
        "worker-src": "blob:",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _visible(text: str) -> str:
    """JSON in which a character that reorders or hides text is the six characters of its escape."""
    return UNPRINTABLE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text)
