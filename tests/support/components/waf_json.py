"""Whether AWS WAF parses a body as JSON.

It stops at invalid characters, duplicate keys, truncation, and a root that is neither an object nor an array; it takes
a missing comma, a missing colon and extra colons. Source: AWS WAF developer guide, "JSON body".
"""

import re

_TOKEN = re.compile(r'\s*("(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}\[\]:,])')


class _StoppedError(Exception):
    """Parsing can't go on."""


def is_parsed(body: bytes) -> bool:
    """Whether all of `body` is parsed."""
    try:
        tokens = _tokens(body.decode())
        _value(tokens, roots="{[")
    except (_StoppedError, UnicodeDecodeError):
        return False
    return not tokens


def _tokens(text: str) -> list[str]:
    """The tokens, the first one last."""
    found: list[str] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        token = _TOKEN.match(text, place)
        if token is None:
            raise _StoppedError
        found.append(token[1])
        place = token.end()
    return found[::-1]


def _next(tokens: list[str]) -> str:
    if not tokens:
        raise _StoppedError
    return tokens.pop()


def _value(tokens: list[str], roots: str = "") -> None:
    token = _next(tokens)
    if (roots and token not in roots) or token in "}]:,":
        raise _StoppedError
    if token == "{":
        _members(tokens)
    elif token == "[":
        _items(tokens)


def _members(tokens: list[str]) -> None:
    keys: set[str] = set()
    while (key := _next(tokens)) != "}":
        if not key.startswith('"') or key in keys:
            raise _StoppedError
        keys.add(key)
        while tokens and tokens[-1] == ":":
            tokens.pop()
        _value(tokens)
        if tokens and tokens[-1] == ",":
            tokens.pop()


def _items(tokens: list[str]) -> None:
    while tokens and tokens[-1] != "]":
        _value(tokens)
        if tokens and tokens[-1] == ",":
            tokens.pop()
    _next(tokens)
