"""A stack's config with every bound raised or lowered that can be."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

from components.core.spec import SpecError
from stacks.config import parse_config

_ESTIMATES = ("usage", "availability")
"""Sections of numbers that deploy nothing."""

Path = tuple[str | int, ...]


def raised(sections: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with each number one larger, or twice as large, where the config is valid so.

    A number that is 0 stays: it asks for nothing, and another one for a feature.
    """
    return _moved(sections, lambda value: (value + 1, value * 2))


def lowered(sections: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with each number one smaller, or half as large, where the config is valid so."""
    return _moved(sections, lambda value: (value - 1, value // 2))


def _moved(sections: Mapping[str, Any], others: Callable[[float], tuple[float, ...]]) -> dict[str, Any]:
    result = dict(sections)
    for path, value in _numbers(sections):
        if path[0] in _ESTIMATES or not value:
            continue
        for other in others(value):
            tried = _with(result, path, other)
            if other and _is_valid(tried):
                result = tried
                break
    return result


def _numbers(value: Any, path: Path = ()) -> Iterator[tuple[Path, float]]:
    if isinstance(value, Mapping):
        for key, each in cast(Mapping[str, Any], value).items():
            yield from _numbers(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(cast(list[Any], value)):
            yield from _numbers(each, (*path, place))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def _with(sections: Mapping[str, Any], path: Path, value: float) -> dict[str, Any]:
    changed = deepcopy(dict(sections))
    *parents, last = path
    target: Any = changed
    for part in parents:
        target = target[part]
    target[last] = value
    return changed


def _is_valid(sections: Mapping[str, Any]) -> bool:
    try:
        parse_config({f"mlplatform:{name}": json.dumps(each) for name, each in sections.items()})
    except SpecError:
        return False
    return True
