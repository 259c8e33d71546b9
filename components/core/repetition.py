"""How many values a document of YAML has, whose aliases can repeat each other."""

from collections.abc import Mapping
from typing import Any, cast

MOST_VALUES = 4_000_000
"""Values of a document, with each alias counted as what it repeats. Source: go-yaml v2.4.0, decode.go."""


def too_many_values(document: Any) -> bool:
    """Whether a document has more values than Kubernetes and Prometheus read, or contains itself."""
    try:
        return _count(document, {}) > MOST_VALUES
    except _ContainsItselfError:
        return True


class _ContainsItselfError(ValueError):
    """A value contains itself."""


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values a value holds. `known` has the counts of lists and mappings; 0 while one is counted."""
    if not isinstance(value, dict | list):
        return 1
    counted = known.get(id(cast(object, value)))
    if counted is None:
        known[id(cast(object, value))] = 0
        items = cast(Mapping[Any, Any], value).values() if isinstance(value, dict) else cast(list[Any], value)
        counted = known[id(cast(object, value))] = 1 + sum(_count(item, known) for item in items)
    elif not counted:
        raise _ContainsItselfError
    return counted
