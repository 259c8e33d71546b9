"""Reading inputs that may be absent, unknown, secret or of a wrong shape, without ever raising."""

import json
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, cast

from pricing.resource import SECRET, UNKNOWN, Unknown


def read(value: Any, *path: str | int) -> Any:
    """What stands at `path` inside `value`.

    `None` where a part of the path is absent or of another shape; `UNKNOWN` where a part is unknown or secret.
    """
    for key in path:
        if isinstance(value, dict):
            value = cast(Mapping[Any, Any], value).get(key)
        elif isinstance(value, list) and isinstance(key, int):
            items = cast(list[Any], value)
            value = items[key] if 0 <= key < len(items) else None
        elif value is UNKNOWN or value == SECRET:
            return UNKNOWN
        else:
            return None
    return UNKNOWN if value == SECRET else value


def flag(value: Any) -> bool | Unknown | None:
    """A boolean, also one written as text ("true"); `None` when it is absent or no boolean."""
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    if isinstance(value, str):
        return UNKNOWN if value == SECRET else {"true": True, "false": False}.get(value.lower())
    return None


def number(value: Any) -> float | Unknown | None:
    """A finite number, also one written as text ("3"); `None` when it is absent or no number."""
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if value == SECRET:
        return UNKNOWN
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if result - result == 0 else None


def text(value: Any) -> str | Unknown | None:
    """A non-empty string; `None` when it is absent, empty or no string."""
    if value is UNKNOWN or value == SECRET:
        return UNKNOWN
    return value if isinstance(value, str) and value else None


def first(*values: Any) -> Any:
    """The first value that is there. Unlike `or` it takes `UNKNOWN`, which is falsy, for a value."""
    return next((value for value in values if value is not None), None)


def each(value: Any) -> list[Any]:
    """The elements of a list; a lone value as its own list, nothing for `None`.

    An unknown or secret list is one `UNKNOWN` element, because it may hold anything.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return [read(item) for item in cast(list[Any], value)]
    return [read(value)]


def entries(value: Any) -> Iterator[tuple[str, Any]]:
    """The items of a mapping in their order; nothing for any other shape."""
    if isinstance(value, dict):
        for key, item in cast(Mapping[Any, Any], value).items():
            yield str(key), item


def given(value: Any) -> bool:
    """Whether an input refers to something. An unknown value counts: it is the output of what is yet to be created."""
    return value is UNKNOWN or (value is not None and value != "" and value != [] and value != {})


def shown(value: Any) -> str:
    """A value as a message writes it: text and numbers as they are, everything else as what it isn't."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return f"{value:g}"
    return "(not known)" if value is UNKNOWN else "(not readable)"


def parsed(value: Any) -> Any:
    """A JSON document given as text or as an object; `UNKNOWN` stays, what isn't JSON is `None`."""
    if not isinstance(value, str):
        return value
    if value == SECRET:
        return UNKNOWN
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def network(value: Any) -> IPv4Network | IPv6Network | None:
    """The CIDR that `value` writes, or `None`."""
    if not isinstance(value, str):
        return None
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None


def is_world(cidr: Any) -> bool:
    """Whether a CIDR is the internet or a large part of it: shorter than /8 (IPv4) or /16 (IPv6).

    No private range is that large, so splitting the world in halves gets no one past a rule.
    """
    found = network(cidr)
    return found is not None and found.prefixlen < (8 if found.version == 4 else 16)
