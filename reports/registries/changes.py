"""The registry of changes: what the plan changes against the one of an earlier release."""

from collections.abc import Iterator

from planner import difference_text as text
from planner.difference import Difference
from planner.resource_changes import Reference
from reports.registries.table import Column, Row, Table

_COLUMNS = (
    Column("change", "change"),
    Column("name", "name"),
    Column("type", "type"),
    Column("what", "what"),
    Column("before", "before"),
    Column("after", "after"),
    Column("consequence", "consequence"),
)


def changes(difference: Difference, against: str) -> Table:
    """What differs between two plans of a stack: settings that hold it, resources, costs and verdicts."""
    rows = (
        *_settings(difference),
        *_resources(difference),
        *_costs(difference),
        *_verdicts(difference),
    )
    before, after = text.money(difference.budget.cost_before), text.money(difference.budget.cost_after)
    about = (
        f"What the stack {difference.stack} changes since {against}: {text.counts(difference)}; "
        f"{before} becomes {after} {difference.budget.currency} a month. A secret, and a value that only the "
        "deployment decides, is not compared."
    )
    return Table("changes", f"Changes of {difference.stack} since {against}", about, _COLUMNS, rows)


def _settings(difference: Difference) -> Iterator[Row]:
    for each in difference.laxer:
        yield {
            "change": "laxer setting",
            "name": each.field,
            "before": each.was,
            "after": each.now,
            "consequence": "permits more than before",
        }


def _of(change: str, reference: Reference) -> dict[str, str]:
    return {"change": change, "name": reference.name, "type": text.short_type(reference.type)}


def _resources(difference: Difference) -> Iterator[Row]:
    for risk in difference.at_risk:
        what = {"what": risk.holds, "consequence": f"{risk.event}; {text.stopped_by(risk)}"}
        yield {**_of("state at risk", risk.resource), **what}
    for each in difference.unapplied:
        before, after = text.values(each.change)
        change = "refused by AWS" if each.refused else "not applied"
        yield {
            "change": change,
            "name": each.name,
            "what": each.change.path,
            "before": before,
            "after": after,
            "consequence": each.why,
        }
    for replaced in difference.replaced:
        change = "replaced" if replaced.certain else "may be replaced"
        yield {**_of(change, replaced.resource), "consequence": text.replacement(replaced)}
    for renamed in difference.renamed:
        yield {**_of("renamed", renamed.before), "after": renamed.after.name, "consequence": renamed.hint}
    for reference in difference.added:
        yield _of("added", reference)
    for reference in difference.removed:
        yield _of("removed", reference)
    for changed in difference.changed:
        for each in changed.inputs:
            before, after = text.values(each)
            where = {"what": each.path, "before": before, "after": after, "consequence": text.effect(each)}
            yield {**_of("changed", changed.resource), **where}
        for option in changed.options:
            values = {"before": text.value(option.before), "after": text.value(option.after)}
            lifts = "lifts a guard" if option.lifts else ""
            yield {**_of("changed", changed.resource), "what": option.option, **values, "consequence": lifts}


def _costs(difference: Difference) -> Iterator[Row]:
    for each in difference.costs:
        yield {
            "change": "cost",
            "name": each.component,
            "what": each.what,
            "before": text.money(each.before),
            "after": text.money(each.after),
            "consequence": f"{text.signed(each.monthly)} {difference.budget.currency} a month",
        }


def _verdicts(difference: Difference) -> Iterator[Row]:
    kinds = (("rule newly broken", difference.verdicts_new), ("rule no longer broken", difference.verdicts_gone))
    for change, verdicts in kinds:
        for each in verdicts:
            yield {
                "change": change,
                "name": each.urn.rpartition("::")[2],
                "what": each.policy,
                "after" if change == "rule newly broken" else "before": each.message,
                "consequence": f"{each.level}, {each.severity}",
            }
