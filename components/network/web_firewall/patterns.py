"""Regular expressions for AWS WAF."""

import re
from collections.abc import Sequence

LONGEST = 512
"""The most characters of a pattern. Source: AWS WAF developer guide, "AWS WAF quotas"."""

JSON = r"^application/(?:[a-z0-9.-]+\+)?json\s*(?:;|$)"
"""A lower-case Content-Type of JSON, or of a JSON format such as application/cloudevents+json."""

GRPC = r"^application/grpc(?:\+|\s*(?:;|$))"
"""A lower-case Content-Type of gRPC, with or without its encoding; not gRPC-Web."""

LONE_JSON_VALUE = r"""^\s*(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)?\s*$"""
"""A JSON body that is blank, or neither an object nor an array."""


def one_of(words: Sequence[str]) -> str:
    """Matches exactly one of `words`."""
    return f"^(?:{'|'.join(map(re.escape, words))})$"


def media_type(types: Sequence[str]) -> str:
    """Matches a lower-case Content-Type of one of `types`, with or without parameters."""
    return rf"^(?:{'|'.join(re.escape(each.lower()) for each in types)})\s*(?:;|$)"


def number_above(limit: int) -> str:
    """Matches a decimal number greater than `limit`. AWS WAF can compare the size of a header, but not its value."""
    digits = str(limit)
    longer = rf"[1-9][0-9]{{{len(digits)},}}"
    larger = [
        f"{digits[:place]}[{int(digit) + 1}-9]" + _any_digits(len(digits) - place - 1)
        for place, digit in enumerate(digits)
        if digit != "9"
    ]
    return f"^0*(?:{'|'.join([longer, *larger])})$"


def _any_digits(count: int) -> str:
    return f"[0-9]{{{count}}}" if count else ""
