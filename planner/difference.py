"""What a change does: two plans compared, each as `plan.json` holds it.

A secret is masked in a plan, and what the deployment decides is unknown in it: a change of either is not seen here.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from planner.gates import BUDGET, Laxer, laxer
from planner.input_changes import Effect, InputChange
from planner.plan import FORMAT, standing, verdict_of
from planner.plan_file import PlanFileError
from planner.plan_shape import problem_of
from planner.resource_changes import (
    OptionChange,
    Reference,
    Replacement,
    ResourceChange,
    Risk,
    changed_resources,
    reference,
    replacements,
    risks,
)
from planner.unapplied import Unapplied, unapplied_changes
from policies.engine.evaluate import Verdict

__all__ = [
    "BudgetChange",
    "CostChange",
    "Difference",
    "Effect",
    "InputChange",
    "Laxer",
    "OptionChange",
    "PlanFileError",
    "Reference",
    "Rename",
    "Replacement",
    "ResourceChange",
    "Risk",
    "Unapplied",
    "compare",
    "read",
]

_KEYS = ("project", "stack", "resources", "cost", "policies")
_REMEDY = "name a plan.json that `make plan` wrote"
_CENT_PARTS = 4
"""Decimal places of a line's monthly cost."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A resource that is removed and one that is added, equal but for the name: an alias would keep it."""

    before: Reference
    after: Reference

    @property
    def hint(self) -> str:
        """What to write so that the resource is kept."""
        return f'ResourceOptions(aliases=[Alias(name="{self.before.name}")]) on {self.after.name} keeps it'


@dataclass(frozen=True, slots=True)
class CostChange:
    """One line of the estimate, in USD a month; `None` if the line is in only one of the plans."""

    urn: str
    component: str
    what: str
    unit: str
    before: float | None
    after: float | None
    quantity_before: float | None
    quantity_after: float | None

    @property
    def monthly(self) -> float:
        """What it adds to the month's cost; negative when it saves."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """The month's cost and budget in both plans, in `currency`, and what has no price in the new one."""

    currency: str
    cost_before: float
    cost_after: float
    before: float
    after: float
    unjudged: tuple[str, ...] = ()

    @property
    def monthly(self) -> float:
        """What the change adds to the month's cost; negative when it saves."""
        return round(self.cost_after - self.cost_before, _CENT_PARTS)

    @property
    def holds(self) -> bool:
        """Whether the new estimate stays within the new budget, and nothing in it lacks a price."""
        return self.cost_after <= self.after and not self.unjudged


@dataclass(frozen=True, slots=True)
class Difference:
    """What is another between two plans of a stack. Every tuple is ordered by URN, the costs by their weight.

    A renamed resource is among `added` and `removed` too: until an alias says otherwise, that is what happens to it.
    """

    project: str
    stack: str
    added: tuple[Reference, ...]
    removed: tuple[Reference, ...]
    changed: tuple[ResourceChange, ...]
    replaced: tuple[Replacement, ...]
    renamed: tuple[Rename, ...]
    laxer: tuple[Laxer, ...]
    at_risk: tuple[Risk, ...]
    unapplied: tuple[Unapplied, ...]
    budget: BudgetChange
    costs: tuple[CostChange, ...]
    verdicts_new: tuple[Verdict, ...]
    verdicts_gone: tuple[Verdict, ...]

    @property
    def empty(self) -> bool:
        """Whether the plans ask for the same, at the same cost, with the same verdicts."""
        lists = (
            self.laxer,
            self.added,
            self.removed,
            self.changed,
            self.replaced,
            self.unapplied,
            self.costs,
            *self._verdicts,
        )
        return not any((self.laxer, *lists)) and self.budget.before == self.budget.after and not self.budget.monthly

    @property
    def refused(self) -> tuple[Unapplied, ...]:
        """The changes on which the deployment fails."""
        return tuple(each for each in self.unapplied if each.refused)

    @property
    def _verdicts(self) -> tuple[Sequence[Verdict], ...]:
        return self.verdicts_new, self.verdicts_gone


