"""An assessment on the terminal."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from planner import budget_text
from planner.any_program.assessment import Assessment
from planner.any_program.coverage import Covered, Standing
from planner.counted import violations
from planner.plan import standing
from planner.terminal import indented, table
from policies.engine.evaluate import Verdict, fails
from pricing.lines import Line

TOP = 20
_SHOWN = 5
_SEVERITIES = ("critical", "high", "medium", "low")


def show(assessment: Assessment, console: Console) -> None:
    """Print the notes, the cost, what has no price, the verdicts, and at the end whether the gate passes."""
    plan = assessment.plan
    for note in assessment.notes:
        console.print(f"[yellow]warning[/yellow] {escape(note)}")
    where = ", ".join(assessment.regions) or "no AWS region"
    console.print(
        f"\n[bold]{escape(plan.project)}[/bold] · stack [bold]{escape(plan.stack)}[/bold] · {escape(where)}\n"
    )
    _cost(assessment, console)
    _by_use(plan.estimate.lines, console)
    _uncounted(assessment, console)
    if assessment.judged:
        _verdicts(plan.verdicts, console)
    console.print(_conclusion(assessment))


def summary(assessment: Assessment) -> str:
    """One line: what the program costs, and whether the gate passes."""
    plan = assessment.plan
    counts = Counter(each.standing for each in assessment.counted)
    broken = sum(fails([each]) for each in plan.verdicts)
    cost = budget_text.cost(plan.estimate.monthly, complete=not plan.estimate.gaps)
    parts = [
        f"{plan.project}/{plan.stack}: {cost} USD a month",
        *(f"{counts[each]} {each}" for each in Standing),
        *([violations(broken)] if assessment.judged else []),
        "passes" if assessment.passes else "does NOT pass",
    ]
    return ", ".join(parts)


def _cost(assessment: Assessment, console: Console) -> None:
    plan = assessment.plan
    grid = table("Monthly cost", "resource", "USD a month", numbers=1)
    grid.show_footer = True
    grid.columns[0].footer = "all"
    grid.columns[1].footer = f"[bold]{budget_text.cost(plan.estimate.monthly, complete=not plan.estimate.gaps)}[/bold]"
    lines = sorted((line for line in plan.estimate.lines if line.monthly), key=lambda line: -line.monthly)
    for line in lines[:TOP]:
        detail = f"{line.quantity:,.6g} {line.unit} at {line.unit_price:g}, {line.price_date}"
        grid.add_row(
            f"{escape(f'{line.component}: {line.what}')}\n  [dim]{escape(detail)}[/dim]", f"{line.monthly:,.2f}"
        )
    if rest := lines[TOP:]:
        grid.add_row(f"{len(rest)} further lines", f"{sum(line.monthly for line in rest):,.2f}")
    console.print(grid)


def _by_use(lines: Iterable[Line], console: Console) -> None:
    """What costs by use, each price once with the resources that pay it."""
    idle: defaultdict[tuple[str, str, float], list[Line]] = defaultdict(list)
    for line in lines:
        if not line.quantity and line.unit_price:
            idle[line.what, line.unit, line.unit_price].append(line)
    if not idle:
        return
    console.print("\n[bold]Costs by use, of which none is stated[/bold]")
    for (what, unit, price), members in sorted(idle.items()):
        names = _some(dict.fromkeys(each.component for each in members))
        indented(console, f"{escape(what)}: {price:g} for each {escape(unit)}  [dim]{escape(names)}[/dim]")
    indented(console, "[dim]State it under usage in the file of --settings (docs/prices.md).[/dim]")


def _uncounted(assessment: Assessment, console: Console) -> None:
    counts = Counter(each.standing for each in assessment.counted)
    console.print(f"\n{', '.join(f'{counts[each]} {each}' for each in Standing)} resources")
    unpriced = [each for each in assessment.counted if each.standing is Standing.UNPRICED]
    if unpriced:
        console.print("[yellow]Unpriced[/yellow], which is not free")
        _by_reason(unpriced, console)


def _by_reason(found: Iterable[Covered], console: Console) -> None:
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        reasons[each.resource.type, each.reason].append(each.resource.name)
    for (type_, reason), names in sorted(reasons.items()):
        indented(console, f"[bold]{escape(type_)}[/bold] {escape(_some(names))}")
        indented(console, f"[dim]{escape(reason)}[/dim]", 4)


def _verdicts(verdicts: Iterable[Verdict], console: Console) -> None:
    """The verdicts rule by rule, the worst first."""
    rules: defaultdict[tuple[str, str, str, str], list[Verdict]] = defaultdict(list)
    for each in verdicts:
        rules[standing(each), each.severity, each.policy, each.remediation].append(each)
    console.print("\n[bold]Policies[/bold]" if rules else "\nEvery rule holds.")
    order = {name: place for place, name in enumerate(("violated", "advised", "excepted"))}
    ranked = sorted(rules, key=lambda key: (order[key[0]], _SEVERITIES.index(key[1]), key[2], key[3]))
    for how, severity, policy, remediation in ranked:
        members = rules[how, severity, policy, remediation]
        color = {"violated": "red", "advised": "yellow", "excepted": "dim"}[how]
        times = "1 time" if len(members) == 1 else f"{len(members)} times"
        indented(console, f"[{color}]{how} {escape(policy)}[/{color}] {severity}, {times}")
        for each in members[:_SHOWN]:
            name = each.urn.rpartition("::")[2] or "the stack"
            indented(console, escape(f"{name}: {each.message}"), 4)
            if each.exception:
                indented(console, f"[dim]excepted: {escape(each.exception)}[/dim]", 6)
        if len(members) > _SHOWN:
            indented(console, f"[dim]and {len(members) - _SHOWN} more; --json lists all[/dim]", 4)
        indented(console, f"[dim]remedy: {escape(remediation)}[/dim]", 4)


def _conclusion(assessment: Assessment) -> str:
    judgment = assessment.judgment
    parts = ["there is no budget" if judgment is None else _budget(assessment)]
    if assessment.judged:
        broken = sum(fails([each]) for each in assessment.plan.verdicts)
        parts.append(f"[red]{violations(broken)}[/red]" if broken else "[green]every mandatory policy holds[/green]")
    verdict = "[green]passes[/green]" if assessment.passes else "[red]does not pass[/red]"
    return f"\n{'; '.join(parts)}: the program {verdict}."


def _budget(assessment: Assessment) -> str:
    judgment = assessment.judgment
    if judgment is None:
        return ""
    sentence = budget_text.verdict(judgment.monthly, judgment.budget, judgment.subjects)
    color = "green" if judgment.holds else "red"
    return f"[{color}]the budget of {judgment.budget:,.2f} {escape(sentence)}[/{color}]"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    rest = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
