"""Text that cannot change more of a terminal or a report than its own place."""

import re

# Control characters except newline and tab, line separators, and the characters that reorder text (Bidi_Control).
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with each control character as an escape, such as `\\x1b`."""
    return UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], text) if UNPRINTABLE.search(text) else text
