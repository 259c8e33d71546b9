"""What becomes of the resources that two plans share: changed, replaced, put at risk."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from planner.input_changes import Effect, InputChange, changes_of
from planner.plan import UNKNOWN_TEXT
from planner.replacement import effect_of, facts_of, forced_values, is_known, is_regional, leaves
from planner.stateful import HOLDS, guard_of
from planner.unapplied import Document, Documents, applied_inputs
from resources.inputs import read
from resources.resource import SECRET

_OPTIONS: Final = ("protect", "retainOnDelete", "ignoreChanges", "provider")
_MUTABLE: Final[Mapping[str, str]] = {
    "kubernetes:core/v1:ConfigMap": "enableConfigMapMutable",
    "kubernetes:core/v1:Secret": "enableSecretMutable",
}
"""The provider's switch by which data of a kind changes in place."""

_VPC: Final = "aws:ec2/vpc:Vpc"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_TEMPLATE_AT: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:batch/computeEnvironment:ComputeEnvironment": ("computeResources", "launchTemplate")
}
"""Where a resource names its launch template; others have it in `launchTemplate`."""
_WITHOUT_VERSION: Final = {"name", "namePrefix", "defaultVersion", "updateDefaultVersion", "tags", "region"}
"""Inputs of a launch template that change without a new version of it.

Source: terraform-provider-aws, `internal/service/ec2/ec2_launch_template.go`.
"""
_IDENTIFYING: Final = 8
"""Characters from which on a text is taken for an identifier rather than for a word such as `aws`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource of a plan."""

    urn: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class OptionChange:
    """One of `protect`, `retainOnDelete`, `ignoreChanges` and `provider` that differs."""

    option: str
    before: Any
    after: Any

    @property
    def lifts(self) -> bool:
        """Whether a guard against loss is taken away."""
        return self.option in ("protect", "retainOnDelete") and bool(self.before) and not self.after


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """A resource of both plans of which inputs or options differ."""

    resource: Reference
    inputs: tuple[InputChange, ...]
    options: tuple[OptionChange, ...]

    @property
    def effect(self) -> Effect:
        """What the changed inputs do to it, by themselves."""
        return max((change.effect for change in self.inputs), default=Effect.UPDATES)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A resource that is replaced (`certain`) or may be, and why."""

    resource: Reference
    certain: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A resource with state that is removed, replaced or may be replaced.

    `stopped` says that `protect` makes the deployment fail instead; `retained`, that the old one stays in the account
    outside of the stack; `guard` names what in the cloud refuses the deletion.
    """

    resource: Reference
    holds: str
    event: str
    stopped: bool
    retained: bool
    guard: str | None


def reference(resource: Document) -> Reference:
    """What names a resource."""
    return Reference(resource["urn"], resource["type"], resource["name"])


def changed_resources(old: Documents, new: Documents) -> tuple[ResourceChange, ...]:
    """The resources of both plans that differ, ordered by URN."""
    changes = [_changed(old[urn], new[urn], new) for urn in sorted(old.keys() & new.keys())]
    templates = {change.resource.urn for change in changes if _makes_template_version(change)}
    followed = (_with_template_version(change, new, templates) for change in changes)
    return tuple(change for change in followed if change.inputs or change.options)


def _makes_template_version(change: ResourceChange) -> bool:
    return change.resource.type == _TEMPLATE and any(each.names[0] not in _WITHOUT_VERSION for each in change.inputs)


def _with_template_version(change: ResourceChange, new: Documents, templates: Collection[str]) -> ResourceChange:
    """The change of a resource that takes the latest version of a launch template among `templates`.

    Only the deployment knows the new version. A node group and a compute environment replace their machines for it.
    """
    resource = new[change.resource.urn]
    path = (*_TEMPLATE_AT.get(change.resource.type, ("launchTemplate",)), "version")
    sources: Sequence[str] = resource["propertyDependencies"].get(path[0], ())
    latest = {str(new[urn]["outputs"].get("latestVersion")) for urn in sources if urn in templates}
    taken = read(resource["inputs"], *path)
    if not isinstance(taken, str) or taken not in latest:
        return change
    version = InputChange(path, taken, UNKNOWN_TEXT)
    others = (each for each in change.inputs if each.steps != version.steps)
    return replace(change, inputs=tuple(sorted((*others, version), key=lambda each: each.path)))


