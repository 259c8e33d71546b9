"""A plan, and what it changes, as the Markdown of a comment on a pull request."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner import budget_text, markdown_text
from planner import difference_text as text
from planner.difference import Difference, Effect, ResourceChange, Unapplied, unaccepted
from planner.plan import verdict_of
from policies.engine.evaluate import Verdict, fails

LIMIT = 65_536
"""The longest comment GitHub takes; here in bytes, of which it has at least as many as characters."""

_NOTE = 2_000
"""Bytes kept for the note that says what was left out."""

_CELL = 400
_TOP = 5
_SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    collapsed: bool = False
    numbers: int = 0
    """How many of the last columns are aligned to the right."""
    note: str = ""
    """A sentence above the table."""
    resources: int = 0
    """How many resources the rows are about, where a resource has many rows."""


def render(plan: Mapping[str, Any], difference: Difference | None = None) -> str:
    """The plan's cost, verdicts and resources; with `difference`, what changes, the state at risk first.

    The same input gives the same text, at most `LIMIT` bytes long. What doesn't fit is left out and named at the end.
    """
    verdicts = [verdict_of(each) for each in plan["policies"]]
    head = _headline(plan, difference, verdicts)
    sections = [
        *_laxer(difference),
        *_warnings(plan),
        *(_changes(difference) if difference else _contents(plan)),
        *_always(plan, verdicts),
    ]
    return _fit(head, [section for section in sections if section.rows])


def _headline(plan: Mapping[str, Any], difference: Difference | None, verdicts: Sequence[Verdict]) -> str:
    cost = plan["cost"]
    complete = cost.get("complete", True)
    now = f"{budget_text.cost(cost['monthly'], complete=complete)} {_text(cost['currency'])} a month"
    if difference and difference.budget.monthly:
        now = f"{text.money(difference.budget.cost_before)} → {now} ({text.signed(difference.budget.monthly)})"
    elif difference:
        now = f"{now} (unchanged)"
    lines = [
        f"<!-- plan of {re.sub(r'[^A-Za-z0-9_.]', '-', plan['project'] + '.' + plan['stack'])[:_CELL]} -->",
        f"### {_code(plan['stack'])} of {_code(plan['project'])}: {now}",
        "",
        f"- **Budget** {_budget(cost, difference)}",
        f"- **Policies** {_judgment(verdicts, difference) if _is_judged(plan) else 'are not judged by price'}",
    ]
    if difference and difference.laxer:
        many = len(difference.laxer)
        lines.append(
            f"- **Laxer** {many} {'setting allows' if many == 1 else 'settings allow'} more than before, below"
        )
    if difference:
        lines.append(f"- **Resources** {'nothing changes' if difference.empty else text.counts(difference)}")
    return "\n".join(lines) + "\n"


def _is_judged(plan: Mapping[str, Any]) -> bool:
    """Whether rules judged the plan; `mlplatform price` judges none."""
    return plan.get("program", {}).get("judged", True)


def _budget(cost: Mapping[str, Any], difference: Difference | None) -> str:
    if cost["budget"] is None:
        return "is not set"
    budget = text.money(cost["budget"])
    if difference and difference.budget.before != cost["budget"]:
        budget = f"{text.money(difference.budget.before)} → {budget}"
    unjudged = unaccepted(cost)
    held = budget_text.verdict(cost["monthly"], cost["budget"], [_text(each) for each in unjudged])
    return f"of {budget} {f'**{held}**' if unjudged or cost['monthly'] > cost['budget'] else held}"


def _judgment(verdicts: Sequence[Verdict], difference: Difference | None) -> str:
    failing = sum(fails([each]) for each in verdicts)
    excepted = sum(each.exception is not None for each in verdicts)
    parts = [
        f"**{failing} mandatory {'rule is' if failing == 1 else 'rules are'} broken**" if failing else "none stops it",
        f"{len(verdicts) - failing - excepted} advisory",
        f"{excepted} excepted",
    ]
    if difference:
        parts += [f"{len(difference.verdicts_new)} new", f"{len(difference.verdicts_gone)} gone"]
    return ", ".join(parts)


def _changes(difference: Difference) -> Iterator[_Section]:
    risks = [
        (_code(each.resource.name), _type(each.resource.type), each.holds, f"**{each.event}**", text.stopped_by(each))
        for each in difference.at_risk
    ]
    yield _Section("State at risk", ("resource", "type", "holds", "is", "what stops it"), risks)
    columns = ("resource", "input", "stays", "not", "why")
    yield _Section("AWS refuses, and the deployment fails", columns, [*map(_unapplied, difference.refused)])
    idle = [_unapplied(each) for each in difference.unapplied if not each.refused]
    yield _Section("Not applied, and not priced", columns, idle)
    lifted = [
        (_code(change.resource.name), _type(change.resource.type), _text(text.option(option)))
        for change in difference.changed
        for option in change.options
        if option.lifts
    ]
    yield _Section("Guards lifted", ("resource", "type", "option"), lifted)
    yield _Section(
        "Mandatory rules newly broken", *_verdicts(each for each in difference.verdicts_new if fails([each]))
    )
    yield _cost_changes(difference)
    for title, certain in (("Replaced", True), ("May be replaced", False)):
        rows = [
            (_code(each.resource.name), _type(each.resource.type), _text(text.replacement(each)))
            for each in difference.replaced
            if each.certain is certain
        ]
        yield _Section(title, ("resource", "type", "why"), rows, collapsed=True)
    renames = [(_code(each.before.name), _code(each.after.name), _code(each.hint)) for each in difference.renamed]
    yield _Section("Look renamed", ("removed", "added", "an alias keeps it"), renames, collapsed=True)
    for title, references in (("Added", difference.added), ("Removed", difference.removed)):
        rows = [(_code(each.name), _type(each.type)) for each in references]
        yield _Section(title, ("resource", "type"), rows, collapsed=True)
    changed = [row for change in difference.changed for row in _changed(change)]
    columns = ("resource", "input or option", "before", "after", "does")
    yield _Section("Changed", columns, changed, collapsed=True, resources=len(difference.changed))
    others = (each for each in difference.verdicts_new if not fails([each]))
    yield _Section("Other new verdicts", *_verdicts(others), collapsed=True)
    yield _Section("Verdicts gone", *_verdicts(difference.verdicts_gone), collapsed=True)


def _cost_changes(difference: Difference) -> _Section:
    rows = [
        (
            _text(each.component),
            _text(each.what),
            _text(text.quantity(each)),
            text.money(each.before),
            text.money(each.after),
            text.signed(each.monthly),
        )
        for each in difference.costs
    ]
    if rows:
        budget = difference.budget
        before, after = text.money(budget.cost_before), text.money(budget.cost_after)
        rows.insert(0, ("**all**", "", "", f"**{before}**", f"**{after}**", f"**{text.signed(budget.monthly)}**"))
    columns = ("component", "what", "quantity", "before", "after", "change")
    return _Section(f"Cost, {_text(difference.budget.currency)} a month", columns, rows, numbers=3)


def _unapplied(of: Unapplied) -> tuple[str, ...]:
    before, after = text.values(of.change)
    return _code(of.name), _code(of.change.path), _code(before), _code(after), _text(of.why)


def _changed(change: ResourceChange) -> Iterator[tuple[str, ...]]:
    name = f"{_code(change.resource.name)} {_type(change.resource.type)}"
    for each in change.inputs:
        before, after = text.values(each)
        does = f"**{text.effect(each)}**" if each.effect is Effect.REPLACES else text.effect(each)
        yield name, _code(each.path), _code(before), _code(after), does
    for option in change.options:
        before, after = text.value(option.before), text.value(option.after)
        yield name, _code(option.option), _code(before), _code(after), "lifts a guard" if option.lifts else ""


def _contents(plan: Mapping[str, Any]) -> Iterator[_Section]:
    lines: Sequence[Mapping[str, Any]] = plan["cost"]["lines"]
    top = sorted(lines, key=lambda line: (-line["monthly"], line["urn"], line["what"]))[:_TOP]
    rows = [(_text(line["component"]), _text(line["what"]), text.money(line["monthly"])) for line in top]
    currency = _text(plan["cost"]["currency"])
    yield _Section("Top costs", ("component", "what", f"{currency} a month"), rows, numbers=1)
    sums: dict[str, float] = {}
    for line in lines:
        sums[line["component"]] = sums.get(line["component"], 0) + line["monthly"]
    by_cost = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    rows = [(_text(component), text.money(monthly)) for component, monthly in by_cost]
    yield _Section("Cost by component", ("component", f"{currency} a month"), rows, collapsed=True, numbers=1)
    types = Counter(resource["type"] for resource in plan["resources"] if resource["custom"])
    rows = [(_type(each), str(types[each])) for each in sorted(types)]
    yield _Section("Resources", ("type", "resources"), rows, collapsed=True, numbers=1)


def _laxer(difference: Difference | None) -> Iterator[_Section]:
    rows = [(_code(each.field), _text(each.was), _text(each.now)) for each in (difference.laxer if difference else ())]
    yield _Section("Became laxer", ("setting", "from", "to"), rows, note=text.LAXER)


def _warnings(plan: Mapping[str, Any]) -> Iterator[_Section]:
    notes = [(_text(each),) for each in plan.get("program", {}).get("notes", ())]
    yield _Section("What the file lacks", ("warning",), notes)
    rows = [(_code(each["field"]), _text(f"{each['why']} {each['remedy']}")) for each in plan.get("warnings", ())]
    yield _Section("Warnings", ("field", "what"), rows)


def _always(plan: Mapping[str, Any], verdicts: Sequence[Verdict]) -> Iterator[_Section]:
    yield _Section("Mandatory rules broken", *_verdicts(each for each in verdicts if fails([each])))
    rest = (each for each in verdicts if not fails([each]))
    yield _Section("Advice and exceptions", *_verdicts(rest), collapsed=True)
    unpriced = [
        (
            _code(each["subject"]),
            _code(each["urn"].rpartition("::")[2]),
            _text(each["reason"]),
            _text(each["accepted"] or "no"),
        )
        for each in plan["cost"].get("gaps", ())
    ]
    columns = ("what", "resource", "why", "accepted in cost.unpriced")
    yield _Section("Unpriced, which is not free", columns, unpriced, collapsed=True)
    quotas = [
        (_text(each["name"]), _code(each["code"]), f"{each['default']:,g}", f"{each['needed']:,g}")
        for each in plan["quotas"]
    ]
    columns = ("quota", "code", "default", "needed")
    yield _Section("Quota increases to request", columns, quotas, collapsed=True, numbers=2)
    unusual = [(_code(each["field"]), _code(text.value(each["value"])), _text(each["why"])) for each in plan["unusual"]]
    first = [(_text(each["what"]), _text(each["why"]), _code(each["how"])) for each in plan.get("prerequisites", ())]
    yield _Section("The account must have first", ("what", "why", "how"), first, collapsed=True)
    yield _Section("Unusual choices", ("field", "value", "what follows"), unusual, collapsed=True)
    stays = [(_text(each["what"]), _text(each["why"]), _code(each["how"])) for each in plan.get("remains", ())]
    yield _Section("Stays after a destroy", ("what", "why", "how it is removed"), stays, collapsed=True)


def _verdicts(verdicts: Iterable[Verdict]) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    rows = [
        (
            _text(each.severity),
            _code(each.policy),
            _code(name) if (name := each.urn.rpartition("::")[2]) else "the stack",
            _text(_said(each)),
            _code(each.field) if each.field else "",
            _text(each.remediation),
        )
        for each in sorted(verdicts, key=_rank)
    ]
    return ("severity", "rule", "resource", "what", "field", "remedy"), rows


def _rank(verdict: Verdict) -> tuple[int, str, str, str]:
    severity = _SEVERITIES.index(verdict.severity) if verdict.severity in _SEVERITIES else len(_SEVERITIES)
    return severity, verdict.policy, verdict.urn, verdict.message


def _said(verdict: Verdict) -> str:
    return f"{verdict.message} (excepted: {verdict.exception})" if verdict.exception else verdict.message


def _fit(head: str, sections: Sequence[_Section]) -> str:
    """The sections in their order. Each takes at most half of the room that is left, so that none starves the rest."""
    parts, missing = [head], list[str]()
    left = LIMIT - _NOTE - _size(head)
    for section in sections:
        top, rows, bottom = _table(section)
        room = left // 2 - _size(top) - _size(bottom)
        shown: list[str] = []
        for row in rows:
            if _size(row) > room:
                break
            room -= _size(row)
            shown.append(row)
        if len(shown) < len(rows):
            missing.append(f"{len(rows) - len(shown)} of {len(rows)} rows of “{section.title}”")
        if shown:
            part = top + "".join(shown) + bottom
            parts.append(part)
            left -= _size(part)
    if missing:
        parts.append(f"\n_Left out, for a comment has an end: {'; '.join(missing)}. plan.json has it all._\n")
    return "".join(parts)


def _table(section: _Section) -> tuple[str, list[str], str]:
    left = len(section.columns) - section.numbers
    rule = ["---"] * left + ["---:"] * section.numbers
    note = f"{section.note}\n\n" if section.note else ""
    header = f"{note}{_row(section.columns)}{_row(rule)}"
    rows = [_row(row) for row in section.rows]
    if section.collapsed:
        count = f"{section.resources} resources, {len(rows)} changes" if section.resources else f"{len(rows)}"
        return f"\n<details><summary>{section.title} ({count})</summary>\n\n{header}", rows, "\n</details>\n"
    return f"\n#### {section.title}\n\n{header}", rows, ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _size(of: str) -> int:
    # Half of a surrogate pair, which UTF-8 does not have, is written as an escape.
    return len(of.encode(errors="backslashreplace"))


def _type(resource_type: str) -> str:
    return _code(text.short_type(resource_type))


def _code(raw: str) -> str:
    return markdown_text.code(raw, _CELL)


def _text(raw: str) -> str:
    return markdown_text.text(raw, _CELL)
