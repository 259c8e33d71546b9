"""Changes of inputs that a deployment does not make: ignored by the program, without effect, or refused by AWS."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from planner.input_changes import InputChange, changes_of, is_mapping, keep, parse_path
from planner.replacement import Names, facts_of

Document = Mapping[str, Any]
Documents = Mapping[str, Document]

_NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
_POOL: Final = "mlplatform:index:NodePool"
_DATABASE: Final = "aws:rds/instance:Instance"
_DESIRED: Final = ("scalingConfig", "desiredSize")


@dataclass(frozen=True, slots=True)
class Unapplied:
    """An input that differs between two plans and stays as it is. `refused` says that the deployment fails on it."""

    urn: str
    name: str
    change: InputChange
    why: str
    refused: bool = False


def unapplied_changes(old: Documents, new: Documents) -> tuple[Unapplied, ...]:
    """What differs in the resources of both plans and is not applied, ordered by URN and path."""
    return tuple(each for urn in sorted(old.keys() & new.keys()) for each in _of(old[urn], new[urn]))


def applied_inputs(before: Document, after: Document) -> Mapping[str, Any]:
    """The inputs of `after` as they are once it is deployed over `before`."""
    kept = _kept(before, after)
    return keep(before["inputs"], kept, [each.change.steps for each in _refused_or_idle(before, after, kept)])


def _of(before: Document, after: Document) -> Iterator[Unapplied]:
    kept = _kept(before, after)
    why = "ignoreChanges keeps the value that was deployed"
    ignored = (_unapplied(after, change, why) for change in changes_of(kept, after["inputs"]))
    yield from sorted((*ignored, *_refused_or_idle(before, after, kept)), key=lambda each: each.change.path)


def _kept(before: Document, after: Document) -> Mapping[str, Any]:
    return keep(before["inputs"], after["inputs"], map(parse_path, _ignored(before, after)))


def _ignored(before: Document, after: Document) -> Sequence[str]:
    """The paths under `ignoreChanges`, but for those that a NodePool takes out when a bound of its group changes.

    A plan knows no live group, so that it shows the inputs of the first deployment.
    """
    sizes = [each["inputs"].get("scalingConfig") for each in (before, after)]
    if not _is_of_node_pool(after) or not all(map(is_mapping, sizes)):
        return after["ignoreChanges"]
    old, new = sizes
    if all(old.get(bound) == new.get(bound) for bound in ("minSize", "maxSize")):
        return after["ignoreChanges"]
    return [path for path in after["ignoreChanges"] if not path.startswith("scalingConfig")]


def _is_of_node_pool(resource: Document) -> bool:
    parent = (resource["parent"] or "").split("::")
    return resource["type"] == _NODE_GROUP and len(parent) > 2 and parent[2].endswith(_POOL)


def _refused_or_idle(before: Document, after: Document, kept: Mapping[str, Any]) -> Iterator[Unapplied]:
    yield from _outside_bounds(before, after)
    seen = changes_of(before["inputs"], kept)
    yield from _fallen(after, seen)
    yield from _unready_upgrade(after, seen)


def _unapplied(resource: Document, change: InputChange, why: str, *, refused: bool = False) -> Unapplied:
    return Unapplied(resource["urn"], resource["name"], change, why, refused)


def _outside_bounds(before: Document, after: Document) -> Iterator[Unapplied]:
    """Bounds of a node group that its ignored desired size is outside of. EKS refuses to set them."""
    if after["type"] != _NODE_GROUP or _is_of_node_pool(after) or not _ignores_desired_size(after):
        return
    old, new = before["inputs"].get("scalingConfig"), after["inputs"].get("scalingConfig")
    if not (is_mapping(old) and is_mapping(new)):
        return
    desired, least, most = old.get("desiredSize"), new.get("minSize"), new.get("maxSize")
    remedy = "Set desiredSize first with `aws eks update-nodegroup-config`, then run `pulumi refresh`."
    if _is_number(desired) and _is_number(least) and least > desired:
        change = InputChange(("scalingConfig", "minSize"), old.get("minSize"), least)
        why = f"EKS refuses a minimum above the desired size, and ignoreChanges keeps that at {desired:g}. {remedy}"
        yield _unapplied(after, change, why, refused=True)
    if _is_number(desired) and _is_number(most) and most < desired:
        change = InputChange(("scalingConfig", "maxSize"), old.get("maxSize"), most)
        why = f"EKS refuses a maximum below the desired size, and ignoreChanges keeps that at {desired:g}. {remedy}"
        yield _unapplied(after, change, why, refused=True)


def _ignores_desired_size(group: Document) -> bool:
    return any(path in ("*", _DESIRED[0], ".".join(_DESIRED)) for path in group["ignoreChanges"])


def _fallen(resource: Document, seen: Iterable[InputChange]) -> Iterator[Unapplied]:
    facts = facts_of(resource["type"])
    if facts is None:
        return
    for change in seen:
        if _is_in(change, facts.rises) and _falls(change):
            if _shrinks_without_effect(resource, change):
                why = "RDS scales this storage itself, and the provider leaves what is larger as it is"
                yield _unapplied(resource, change, why)
            else:
                yield _unapplied(resource, change, "AWS refuses a lower value", refused=True)
        elif _is_in(change, facts.rolls_back) and _falls(change):
            previous = _is_previous_minor(change)
            why = "EKS rolls back only to the previous minor version, and only within 7 days of the upgrade"
            yield _unapplied(resource, change, why, refused=not previous)


def _unready_upgrade(resource: Document, seen: Iterable[InputChange]) -> Iterator[Unapplied]:
    """A database's new major version that RDS refuses, or that waits while its old parameter group is deleted."""
    if resource["type"] != _DATABASE:
        return
    for change in seen:
        if change.path != "engineVersion" or _major(resource, change.after) <= _major(resource, change.before):
            continue
        if resource["inputs"].get("allowMajorVersionUpgrade") is not True:
            why = "RDS refuses a new major version without allowMajorVersionUpgrade; set it to true"
            yield _unapplied(resource, change, why, refused=True)
        elif resource["inputs"].get("applyImmediately") is not True:
            why = (
                "The upgrade waits for the maintenance window, and until then RDS refuses to delete the old parameter "
                "group; set applyImmediately to true"
            )
            yield _unapplied(resource, change, why, refused=True)


