"""What the adoption of a resource would change, and which inputs it must retain so that nothing is replaced."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from planner.adoption.kinds import KINDS
from planner.adoption.matching import Match
from planner.adoption.values import NEW, Translation, attribute, has_attribute, same_shape
from planner.input_changes import Effect, InputChange, changes_of
from planner.replacement import Facts, effect_of, facts_of
from planner.stateful import HOLDS
from planner.unapplied import unapplied_changes
from resources.resource import SECRET, Resource

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Retained:
    """An input that keeps its value in AWS."""

    name: str
    value: Any
    planned: Any
    """What the plan has instead; `NEW` for a value of a resource that is made anew, None for nothing."""
    why: str
    """Such as "the plan's would replace it"."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """A pair, and what its import means."""

    match: Match
    import_id: str
    """Empty when Terraform's attributes do not say it."""
    changes: tuple[InputChange, ...]
    """What the update after the import changes in place."""
    retained: tuple[Retained, ...]
    made_on: tuple[str, ...]
    """Names of resources that the program makes anew and that belong to it, such as the lifecycle of a bucket."""
    lost_tags: tuple[str, ...]
    """Keys of tags that the update takes away, unless the provider of the stack sets them by default."""
    unread: tuple[str, ...]
    """Inputs of which nothing says what they are in AWS."""
    blocked: tuple[str, ...]
    """Why it cannot be adopted: inputs whose change would replace it and that cannot be retained."""

    @property
    def holds(self) -> str:
        """What a new resource would not have; empty for one that holds nothing."""
        return HOLDS.get(self.match.planned.type, "")

    @property
    def clean(self) -> bool:
        """Whether the import changes nothing, of the resource and of what belongs to it."""
        return not (self.changes or self.lost_tags or self.unread or self.blocked or (self.holds and self.made_on))


def compared(match: Match, translation: Translation) -> Adoption:
    """Hold the inputs of a planned resource against what exists of it."""
    planned, attributes = match.planned, match.existing.attributes
    kind, facts = KINDS[planned.type], facts_of(planned.type) or Facts()
    network = {path[0] for path in facts.vpc}
    theirs, ours = _both(match, translation)
    refused = _refused(planned, theirs, ours)
    changes: list[InputChange] = []
    retained = [*_names(kind.names, match), *_left_out(facts, match)]
    blocked: list[str] = []
    # The version decides about its parameters.
    for name, value in sorted(ours.items(), key=lambda each: each[0] in _OF_THE_VERSION):
        if name in kind.names:
            continue
        found = list(_changes(planned.type, name, theirs[name], value))
        effect = max((each.effect for each in found), default=Effect.UPDATES)
        why = refused.get(name) or _WHY[effect]
        if name in network and is_new(value):
            why = "the plan has another network"
        if name in _OF_THE_VERSION and is_new(value) and any(each.name == "engineVersion" for each in retained):
            why = "its family is that of the version that stays"
        original = attribute(attributes, name)
        if not why:
            changes += found
        elif _can_be_retained(original):
            retained.append(Retained(name, original, value, why))
        else:
            blocked.append(f"{found[0].path}: {why}")
    identity = _import_id(kind.import_id, attributes)
    if not identity:
        blocked.append(f"the state lacks what its import id is made of: {kind.import_id}")
    made_on = tuple(sorted(each.name for each in translation.made_on(planned)))
    unread = tuple(sorted(_unread(match, translation)))
    return Adoption(
        match, identity, tuple(changes), tuple(retained), made_on, _lost_tags(match), unread, tuple(blocked)
    )


_OF_THE_VERSION = ("parameterGroupName",)
"""Inputs that AWS refuses with another engineVersion. Source: RDS user guide, "Parameter groups for Amazon RDS"."""

_WHY = {
    Effect.UPDATES: "",
    Effect.UNKNOWN: "the plan's might replace it",
    Effect.MAY_REPLACE: "the plan's might replace it",
    Effect.REPLACES: "the plan's would replace it",
}


