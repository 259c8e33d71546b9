"""Patterns of IAM, with `*` for any text and `?` for one character: what one matches of another."""

import re
from enum import IntEnum
from functools import lru_cache


class Reach(IntEnum):
    """How much of what is asked for a pattern matches."""

    NOTHING = 0
    PART = 1
    ALL = 2


@lru_cache(maxsize=65_536)
def reach(pattern: str, asked: str) -> Reach:
    """How much of `asked`, itself text or a pattern, `pattern` matches.

    `PART` may be said of a pattern that matches all, if several of its wildcards together do, never of one that matches
    nothing.
    """
    if _expression(pattern).fullmatch(asked):
        return Reach.ALL
    if not _is_pattern(asked) or not _meet(pattern, asked):
        return Reach.NOTHING
    return Reach.PART


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=16_384)
def _expression(pattern: str) -> re.Pattern[str]:
    # One `?` matches one character of what is asked, also one that is open, but not an open number of them.
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "[^*]")
    return re.compile(escaped, re.DOTALL)


def _meet(one: str, other: str) -> bool:
    """Whether some text matches both patterns."""
    columns = len(other) + 1
    # Whether the patterns before these places can match the same text, row by row over `one`.
    above = [True] + [False] * len(other)
    for place in range(len(other)):
        above[place + 1] = above[place] and other[place] == "*"
    for first in one:
        row = [above[0] and first == "*"] + [False] * len(other)
        for place in range(1, columns):
            second = other[place - 1]
            if first == "*" or second == "*":
                row[place] = above[place] or row[place - 1] or above[place - 1]
            else:
                row[place] = above[place - 1] and (first == second or first == "?" or second == "?")
        above = row
    return above[-1]
