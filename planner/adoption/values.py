"""Planned inputs and Terraform's attributes in one shape, so that they can be compared."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, cast

from planner.adoption.existing import Existing
from planner.adoption.kinds import KINDS
from resources.resource import SECRET, UNKNOWN, Resource
from stacks.adopted import snake_case


class New(Enum):
    """The type of `NEW`."""

    NEW = "of a new resource"


NEW: Final = New.NEW
"""Stands for a value of a resource that the stack makes anew."""
_SHORTEST = 4
"""Shorter texts, such as a port, are in too many values to be told from each other."""


def attribute(existing: Mapping[str, Any], name: str) -> Any:
    """Terraform's attribute for an input of Pulumi, which writes camelCase and the plural of lists; None without one.

    Source: pulumi-terraform-bridge, pkg/tfbridge/names.go, `TerraformToPulumiNameV2`.
    """
    return next((existing[each] for each in _names(name) if each in existing), None)


def has_attribute(existing: Mapping[str, Any], name: str) -> bool:
    """Whether Terraform has an attribute for an input, which may be null."""
    return any(each in existing for each in _names(name))


def _names(name: str) -> tuple[str, ...]:
    snake = snake_case(name)
    singulars = (f"{snake[:-3]}y",) if snake.endswith("ies") else (snake.removesuffix("s"), snake.removesuffix("es"))
    return snake, *singulars


class Translation:
    """Replaces values of planned resources in inputs by those of the resources that are adopted for them."""

    def __init__(self, resources: Sequence[Resource]):
        self._by_urn = {each.urn: each for each in resources}
        self._values: dict[str, dict[str, str]] = {}

    def learn(self, planned: Resource, existing: Existing) -> None:
        """Take note that `existing` is adopted for `planned`."""
        found: dict[str, str] = {}
        for name, value in {**planned.inputs, **planned.outputs}.items():
            theirs = attribute(existing.attributes, name)
            if isinstance(value, str) and isinstance(theirs, str) and len(value) >= _SHORTEST and theirs:
                found[value] = theirs
        # The longest first: an ARN contains a name.
        self._values[planned.urn] = dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def made_on(self, planned: Resource) -> list[Resource]:
        """What the program makes anew and what belongs to a resource, such as the lifecycle of a bucket."""
        return [
            each
            for each in self._by_urn.values()
            if each.urn not in self._values
            and (kind := KINDS.get(each.type))
            and any(
                planned.urn in each.property_dependencies.get(key, ()) for key in kind.keys if key not in kind.names
            )
        ]

    def input(self, planned: Resource, name: str) -> Any:
        """An input with the values of adopted resources; `NEW` where it names one that is made anew."""
        value = planned.inputs.get(name)
        sources = [urn for urn in planned.property_dependencies.get(name, ()) if self._by_urn[urn].custom]
        known: dict[str, str] = {}
        for urn in sources:
            known |= self._values.get(urn, {})
        made = [self._by_urn[urn] for urn in sources if urn not in self._values]
        fresh = {text for each in made for text in (each.outputs.get("id"), each.outputs.get("arn")) if text}
        return _replaced(value, known, {text for text in fresh if isinstance(text, str)})


def _replaced(value: Any, known: Mapping[str, str], fresh: set[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replaced(each, known, fresh) for key, each in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list):
        return [_replaced(each, known, fresh) for each in cast(list[Any], value)]
    if not isinstance(value, str):
        return value
    if value in fresh:
        return NEW
    for ours, theirs in known.items():
        if ours == value:
            return theirs
        value = value.replace(ours, theirs) if len(ours) > 2 * _SHORTEST else value
    return value


def same_shape(theirs: Any, ours: Any) -> Any:
    """`theirs`, from a state of Terraform, in the shape of `ours`: equal to it where both mean the same."""
    if ours in (UNKNOWN, NEW) or ours == SECRET:
        return ours if ours is not NEW else theirs
    if isinstance(ours, Mapping):
        return _object(theirs, cast(Mapping[str, Any], ours))
    if isinstance(ours, list):
        return _list(theirs, cast(list[Any], ours))
    return ours if _means(theirs, ours) else theirs


def _object(theirs: Any, ours: Mapping[str, Any]) -> Any:
    # Terraform keeps one block as a list of one.
    if isinstance(theirs, list):
        items = cast(list[Any], theirs)
        theirs = items[0] if len(items) == 1 else None
    if not isinstance(theirs, dict):
        return theirs
    known = cast(dict[str, Any], theirs)
    return {key: same_shape(known[key] if key in known else attribute(known, key), each) for key, each in ours.items()}


def _list(theirs: Any, ours: list[Any]) -> Any:
    if not isinstance(theirs, list):
        return theirs
    left = list(cast(list[Any], theirs))
    shaped: list[Any] = []
    for each in ours:
        found = next((index for index, other in enumerate(left) if same_shape(other, each) == each), None)
        if found is not None:
            del left[found]
            shaped.append(each)
    return ours if len(shaped) == len(ours) and not left else cast(list[Any], theirs)


def _means(theirs: Any, ours: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return str(theirs).lower() == str(ours).lower()
    if isinstance(ours, int | float):
        return _number(theirs) == float(ours)
    if not isinstance(ours, str):
        return theirs == ours or (ours is None and theirs in ("", [], {}))
    if theirs == ours:
        return True
    if isinstance(theirs, int | float):
        return _number(ours) == _number(theirs) is not None
    return ours[:1] in "{[" and isinstance(theirs, str) and _json(ours) == _json(theirs) is not None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _json(text: str) -> Any:
    try:
        return _canonical(json.loads(text))
    except ValueError:
        return None


def _canonical(value: Any) -> Any:
    """JSON in which a list of one is the value itself, and lists have no order: IAM reads both alike."""
    if isinstance(value, dict):
        return {key: _canonical(each) for key, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        items = [_canonical(each) for each in cast(list[Any], value)]
        return items[0] if len(items) == 1 else sorted(items, key=lambda each: json.dumps(each, sort_keys=True))
    return value