def is_new(value: Any) -> bool:
    """Whether a value is, or contains, one of a resource that is made anew."""
    return value is NEW or (isinstance(value, list) and NEW in cast(list[Any], value))


def _both(match: Match, translation: Translation) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs that Terraform knows of as well: as they are in AWS, and as the plan has them."""
    theirs: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    for name in match.planned.inputs:
        value = translation.input(match.planned, name)
        found = attribute(match.existing.attributes, name)
        if name == "tags" and isinstance(value, dict):
            # The others are lost tags.
            found = {key: each for key, each in match.existing.tags.items() if key in value}
        if found is not None:
            theirs[name], ours[name] = same_shape(found, value), value
        elif value and value != SECRET and has_attribute(match.existing.attributes, name):
            theirs[name], ours[name] = None, value
    return theirs, ours


def _lost_tags(match: Match) -> tuple[str, ...]:
    planned: Any = match.planned.inputs.get("tags")
    kept = set(cast(Mapping[str, Any], planned)) if isinstance(planned, Mapping) else set[str]()
    return tuple(sorted(key for key in match.existing.tags if key not in kept and not key.startswith("aws:")))


def _unread(match: Match, translation: Translation) -> Iterator[str]:
    """The inputs that Terraform, or what was read of AWS, has no attribute for."""
    for name in match.planned.inputs:
        value = translation.input(match.planned, name)
        if value and value != SECRET and not has_attribute(match.existing.attributes, name):
            yield name


def _changes(token: str, name: str, theirs: Any, ours: Any) -> Iterator[InputChange]:
    for each in changes_of({} if theirs is None else {name: theirs}, {name: ours}):
        if each.after != SECRET:
            yield InputChange(each.steps, each.before, each.after, effect_of(token, each))


def _refused(planned: Resource, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, str]:
    """The inputs whose change AWS refuses, such as less storage, with the reason."""
    document: dict[str, Any] = {
        "type": planned.type,
        "urn": planned.urn,
        "name": planned.name,
        "parent": planned.parent,
        "ignoreChanges": [],
    }
    found = unapplied_changes(
        {planned.urn: {**document, "inputs": theirs}}, {planned.urn: {**document, "inputs": ours}}
    )
    return {str(each.change.steps[0]): each.why for each in found if each.refused}


def _names(names: Sequence[str], match: Match) -> Iterator[Retained]:
    """The names in AWS that the plan has otherwise, or leaves to Pulumi."""
    for name in names:
        theirs, ours = attribute(match.existing.attributes, name), match.planned.inputs.get(name)
        if isinstance(theirs, str) and theirs and theirs != ours:
            yield Retained(name, theirs, ours, "its name")


def _left_out(facts: Facts, match: Match) -> Iterator[Retained]:
    """Inputs that AWS has and the program leaves out, of which another value, or none, would replace the resource.

    The provider would fill in its own, such as the description of a security group.
    """
    inputs, names = match.planned.inputs, KINDS[match.planned.type].names
    for path in facts.always:
        name = path[0]
        value = attribute(match.existing.attributes, name)
        is_open = len(path) == 1 and name not in inputs and name not in names and not name.endswith("Prefix")
        if is_open and value and _can_be_retained(value):
            yield Retained(name, value, None, "the program leaves it out")


def _can_be_retained(value: Any) -> bool:
    """Whether Pulumi takes the value as it is in Terraform: a plain one, or a list of plain ones."""
    items = cast(list[Any], value) if isinstance(value, list) else [value]
    return value is None or all(isinstance(each, str | int | float) for each in items)


def _import_id(template: str, attributes: Mapping[str, Any]) -> str:
    values = {name: attributes.get(name) for name in _PLACEHOLDER.findall(template)}
    if not all(isinstance(each, str | int) and str(each) for each in values.values()):
        return ""
    return template.format(**values)
