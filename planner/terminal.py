"""A plan on the terminal: what is deployed, asked of AWS, paid, and judged."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from planner.plan import Plan, standing
from pricing.resource import Resource

DEAREST = 5
_SEVERITIES = ("critical", "high", "medium", "low")
_STACK = "pulumi:pulumi:Stack"


def show(plan: Plan, console: Console) -> None:
    """Print the plan section by section, and at the end whether it may be deployed."""
    console.print(f"\n[bold]{plan.project}[/bold] · stack [bold]{plan.stack}[/bold] · {plan.estimate.region}\n")
    _warnings(plan, console)
    console.print(_components(plan))
    _quotas(plan, console)
    _prerequisites(plan, console)
    console.print(_cost(plan))
    _dearest(plan, console)
    _savings(plan, console)
    _unpriced(plan, console)
    _decisions(plan, console)
    _choices(plan, console)
    _policies(plan, console)
    console.print(_conclusion(plan))


def _warnings(plan: Plan, console: Console) -> None:
    for warning in plan.warnings:
        console.print(f"[yellow]warning[/yellow] {warning.field}: {escape(warning.why)} {escape(warning.remedy)}\n")


def _prerequisites(plan: Plan, console: Console) -> None:
    if plan.prerequisites:
        console.print("\n[bold]The account must have first[/bold]")
    for each in plan.prerequisites:
        console.print(f"  {escape(each.what)}: {escape(each.why)}")
        console.print(f"    [dim]{escape(each.how)}[/dim]")


def _components(plan: Plan) -> Table:
    table = Table("component", "type", "resources", title="What is deployed", title_justify="left", box=None)
    owners = component_of(plan.resources)
    counts = Counter(owners[each.urn] for each in plan.resources if each.custom and each.urn in owners)
    for resource in plan.resources:
        if resource.type.startswith("mlplatform:"):
            table.add_row(resource.name, resource.type.rpartition(":")[2], str(counts[resource.name]))
    beside = sum(1 for each in plan.resources if each.custom and each.urn not in owners)
    table.add_row("(the stack itself)", "", str(beside))
    table.columns[2].justify = "right"
    return table


def component_of(resources: Iterable[Resource]) -> dict[str, str]:
    """The name of the nearest component that each resource belongs to, by the resource's URN."""
    known = {resource.urn: resource for resource in resources}
    owners: dict[str, str] = {}
    for urn, resource in known.items():
        parent = known.get(resource.parent or "")
        while parent is not None and not parent.type.startswith("mlplatform:"):
            parent = known.get(parent.parent or "")
        if parent is not None:
            owners[urn] = parent.name
    return owners


def _quotas(plan: Plan, console: Console) -> None:
    if not plan.quotas:
        return
    title = "To be asked of AWS first (Service Quotas, region's defaults)"
    table = Table("quota", "code", "default", "needed", title=title, title_justify="left", box=None)
    for quota in plan.quotas:
        table.add_row(quota.name, quota.code, f"{quota.default:g}", f"[bold]{quota.needed:g}[/bold]")
    console.print()
    console.print(table)
    for quota in plan.quotas:
        console.print(f"  [dim]{quota.code}: {escape(quota.why)}[/dim]")


def _cost(plan: Plan) -> Table:
    table = Table("component", "USD a month", title="\nMonthly cost", title_justify="left", box=None, show_footer=True)
    table.columns[0].footer = "all"
    table.columns[1].footer = f"[bold]{plan.estimate.monthly:,.2f}[/bold]"
    table.columns[1].justify = "right"
    sums: Counter[str] = Counter()
    for line in plan.estimate.lines:
        sums[line.component] += line.monthly  # pyright: ignore[reportArgumentType] - a Counter adds floats as well
    for component, monthly in sums.most_common():
        table.add_row(component, f"{monthly:,.2f}")
    return table