def read(path: Path) -> Mapping[str, Any]:
    """The plan in the file `path`.

    Raises:
        PlanFileError: when there is no such file, it is no plan, or it is one of another format.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanFileError(f"{path}: can't be read ({error.strerror}); {_REMEDY}") from None
    except (ValueError, RecursionError):
        raise PlanFileError(f"{path}: is not JSON; {_REMEDY}") from None
    if not isinstance(document, dict) or "format" not in document:
        raise PlanFileError(f"{path}: is no plan, for it has no field format; {_REMEDY}")
    plan = cast(dict[str, Any], document)
    if plan["format"] != FORMAT:
        found = plan["format"]
        remedy = "plan the older commit again with this version"
        raise PlanFileError(f"{path}: format is {found!r} and this version reads {FORMAT}; {remedy}")
    missing = [key for key in _KEYS if key not in plan]
    if missing:
        raise PlanFileError(f"{path}: is no plan, for it has no field {', '.join(missing)}; {_REMEDY}")
    if problem := problem_of(plan):
        raise PlanFileError(f"{path}: is no plan: {problem}; {_REMEDY}")
    return plan


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """What changes from the plan `before` to the plan `after`, both of one stack.

    Raises:
        PlanFileError: when they are of different stacks, whose resources have nothing to do with each other.
    """
    for field in ("project", "stack"):
        if before[field] != after[field]:
            remedy = f"compare with an earlier plan of {after[field]!r}"
            raise PlanFileError(f"the earlier plan's {field} is {before[field]!r}, not {after[field]!r}; {remedy}")
    old = {resource["urn"]: resource for resource in before["resources"]}
    new = {resource["urn"]: resource for resource in after["resources"]}
    added = [new[urn] for urn in sorted(new.keys() - old.keys())]
    removed = [old[urn] for urn in sorted(old.keys() - new.keys())]
    changed = changed_resources(old, new)
    replaced = replacements(old, new, changed)
    return Difference(
        project=after["project"],
        stack=after["stack"],
        added=tuple(map(reference, added)),
        removed=tuple(map(reference, removed)),
        changed=changed,
        replaced=replaced,
        renamed=tuple(_renames(removed, added)),
        laxer=tuple(_laxer(before, after)),
        at_risk=tuple(risks(old, new, removed, replaced)),
        unapplied=unapplied_changes(old, new),
        budget=_budget(before["cost"], after["cost"]),
        costs=tuple(_costs(before["cost"]["lines"], after["cost"]["lines"])),
        verdicts_new=_missing_from(before["policies"], after["policies"]),
        verdicts_gone=_missing_from(after["policies"], before["policies"]),
    )


def _laxer(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Laxer]:
    """The settings that hold the stack less than before. A plan of an earlier version states its budget alone."""
    if "gates" in before:
        yield from laxer(_by_field(before["gates"]), _by_field(after.get("gates", ())))
        return
    yield from laxer({BUDGET: before["cost"]["budget"]}, {BUDGET: after["cost"]["budget"]})
    if "gates" in after:
        yield Laxer("levels, thresholds, usage and exceptions", "not stated by the earlier plan", "compare their files")


def _by_field(gates: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {each["field"]: each["value"] for each in gates}


def _renames(removed: Sequence[Mapping[str, Any]], added: Sequence[Mapping[str, Any]]) -> Iterator[Rename]:
    """Pairs of one type and parent with equal inputs. A name that is an input too makes a resource another."""
    candidates = list(added)
    for old in removed:
        for new in candidates:
            if old["inputs"] and all(old[key] == new[key] for key in ("type", "parent", "inputs")):
                candidates.remove(new)
                yield Rename(reference(old), reference(new))
                break


def _budget(before: Mapping[str, Any], after: Mapping[str, Any]) -> BudgetChange:
    amounts = (before["monthly"], after["monthly"], before["budget"], after["budget"])
    return BudgetChange(after["currency"], *amounts, unaccepted(after))


def unaccepted(cost: Mapping[str, Any]) -> tuple[str, ...]:
    """What has no price in a plan's cost, and no reason in `cost.unpriced`; plans of older versions don't say."""
    return tuple(dict.fromkeys(gap["subject"] for gap in cost.get("gaps", ()) if gap["accepted"] is None))


def _costs(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Iterator[CostChange]:
    before, after = list(before), list(after)
    # A plan of an earlier version does not say which item of the price list a line is of.
    key = "item" if all("item" in line for line in (*before, *after)) else "what"
    old, new = _by_item(before, key), _by_item(after, key)
    changes = [_cost(old.get(key, ()), new.get(key, ())) for key in old.keys() | new.keys()]
    real = [change for change in changes if change.before != change.after or change.monthly]
    yield from sorted(real, key=lambda change: (-abs(change.monthly), change.urn, change.what))


def _by_item(lines: Iterable[Mapping[str, Any]], key: str) -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in lines:
        grouped.setdefault((line["urn"], line[key]), []).append(line)
    return grouped


def _cost(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> CostChange:
    line = (after or before)[0]
    return CostChange(
        urn=line["urn"],
        component=line["component"],
        what=line["what"],
        unit=line["unit"],
        before=_sum(before, "monthly"),
        after=_sum(after, "monthly"),
        quantity_before=_sum(before, "quantity"),
        quantity_after=_sum(after, "quantity"),
    )


def _sum(lines: Sequence[Mapping[str, Any]], key: str) -> float | None:
    return math.fsum(line[key] for line in lines) if lines else None


def _missing_from(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> tuple[Verdict, ...]:
    """The verdicts of `theirs` that `ours` lacks, each as often as it is missing.

    Verdicts on one field of a resource are the same when only their messages differ: a message may count the days
    until a date.
    """
    mine, others = Counter(map(verdict_of, ours)), Counter(map(verdict_of, theirs))
    reworded = Counter(_subject(each) for each in (mine - others).elements() if each.urn)
    missing: list[Verdict] = []
    for each in sorted((others - mine).elements(), key=lambda each: (each.policy, each.urn, each.message)):
        if reworded[_subject(each)]:
            reworded[_subject(each)] -= 1
        else:
            missing.append(each)
    return tuple(missing)


def _subject(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.policy, verdict.urn, verdict.field, standing(verdict)