def _changed(before: Document, after: Document, new: Documents) -> ResourceChange:
    mutable = _is_mutable(after, new)
    inputs = tuple(
        replace(
            change, effect=effect_of(after["type"], change, mutable=mutable) if _is_judged(after) else change.effect
        )
        for change in changes_of(before["inputs"], applied_inputs(before, after))
    )
    options = tuple(OptionChange(name, before[name], after[name]) for name in _OPTIONS if before[name] != after[name])
    return ResourceChange(reference(after), inputs, options)


def _is_judged(resource: Document) -> bool:
    """A component has nothing to replace, but for one that a provider builds out of sight."""
    return resource["custom"] or is_known(resource["type"])


def _is_mutable(resource: Document, new: Documents) -> bool:
    switch = _MUTABLE.get(resource["type"])
    provider = new.get(resource["provider"] or "")
    if switch is None or provider is None or resource["inputs"].get("immutable") is True:
        return False
    # A provider's inputs are JSON in text.
    return str(provider["inputs"].get(switch)).lower() == "true"


def replacements(old: Documents, new: Documents, changed: Iterable[ResourceChange]) -> tuple[Replacement, ...]:
    """What is replaced for its own inputs or its provider's region, and what may be for another's replacement."""
    found = {change.resource.urn: each for change in changed if (each := _by_inputs(change))}
    found = _to_another_region(old, new, found)
    found = _to_another_vpc(old, new, found)
    shared = [new[urn] for urn in sorted(old.keys() & new.keys())]
    fresh: Collection[str] = found.keys()
    while fresh:
        reached = {resource["urn"]: reasons for resource in shared if (reasons := _through(resource, fresh, new))}
        fresh = reached.keys() - found.keys()
        for urn, reasons in reached.items():
            known = found.get(urn)
            if known is None or not known.certain:
                told = (*known.reasons, *reasons) if known else reasons
                found[urn] = Replacement(reference(new[urn]), False, told)
    return tuple(found[urn] for urn in sorted(found))


def _by_inputs(change: ResourceChange) -> Replacement | None:
    reasons = [f"{each.path} changes" for each in change.inputs if each.effect is Effect.REPLACES]
    if reasons:
        return Replacement(change.resource, True, tuple(reasons))
    reasons = [f"{each.path} changes, which replaces it or not" for each in _forcing(change, Effect.MAY_REPLACE)]
    reasons += [f"{each.path} changes, of which nothing is known" for each in _forcing(change, Effect.UNKNOWN)]
    if any(option.option == "provider" for option in change.options):
        reasons.append("its provider changes")
    return Replacement(change.resource, False, tuple(reasons)) if reasons else None


def _forcing(change: ResourceChange, effect: Effect) -> Iterator[InputChange]:
    return (each for each in change.inputs if each.effect is effect)


def _to_another_region(old: Documents, new: Documents, found: Mapping[str, Replacement]) -> dict[str, Replacement]:
    """`found` and what follows its provider to another region."""
    moved = {
        urn: f"its provider moves from {old[urn]['inputs'].get('region')} to {new[urn]['inputs'].get('region')}"
        for urn in old.keys() & new.keys()
        if new[urn]["type"] == "pulumi:providers:aws"
        and old[urn]["inputs"].get("region") != new[urn]["inputs"].get("region")
    }
    result = dict(found)
    for urn in old.keys() & new.keys():
        resource = new[urn]
        if resource["provider"] in moved and is_regional(resource["type"]) and "region" not in resource["inputs"]:
            known = result[urn].reasons if urn in result and result[urn].certain else ()
            result[urn] = Replacement(reference(resource), True, (*known, moved[resource["provider"]]))
    return result


