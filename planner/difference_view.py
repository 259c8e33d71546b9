"""What a change does, on the terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from planner import budget_text
from planner import difference_text as text
from planner.difference import Difference, Effect, Laxer, Reference, Replacement, ResourceChange, Unapplied
from planner.terminal import indented, table
from policies.engine.evaluate import Verdict, fails

_NAMED = 3
"""Names of one kind of state at risk that are listed; --markdown lists all."""
_SHOWN = 20
"""Resources or lines of one kind that are listed; the rest is counted."""


def render(difference: Difference, console: Console) -> None:
    """Print what changes against the earlier plan: the state at risk first, the cost line by line last."""
    console.print("\n[bold]Against the earlier plan[/bold]")
    if difference.empty:
        console.print("  nothing changes")
        return
    console.print(f"  resources: {text.counts(difference)}")
    _listed("Became laxer", "red", [_laxer(each) for each in difference.laxer], console, text.LAXER)
    _risks(difference, console)
    _unapplied(difference, console)
    _lifted(difference, console)
    _replaced("Replaced", [each for each in difference.replaced if each.certain], console)
    _replaced("May be replaced", [each for each in difference.replaced if not each.certain], console)
    _references("Added", "green", difference.added, console)
    _references("Removed", "red", difference.removed, console)
    for rename in difference.renamed:
        console.print(f"  {_name(rename.before)} looks renamed: {escape(rename.hint)}", soft_wrap=True)
    _changed(difference.changed, console)
    _verdicts("New verdicts", difference.verdicts_new, console)
    _verdicts("Verdicts gone", difference.verdicts_gone, console)
    _costs(difference, console)


def _risks(difference: Difference, console: Console) -> None:
    if not difference.at_risk:
        return
    console.print("\n[bold red]State at risk[/bold red]")
    for group in text.grouped_risks(difference.at_risk):
        what = f"holds {group.holds} and [bold]{'is ' if group.event != 'may be replaced' else ''}{group.event}[/bold]"
        console.print(f"  {_group(group)} {what} [dim]({escape(group.stopped_by)})[/dim]", soft_wrap=True)


def _group(group: text.RiskGroup) -> str:
    count = len(group.names)
    if count == 1:
        return f"{escape(group.names[0])} [dim]{escape(group.resource_type)}[/dim]"
    named = ", ".join(group.names[:_NAMED])
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    return f"{count} [dim]{escape(group.resource_type)}[/dim] ({escape(named + more)}): each"


def _unapplied(difference: Difference, console: Console) -> None:
    refused = [_kept(each) for each in difference.refused]
    _listed("AWS refuses, and the deployment fails", "red", refused, console)
    rest = [_kept(each) for each in difference.unapplied if not each.refused]
    _listed("Not applied, and not priced", "yellow", rest, console)


def _laxer(each: Laxer) -> str:
    return f"{escape(each.field)}: {escape(each.was)} [dim]→[/dim] {escape(each.now)}"


def _kept(unapplied: Unapplied) -> str:
    return f"{escape(text.unapplied(unapplied))} [dim]{escape(unapplied.why)}[/dim]"


def _lifted(difference: Difference, console: Console) -> None:
    for change in difference.changed:
        for option in change.options:
            if option.lifts:
                console.print(f"  [yellow]{_name(change.resource)}: {escape(text.option(option))}[/yellow]")


def _replaced(title: str, replaced: Sequence[Replacement], console: Console) -> None:
    lines = [f"{_name(each.resource)} [dim]{escape(text.replacement(each))}[/dim]" for each in replaced]
    _listed(title, "yellow", lines, console)


def _references(title: str, color: str, references: Sequence[Reference], console: Console) -> None:
    _listed(title, color, [_name(each) for each in references], console)


def _changed(changed: Sequence[ResourceChange], console: Console) -> None:
    lines = [line for change in changed for line in _inputs(change)]
    _listed("Changed", "cyan", lines, console)


def _inputs(change: ResourceChange) -> Iterable[str]:
    for each in change.inputs:
        before, after = text.values(each)
        effect = f" [yellow]{text.effect(each)}[/yellow]" if each.effect is not Effect.UPDATES else ""
        yield f"{_name(change.resource)} {escape(each.path)}: {escape(before)} [dim]→[/dim] {escape(after)}{effect}"
    for option in change.options:
        yield f"{_name(change.resource)} {escape(text.option(option))}"


def _verdicts(title: str, verdicts: Sequence[Verdict], console: Console) -> None:
    lines = [
        f"{'[red]mandatory[/red] ' if fails([each]) else ''}{escape(each.policy)} "
        f"{escape(each.urn.rpartition('::')[2])}: {escape(each.message)}"
        for each in verdicts
    ]
    _listed(title, "magenta", lines, console)


def _listed(title: str, color: str, lines: Sequence[str], console: Console, note: str = "") -> None:
    if not lines:
        return
    console.print(f"\n[bold {color}]{title}[/bold {color}]")
    if note:
        indented(console, f"[dim]{escape(note)}[/dim]")
    for line in lines[:_SHOWN]:
        console.print(f"  {line}", soft_wrap=True)
    if len(lines) > _SHOWN:
        console.print(f"  [dim]and {len(lines) - _SHOWN} more; --markdown lists them[/dim]")


def _costs(difference: Difference, console: Console) -> None:
    budget = difference.budget
    if not difference.costs:
        console.print(f"\nCost: {text.money(budget.cost_after)} {budget.currency} a month, unchanged")
        return _budget(difference, console)
    grid = table(f"\nCost, {budget.currency} a month", "what", "before", "after", "change", numbers=3)
    grid.show_footer = True
    footers = ("all", text.money(budget.cost_before), text.money(budget.cost_after), text.signed(budget.monthly))
    for column, footer in zip(grid.columns, footers, strict=True):
        column.footer = f"[bold]{escape(footer)}[/bold]"
    for each in difference.costs:
        what = f"{escape(f'{each.component}: {each.what}')}\n  [dim]{escape(text.quantity(each))}[/dim]"
        grid.add_row(what, text.money(each.before), text.money(each.after), text.signed(each.monthly))
    console.print(grid)
    return _budget(difference, console)


def _budget(difference: Difference, console: Console) -> None:
    budget = difference.budget
    if budget.before != budget.after:
        console.print(f"  budget: {text.money(budget.before)} → {text.money(budget.after)}")
    if not budget.holds:
        sentence = budget_text.verdict(budget.cost_after, budget.after, budget.unjudged)
        console.print(f"  [red]the budget {escape(sentence)}[/red]")


def _name(reference: Reference) -> str:
    return f"{escape(reference.name)} [dim]{escape(text.short_type(reference.type))}[/dim]"
