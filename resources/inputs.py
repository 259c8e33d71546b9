"""Typed readers of inputs that never raise; those of `resources.required` do.

A value that is absent or of another type is `None`. A value that cannot be read is `UNKNOWN`, whether it is unknown or
secret; compare a raw input with `SECRET` to tell them apart.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from resources.resource import SECRET, UNKNOWN, Unknown

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_DECIMAL = {"m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_FACTORS = {**_DECIMAL, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}


def read(value: Any, *path: str | int) -> Any:
    """The value at `path` inside `value`.

    `None` where a part of the path is absent or of another type; `UNKNOWN` where a part is unknown or secret.
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


def text(value: Any) -> str | Unknown | None:
    """A string that is not empty."""
    if value is UNKNOWN or value == SECRET:
        return UNKNOWN
    return value if isinstance(value, str) and value else None


def number(value: Any) -> float | Unknown | None:
    """A finite number, also one written as text (`"3"`)."""
    if value is UNKNOWN or value == SECRET:
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if result - result == 0 else None


def quantity(value: Any) -> float | Unknown | None:
    """A Kubernetes quantity (`100`, `"500m"`, `"64Gi"`) in its base unit."""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * _FACTORS[match[2] or ""] if match else number(value)


def flag(value: Any) -> bool | Unknown | None:
    """A boolean, also one written as text (`"true"`)."""
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    if isinstance(value, str):
        return UNKNOWN if value == SECRET else {"true": True, "false": False}.get(value.lower())
    return None


def mapping(value: Any) -> dict[str, Any] | Unknown | None:
    """An object."""
    if value is UNKNOWN or value == SECRET:
        return UNKNOWN
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def entries(value: Any) -> Iterator[tuple[str, Any]]:
    """The items of an object in their order; nothing for a value of another type or an unknown one."""
    if isinstance(value, dict):
        for key, item in cast(Mapping[Any, Any], value).items():
            yield str(key), item


def elements(value: Any) -> list[Any]:
    """The elements of a list, secret ones as `UNKNOWN`; a single value as its own list, nothing for `None`.

    An unknown or secret list is one `UNKNOWN` element, because it may hold anything.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return [read(item) for item in cast(list[Any], value)]
    return [read(value)]


def json_value(value: Any) -> Any:
    """The value of a JSON document that is given as text or as an object already; `None` for text that is not JSON."""
    if not isinstance(value, str):
        return value
    if value == SECRET:
        return UNKNOWN
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def first(*values: Any) -> Any:
    """The first value that is not `None`. Unlike `or` it accepts `UNKNOWN`, which is falsy."""
    return next((value for value in values if value is not None), None)


def is_set(value: Any) -> bool:
    """Whether an input has a value. An unknown one counts: it is the output of a resource that does not exist yet."""
    return value is UNKNOWN or (value is not None and value != "" and value != [] and value != {})


def display(value: Any) -> str:
    """A value in a message: text and numbers as they are, booleans as `true` and `false`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value).removesuffix(".0")
    return "(not known)" if value is UNKNOWN else "(not readable)"
