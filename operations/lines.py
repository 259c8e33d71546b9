"""Text of other people, such as names of files and answers of servers, for a terminal and for a workflow's log."""

import re

# Control characters except newline and tab, separators of lines, and characters that reorder text (Bidi_Control).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def harmless(text: str) -> str:
    r"""`text` with each control character as an escape, such as `\x1b`, and without commands to GitHub's runner.

    The runner runs a line that begins with `::`, and `##[` anywhere. Source: actions/runner, ActionCommand.cs.
    """
    escaped = _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
    return _COMMAND.sub(r"\1: :", escaped).replace("##[", "## [")


def one_line(text: str) -> str:
    """`text` on one line, for a value inside a message."""
    return harmless(text.replace("\n", "\\n"))