def _major(database: Document, version: Any) -> tuple[float, ...]:
    # MySQL's and MariaDB's major versions have two numbers, as 8.4.
    count = 1 if str(database["inputs"].get("engine", "")).startswith(("postgres", "aurora-postgres")) else 2
    return _numbers(version)[:count]


def _shrinks_without_effect(resource: Document, change: InputChange) -> bool:
    # Source: terraform-provider-aws, `allocated_storage` of aws_db_instance: no difference below the maximum.
    most = resource["inputs"].get("maxAllocatedStorage")
    return (
        resource["type"] == _DATABASE
        and change.path == "allocatedStorage"
        and _is_number(most)
        and most > float(change.after)
    )


def _is_in(change: InputChange, paths: Iterable[Names]) -> bool:
    return any(change.names == path for path in paths)


def _falls(change: InputChange) -> bool:
    before, after = _numbers(change.before), _numbers(change.after)
    shared = min(len(before), len(after))
    return before[:shared] > after[:shared]


def _is_previous_minor(change: InputChange) -> bool:
    before, after = _numbers(change.before)[:2], _numbers(change.after)[:2]
    return len(before) == 2 and after == (before[0], before[1] - 1)


def _numbers(value: Any) -> tuple[float, ...]:
    """The numbers of a version such as `8.4.3` or `1.36.0-20261101`; a plain number alone; nothing of other values."""
    if _is_number(value):
        return (value,)
    return tuple(float(each) for each in re.findall(r"\d+", value)) if isinstance(value, str) else ()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