def _to_another_vpc(old: Documents, new: Documents, found: Mapping[str, Replacement]) -> dict[str, Replacement]:
    """`found` and what is in a VPC that is replaced. AWS moves no cluster, database or cache to another VPC."""
    result = dict(found)
    moved = {urn: new[urn]["name"] for urn in found if new[urn]["type"] == _VPC}
    certain = {urn for urn in moved if found[urn].certain}
    waiting = [new[urn] for urn in sorted(old.keys() & new.keys()) if _vpc_inputs(new[urn])]
    reached = True
    while reached:
        reached = {each["urn"]: source for each in waiting if (source := _placed_by(each, moved))}
        waiting = [each for each in waiting if each["urn"] not in reached]
        for urn, source in reached.items():
            moved[urn] = moved[source]
            certain |= {urn} if source in certain else set()
            reason = f"it is in {moved[source]}, which is replaced, and AWS does not move it to another VPC"
            known = result[urn].reasons if urn in result else ()
            is_certain = urn in certain or (urn in result and result[urn].certain)
            result[urn] = Replacement(reference(new[urn]), is_certain, (*known, reason))
    return result


def _vpc_inputs(resource: Document) -> tuple[str, ...]:
    facts = facts_of(resource["type"])
    return tuple(path[0] for path in facts.vpc) if facts else ()


def _placed_by(resource: Document, moved: Collection[str]) -> str | None:
    """The resource among `moved` that puts this one into its VPC."""
    depends: Mapping[str, Sequence[str]] = resource["propertyDependencies"]
    return next((urn for name in _vpc_inputs(resource) for urn in depends.get(name, ()) if urn in moved), None)


def _through(resource: Document, replaced: Collection[str], new: Documents) -> tuple[str, ...]:
    """Why the replacement of others may replace this one: a value that forces it is computed by them."""
    forced = forced_values(resource["type"], resource["inputs"])
    sources = {
        name: [new[urn]["name"] for urn in urns if urn in replaced and _comes_from(forced[name], new[urn])]
        for name, urns in sorted(resource["propertyDependencies"].items())
        if name in forced
    }
    reasons = [f"{name} comes from {', '.join(names)}" for name, names in sources.items() if names]
    if resource["provider"] in replaced:
        reasons.append(f"its provider {new[resource['provider']]['name']} may be replaced")
    return tuple(reasons)


def _comes_from(values: Iterable[Any], source: Document) -> bool:
    """Whether a value is one that `source` computes. An input may depend on a resource only for the order."""
    computed = {each for each in leaves(source["outputs"]) if isinstance(each, str)}
    texts = [value for value in values if isinstance(value, str)]
    return any(text in (UNKNOWN_TEXT, SECRET) or text in computed or _embeds(text, computed) for text in texts)


def _embeds(text: str, identifiers: Iterable[str]) -> bool:
    """Whether a text such as an ARN or a path has an identifier as one of its parts."""
    return any(
        len(each) >= _IDENTIFYING and each in text and re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)
        for each in identifiers
    )


def risks(
    old: Documents, new: Documents, removed: Sequence[Document], replaced: Iterable[Replacement]
) -> Iterator[Risk]:
    """The stateful resources that are removed or replaced, the certain ones first."""
    for resource in removed:
        if resource["type"] in HOLDS:
            yield _risk(resource, resource, "removed", stopped=resource["protect"])
    for each in sorted(replaced, key=lambda one: not one.certain):
        if each.resource.type in HOLDS:
            before, after = old[each.resource.urn], new[each.resource.urn]
            event = "replaced" if each.certain else "may be replaced"
            # The engine refuses to replace what was protected and still is.
            yield _risk(before, after, event, stopped=before["protect"] and after["protect"])


def _risk(before: Document, after: Document, event: str, *, stopped: bool) -> Risk:
    guard = guard_of(after["type"], before["inputs"]) and guard_of(after["type"], after["inputs"])
    retained = before["retainOnDelete"] and after["retainOnDelete"]
    return Risk(reference(after), HOLDS[after["type"]], event, stopped, retained, guard)
