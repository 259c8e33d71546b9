"""The cases of rules as objects that an API server takes."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import Case
from tests.support.policies.every_case import CASES


def cases_of(rule: str) -> Iterator[Case]:
    """The cases of a rule about one object whose values are all known."""
    for case in CASES:
        if case.rule == rule and len(case.resources) == 1 and is_whole(case.resources[0]):
            yield case


def is_whole(resource: Resource) -> bool:
    """Whether a resource is an object, and neither a patch nor a list, nor has unknown values."""
    inputs = str(resource.inputs)
    marked = any(mark in inputs for mark in (str(UNKNOWN), repr(UNKNOWN), SECRET))
    return resource.type.startswith("kubernetes:") and not resource.type.endswith(("Patch", "List")) and not marked


def manifest(resource: Resource, **metadata: Any) -> dict[str, Any]:
    """The object of a case, with further metadata."""
    _, version, kind = resource.type.split(":")
    made: dict[str, Any] = deepcopy(dict(resource.inputs))
    given: Mapping[str, Any] = made.get("metadata") or {}
    own = {key: value for key, value in given.items() if value is not None}
    made = {**made, "apiVersion": version.removeprefix("core/"), "kind": kind, "metadata": {**own, **metadata}}
    return cast(dict[str, Any], whole_numbers(made))


def whole_numbers(value: Any) -> Any:
    """A value with integers in place of floats that are whole."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: whole_numbers(item) for key, item in cast(Mapping[str, Any], value).items()}
    return [whole_numbers(item) for item in cast(list[Any], value)] if isinstance(value, list) else value