def _dearest(plan: Plan, console: Console) -> None:
    title = f"\nThe {DEAREST} dearest lines"
    table = Table("what", "quantity", "unit price", "USD a month", "as spot", "one year", title=title, box=None)
    table.title_justify = "left"
    for column in table.columns[1:]:
        column.justify = "right"
    for line in sorted(plan.estimate.lines, key=lambda line: -line.monthly)[:DEAREST]:
        alternatives = [f"{price:,.2f}" if price is not None else "-" for price in (line.spot, line.one_year)]
        quantity = f"{line.quantity:,.0f} {line.unit}"
        what = f"{line.component}: {escape(line.what)}"
        table.add_row(what, quantity, f"{line.unit_price:g}", f"{line.monthly:,.2f}", *alternatives)
    console.print(table)


def _savings(plan: Plan, console: Console) -> None:
    if not plan.estimate.savings:
        return
    total = sum(saving.monthly for saving in plan.estimate.savings)
    console.print(f"\n[bold]The cheapest safe mix would save {total:,.2f} USD a month[/bold]")
    for saving in plan.estimate.savings:
        console.print(f"  {saving.monthly:>9,.2f}  {escape(saving.what)}")
        console.print(f"  {'':>9}  [dim]{escape(saving.how)}[/dim]")


def _unpriced(plan: Plan, console: Console) -> None:
    for note in plan.estimate.notes:
        console.print(f"[yellow]note[/yellow] {escape(note)}")
    if not plan.estimate.unpriced:
        console.print("\nEvery resource that costs money has a price.")
        return
    console.print(f"\n[yellow]Unpriced: {len(plan.estimate.unpriced)}[/yellow], not free")
    for urn in plan.estimate.unpriced:
        reason = plan.estimate.reasons.get(urn, "")
        console.print(f"  {urn.rpartition('::')[2]}  [dim]{escape(reason)}[/dim]")


def _decisions(plan: Plan, console: Console) -> None:
    if plan.decisions:
        console.print("\n[bold]Chosen by price[/bold]")
    for decision in plan.decisions:
        console.print(f"  {decision.field}: {escape(decision.why)}")


def _choices(plan: Plan, console: Console) -> None:
    if plan.choices:
        console.print("\n[bold]Unusual choices of the config[/bold]")
    for choice in plan.choices:
        console.print(f"  {choice.field} = {escape(str(choice.value))}  [dim]{escape(choice.why)}[/dim]")


def _policies(plan: Plan, console: Console) -> None:
    counts = Counter((verdict.severity, standing(verdict)) for verdict in plan.verdicts)
    table = Table("severity", "violated", "advised", "excepted", title="\nPolicies", title_justify="left", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for severity in _SEVERITIES:
        table.add_row(severity, *(str(counts[severity, how]) for how in ("violated", "advised", "excepted")))
    console.print(table)
    for verdict in sorted(plan.verdicts, key=lambda each: (standing(each), _SEVERITIES.index(each.severity))):
        color = {"violated": "red", "advised": "yellow", "excepted": "dim"}[standing(verdict)]
        name = verdict.urn.rpartition("::")[2] or "the stack"
        reason = f" (excepted: {verdict.exception})" if verdict.exception else ""
        console.print(f"  [{color}]{verdict.policy}[/{color}] {name}: {escape(verdict.message + reason)}")


def _conclusion(plan: Plan) -> str:
    left = plan.budget - plan.estimate.monthly
    budget = (
        f"[green]the budget of {plan.budget:,.2f} holds, {left:,.2f} are left[/green]"
        if plan.within_budget
        else f"[red]the budget of {plan.budget:,.2f} is exceeded by {-left:,.2f}[/red]"
    )
    broken = len(plan.violations)
    policies = f"[red]{broken} mandatory violations[/red]" if broken else "[green]every mandatory policy holds[/green]"
    verdict = "[green]may be deployed[/green]" if plan.deployable else "[red]must not be deployed[/red]"
    refused = f"; [red]AWS refuses {plan.refused} changes[/red]" if plan.refused else ""
    return f"\n{budget}; {policies}{refused}: the plan {verdict}."
