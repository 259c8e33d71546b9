"""Whether a changed input makes the provider replace the resource: looked up in facts, never guessed.

`replacements.json` holds the facts, the providers' versions they come from and what its lists mean.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from planner.input_changes import ABSENT, Effect, InputChange
from planner.plan import UNKNOWN_TEXT

Names = tuple[str, ...]

_FACTS = Path(__file__).with_name("replacements.json")
_ITEMS = "#"
_OTHER_KINDS = "kubernetes:*"


@dataclass(frozen=True, slots=True)
class Facts:
    """The inputs of one type whose change is special, by the list of `replacements.json` they are in."""

    always: tuple[Names, ...] = ()
    computed: tuple[Names, ...] = ()
    sometimes: tuple[Names, ...] = ()
    when_removed: tuple[Names, ...] = ()
    unless_mutable: tuple[Names, ...] = ()
    vpc: tuple[Names, ...] = ()
    rises: tuple[Names, ...] = ()
    rolls_back: tuple[Names, ...] = ()


@cache
def facts_of(resource_type: str) -> Facts | None:
    """What is known of a type; `None` when nothing is."""
    table = _table()
    found = table.get(resource_type)
    if found is None and resource_type.startswith("kubernetes:"):
        found = table[_OTHER_KINDS]
    if found is None:
        return None
    lists = ("always", "computed", "sometimes", "whenRemoved", "unlessMutable", "vpc", "rises", "rollsBack")
    return Facts(*(tuple(tuple(path.split(".")) for path in found.get(each, ())) for each in lists))


def is_known(resource_type: str) -> bool:
    """Whether the facts know the type."""
    return facts_of(resource_type) is not None


def forced_values(resource_type: str, inputs: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    """The plain values among `inputs` of which others would replace the resource, by the first name of their path."""
    facts = facts_of(resource_type) or Facts()
    found: dict[str, list[Any]] = {}
    for paths in (facts.always, facts.computed, facts.sometimes, facts.unless_mutable):
        for path in paths:
            names = path[:-1] if path[-1] == _ITEMS else path
            found.setdefault(path[0], []).extend(each for value in _at(inputs, names) for each in leaves(value))
    return found


def leaves(value: Any) -> Iterator[Any]:
    """The plain values in a value."""
    if isinstance(value, Mapping):
        for inner in cast(Mapping[str, Any], value).values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from leaves(item)
    else:
        yield value


def is_regional(resource_type: str) -> bool:
    """Whether a resource of this type belongs to an AWS region, so that it cannot move with its provider."""
    facts = facts_of(resource_type)
    return facts is not None and resource_type.startswith("aws:") and ("region",) in facts.computed


def effect_of(resource_type: str, change: InputChange, *, mutable: bool = False) -> Effect:
    """What one changed input does to a resource of this type.

    `mutable` says that the provider changes this object's data in place (`enableConfigMapMutable` and the like).
    """
    facts = facts_of(resource_type)
    if facts is None:
        return Effect.UNKNOWN
    effects = [
        *(_forced(change) for path in facts.always if _touches(path, change)),
        *(_computed(change) for path in facts.computed if _touches(path, change)),
        *(Effect.MAY_REPLACE for path in facts.sometimes if _touches(path, change)),
        *(Effect.REPLACES for path in facts.when_removed if change.removed and _touches(path, change)),
        *(_forced(change) for path in facts.unless_mutable if not mutable and _touches(path, change)),
    ]
    return max(effects, default=Effect.UPDATES)


def _forced(change: InputChange) -> Effect:
    # Most providers take an empty value for none, and what only the deployment decides may turn out equal.
    comes_or_goes_empty = (change.added and not change.after) or (change.removed and not change.before)
    undecided = UNKNOWN_TEXT in (change.before, change.after)
    return Effect.MAY_REPLACE if comes_or_goes_empty or undecided else Effect.REPLACES


def _computed(change: InputChange) -> Effect:
    if change.removed:
        return Effect.UPDATES
    return Effect.MAY_REPLACE if change.added else _forced(change)


def _touches(forced: Names, change: InputChange) -> bool:
    names = change.names
    if forced[-1] == _ITEMS:
        return (names == forced[:-1] and (change.added or change.removed)) or _holds(forced[:-1], names, change)
    return names[: len(forced)] == forced or _holds(forced, names, change)


def _holds(forced: Names, names: Names, change: InputChange) -> bool:
    """Whether the value that comes or goes as a whole holds the input `forced` somewhere below."""
    if len(names) >= len(forced) or forced[: len(names)] != names:
        return False
    rest = forced[len(names) :]
    values = [value for value in (change.before, change.after) if value is not ABSENT]
    return any(True for value in values for _ in _at(value, rest))


def _at(value: Any, names: Sequence[str]) -> Iterator[Any]:
    """The values at the path `names`, in every item of each list on the path."""
    if not names:
        yield value
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from _at(item, names)
    elif isinstance(value, Mapping):
        inner = cast(Mapping[str, Any], value)
        if names[0] in inner:
            yield from _at(inner[names[0]], names[1:])


@cache
def _table() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return json.loads(_FACTS.read_text(encoding="utf-8"))["types"]
