"""The settings that hold a stack: kind, budget, levels, targets, assumed usage, exceptions; and what is laxer.

Each setting is a field with a value, such as `policies.levels.imdsv2` = mandatory, so that two of them compare alike,
whether the earlier one is a default or that of an earlier plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic.alias_generators import to_camel

from availability.target import AvailabilityTarget
from policies.engine.evaluate import level_of
from policies.engine.exceptions import PolicyException
from policies.engine.registry import RULES
from policies.engine.settings import EnvironmentKind, Level, PolicySettings
from pricing.budget import Budget
from pricing.usage import BucketUsage, Usage

KIND = "environment.kind"
BUDGET = "cost.monthlyBudget"
TARGET = "availability.target"
DERIVED = "the plan's own estimate"
"""The value of an assumption about which the config says nothing, because the resources tell."""

_LEVELS = "policies.levels."
_EXCEPTIONS = "exceptions."
_BUCKETS = "usage.buckets."
_TARGETS = "availability.capabilities."
_NO_TARGET = AvailabilityTarget()
_RANKS: Mapping[str, Mapping[str, int]] = {
    KIND: {each: rank for rank, each in enumerate(EnvironmentKind)},
    _LEVELS: {Level.DISABLED: 0, Level.ADVISORY: 1, Level.MANDATORY: 2},
}
_ACCEPTED = ("cost.unpriced.", "policies.reviewedTypes.")
"""Fields that each accept one more thing, with a reason."""
_LAXER_BELOW = frozenset(
    f"policies.{name}" for name in ("logRetentionMinimum", "minimumZones", "supportNotice", "keyDeletionWindow")
)
_LAXER_ABOVE = frozenset((BUDGET, "policies.dearInstanceHourly", "policies.logRetentionMaximum"))
_LAXER_WITH_MORE = frozenset(
    f"policies.{name}" for name in ("worldOpenPorts", "worldEgressPorts", "allowedInstanceTypes")
)
_LAXER_WITH_LESS = frozenset(("policies.requiredTags",))
_LAXER_WHEN_EMPTY = frozenset(("policies.allowedRegistries", "policies.publicEndpointCidrs"))
"""Lists that allow everything when they are empty, and what they name otherwise."""
_CHEAPER_WITH_MORE = frozenset(("infrequentShare", "archiveShare", "spotSaving", "warmUsedShare", "recordKb"))
_WITHOUT_PRICE = frozenset(("usage.spotShare",))
"""Assumptions of savings advice alone."""
_INSTEAD_OF_RESOURCES = ("usage.averageNodes.", "usage.cacheGb.", "usage.backup.storedGb.", "usage.batch.machineHours.")
"""Assumptions by name, which replace what the resources tell."""
_DERIVED_WHEN_LEFT_OUT = (("metrics", "samples_million"), ("streams", "serverless_partitions"))


@dataclass(frozen=True, slots=True)
class Laxer:
    """A setting that holds less than it did; None where it is in only one of the two."""

    field: str
    before: Any
    after: Any

    @property
    def was(self) -> str:
        """The stricter value as text."""
        return _shown(self.field, self.before)

    @property
    def now(self) -> str:
        """The laxer value as text."""
        return _shown(self.field, self.after)


def gates(
    kind: EnvironmentKind,
    policies: PolicySettings,
    cost: Budget,
    usage: Usage,
    exceptions: Iterable[PolicyException] = (),
    target: AvailabilityTarget = _NO_TARGET,
) -> dict[str, Any]:
    """Every setting that holds a stack, as JSON by its field."""
    settings = policies.model_dump(mode="json", by_alias=True, exclude={"levels", "reviewed_types"})
    found: dict[str, Any] = {KIND: str(kind), BUDGET: cost.monthly_budget}
    found |= {f"cost.unpriced.{name}": reason for name, reason in cost.unpriced.items()}
    found |= {f"{_LEVELS}{name}": str(level_of(rule, policies)) for name, rule in RULES.items()}
    found |= {f"policies.{name}": value for name, value in settings.items()}
    found |= {f"policies.reviewedTypes.{name}": reason for name, reason in policies.reviewed_types.items()}
    found |= dict(_leaves(_assumed(usage), "usage"))
    if target.target is not None:
        found[TARGET] = target.target
    found |= {f"{_TARGETS}{name}": percent for name, percent in target.capabilities.items()}
    for each in exceptions:
        value = {"expires": each.expires.isoformat(), "approvedBy": each.approved_by, "reason": each.reason}
        field = f"{_EXCEPTIONS}{each.rule} of {each.resource}{f', in the cluster {each.object}' if each.object else ''}"
        # Of two entries about the same, the one that holds longer counts.
        if value["expires"] > _expiry(found.get(field)):
            found[field] = value
    return found


def laxer(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Laxer]:
    """The settings of `after` that hold less than those of `before`, ordered by field."""
    before, after = _with_bucket_defaults(before, after), _with_bucket_defaults(after, before)
    before, after = _with_targets(before, after), _with_targets(after, before)
    for field in sorted({*before, *after}):
        old, new = before.get(field), after.get(field)
        if old != new and _is_laxer(field, old, new):
            yield Laxer(field, old, new)


def without(value: Any, fields: Iterable[str], at: str) -> Any:
    """A nested mapping without the leaves that `fields` name, so that their defaults hold."""
    if not isinstance(value, Mapping):
        return value
    named = frozenset(fields)
    return {
        key: without(item, named, f"{at}.{key}")
        for key, item in cast(Mapping[str, Any], value).items()
        if f"{at}.{key}" not in named
    }


def _assumed(usage: Usage) -> Mapping[str, Any]:
    dumped = usage.model_dump(mode="json", by_alias=True)
    for section, name in _DERIVED_WHEN_LEFT_OUT:
        if name not in getattr(usage, section).model_fields_set:
            dumped[section][to_camel(name)] = None
    return dumped


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in cast(Mapping[str, Any], value).items():
            yield from _leaves(item, f"{at}.{key}")
    else:
        yield at, value


def _with_bucket_defaults(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Mapping[str, Any]:
    """`ours`, with the defaults of each bucket that only `theirs` names."""
    missing = [field for field in theirs if field.startswith(_BUCKETS) and field not in ours]
    if not missing:
        return ours
    defaults = BucketUsage().model_dump(by_alias=True)
    return {**ours, **{field: defaults.get(field.rpartition(".")[2]) for field in missing}}


def _with_targets(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Mapping[str, Any]:
    """`ours`, with the target of the stack for each capability that only `theirs` names."""
    missing = [field for field in theirs if field.startswith(_TARGETS) and field not in ours]
    return {**ours, **dict.fromkeys(missing, ours[TARGET])} if TARGET in ours else ours


def _is_laxer(field: str, old: Any, new: Any) -> bool:
    for start, ranks in _RANKS.items():
        if field.startswith(start):
            return ranks.get(str(old), 0) > ranks.get(str(new), 0)
    if field.startswith(_ACCEPTED):
        return old is None
    if field.startswith(_EXCEPTIONS):
        return new is not None and (old is None or _expiry(new) > _expiry(old))
    if field == TARGET or field.startswith(_TARGETS):
        return _number(old) and (new is None or (_number(new) and new < old))
    if field.startswith("usage."):
        return _assumes_less(field, old, new)
    if field in (*_LAXER_BELOW, *_LAXER_ABOVE):
        return _number(new) and _number(old) and (new < old if field in _LAXER_BELOW else new > old)
    return _allows_more(field, _texts(old), _texts(new))


def _allows_more(field: str, old: frozenset[str], new: frozenset[str]) -> bool:
    if field in _LAXER_WHEN_EMPTY:
        return bool(old) and (not new or bool(new - old))
    return bool(new - old) if field in _LAXER_WITH_MORE else field in _LAXER_WITH_LESS and bool(old - new)


def _assumes_less(field: str, old: Any, new: Any) -> bool:
    if field in _WITHOUT_PRICE:
        return False
    if old is None:
        return new is not None and (field.startswith(_INSTEAD_OF_RESOURCES) or _is_derived(field))
    if new is None:
        return not (field.startswith(_INSTEAD_OF_RESOURCES) or _is_derived(field))
    if not (_number(old) and _number(new)):
        return False
    return new > old if field.rpartition(".")[2] in _CHEAPER_WITH_MORE else new < old


def _is_derived(field: str) -> bool:
    """Whether an assumption is derived from others where it is left out."""
    return field.endswith((".samplesMillion", ".serverlessPartitions", ".movedMillion", ".ocus"))


def _expiry(exception: Any) -> str:
    return str(cast(Mapping[str, Any], exception).get("expires", "")) if isinstance(exception, Mapping) else ""


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(value: Any) -> frozenset[str]:
    return frozenset(map(str, cast(list[Any], value))) if isinstance(value, list) else frozenset()


def _shown(field: str, value: Any) -> str:
    if value is None:
        return _absent(field)
    if isinstance(value, Mapping):
        entry = cast(Mapping[str, Any], value)
        return f"until {_expiry(entry)}, approved by {entry.get('approvedBy')}: {entry.get('reason')}"
    if isinstance(value, list):
        return ", ".join(map(str, cast(list[Any], value))) or ("every one" if field in _LAXER_WHEN_EMPTY else "none")
    return f"{value:,.6f}".rstrip("0").rstrip(".") if _number(value) else str(value)


def _absent(field: str) -> str:
    if field.startswith(_LEVELS):
        return "no such rule"
    if field.startswith(_EXCEPTIONS):
        return "no exception"
    if field.startswith(_ACCEPTED):
        return "not accepted"
    return DERIVED if field.startswith(_INSTEAD_OF_RESOURCES) or _is_derived(field) else "not given"
