"""What a change does, for its report: what needs attention as text, everything as rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from planner import budget_text
from planner import difference_text as text
from planner.difference import Difference, Reference, Unapplied
from policies.engine.evaluate import Verdict, fails


def attention(difference: Difference) -> dict[str, Any]:
    """What a reviewer decides about first, and the sums."""
    budget = difference.budget
    return {
        "empty": difference.empty,
        "counts": text.counts(difference),
        "before": budget.cost_before,
        "after": budget.cost_after,
        "monthly": budget.monthly,
        "budget": (budget.before, budget.after),
        "verdict": budget_text.verdict(budget.cost_after, budget.after, budget.unjudged),
        "risks": text.grouped_risks(difference.at_risk),
        "refused": [_unapplied(each) for each in difference.refused],
        "idle": [_unapplied(each) for each in difference.unapplied if not each.refused],
        "laxer": difference.laxer,
        "laxer_means": text.LAXER,
        "lifted": [
            (change.resource.name, text.option(option))
            for change in difference.changed
            for option in change.options
            if option.lifts
        ],
        "renamed": [(each.before.name, each.after.name, each.hint) for each in difference.renamed],
        "new": [_verdict(each) for each in difference.verdicts_new],
        "gone": [_verdict(each) for each in difference.verdicts_gone],
    }


def rows(difference: Difference, positions: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each resource that is touched, and of a changed one each input, for the page's table."""
    return list(_rows(difference, positions))


def costs(difference: Difference) -> list[dict[str, Any]]:
    """The lines of the estimate that differ, the largest difference first."""
    return [
        {
            "component": each.component,
            "what": each.what,
            "quantity": text.quantity(each),
            "before": each.before,
            "after": each.after,
            "change": each.monthly,
        }
        for each in difference.costs
    ]


def _rows(difference: Difference, positions: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for event, references in (("added", difference.added), ("removed", difference.removed)):
        for each in references:
            yield _row(event, each, positions)
    for each in difference.replaced:
        event = "replaced" if each.certain else "may be replaced"
        yield _row(event, each.resource, positions, why=text.replacement(each))
    for change in difference.changed:
        for each in change.inputs:
            before, after = text.values(each)
            yield _row("changed", change.resource, positions, each.path, before, after, text.effect(each))
        for option in change.options:
            before, after = text.value(option.before), text.value(option.after)
            why = "lifts a guard" if option.lifts else ""
            yield _row("changed", change.resource, positions, option.option, before, after, why)


def _row(
    event: str,
    resource: Reference,
    positions: Mapping[str, int],
    path: str = "",
    before: str = "",
    after: str = "",
    why: str = "",
) -> dict[str, Any]:
    return {
        "event": event,
        "name": resource.name,
        "type": text.short_type(resource.type),
        "resource": positions.get(resource.urn, -1),
        "path": path,
        "before": before,
        "after": after,
        "why": why,
    }


def _unapplied(each: Unapplied) -> tuple[str, str]:
    return text.unapplied(each), each.why


def _verdict(verdict: Verdict) -> tuple[str, str, str, str]:
    how = "mandatory" if fails([verdict]) else "excepted" if verdict.exception else "advice"
    return how, verdict.policy, verdict.urn.rpartition("::")[2] or "the stack", verdict.message
