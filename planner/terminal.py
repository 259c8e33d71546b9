"""A plan on the terminal: what is deployed, what to request from AWS, what it costs, and how the rules judge it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from pydantic.alias_generators import to_camel
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from planner import availability_text, budget_text
from planner.counted import violations
from planner.difference_text import value
from planner.plan import Plan, standing
from policies.engine.evaluate import Verdict
from pricing.budget import some_of
from pricing.table import regions
from resources.index import COMPONENT_PREFIX, ResourceIndex
from resources.resource import Resource
from stacks.config import StackConfig

TOP = 5
_SEVERITIES = ("critical", "high", "medium", "low")


def show(plan: Plan, console: Console) -> None:
    """Print the plan section by section, and at the end whether it may be deployed."""
    _warnings(plan, console)
    named = f"[bold]{escape(plan.project)}[/bold] · stack [bold]{escape(plan.stack)}[/bold]"
    console.print(f"\n{named} · {escape(plan.estimate.region)}\n")
    console.print(_components(plan))
    _quotas(plan, console)
    _prerequisites(plan, console)
    console.print(_cost(plan))
    _idle(plan, console)
    console.print(_top_costs(plan))
    _savings(plan, console)
    _commitments(plan, console)
    _unpriced(plan, console)
    _decisions(plan, console)
    _choices(plan, console)
    _remains(plan, console)
    availability_text.show(plan, console)
    _policies(plan, console)
    _assumptions(plan, console)
    _placeholders(plan, console)
    console.print(_conclusion(plan))


def table(title: str, *columns: str, numbers: int) -> Table:
    """An empty table whose last `numbers` columns are numbers; text is folded where a terminal is narrow, never cut."""
    grid = Table(title=title, title_justify="left", box=None)
    for index, column in enumerate(columns):
        number = index >= len(columns) - numbers
        grid.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return grid


def indented(console: Console, markup: str, by: int = 2) -> None:
    """Print a paragraph whose further lines are indented as its first."""
    console.print(Padding(markup, (0, 0, 0, by), expand=False))


def _warnings(plan: Plan, console: Console) -> None:
    has_details = any(each.is_detail for each in plan.warnings)
    for warning in plan.warnings:
        where = "They are listed after the policies." if warning.field == "usage" and has_details else ""
        sentence = f"{warning.field}: {warning.why} {warning.remedy} {where}".rstrip()
        if not warning.is_detail:
            console.print(f"[yellow]warning[/yellow] {escape(sentence)}")


def _assumptions(plan: Plan, console: Console) -> None:
    """What the first lines only count: the assumed usage that is laxer than its defaults."""
    details = [each for each in plan.warnings if each.is_detail]
    if details:
        console.print("\n[bold]Assumed usage[/bold]")
    for each in details:
        indented(console, escape(f"{each.field}: {each.why} {each.remedy}"))


def _prerequisites(plan: Plan, console: Console) -> None:
    if plan.prerequisites:
        console.print("\n[bold]The account must have first[/bold]")
    for why, group in groupby(plan.prerequisites, key=lambda each: each.why):
        needed = list(group)
        indented(console, escape(f"{', '.join(each.what for each in needed)}: {why}"))
        for each in needed:
            # A command is not wrapped, so that it can be copied.
            console.print(f"    [dim]{escape(each.how)}[/dim]", soft_wrap=True)


def _remains(plan: Plan, console: Console) -> None:
    if plan.remains:
        console.print("\n[bold]Stays after a destroy[/bold]")
    for why, group in groupby(plan.remains, key=lambda each: each.why):
        members = list(group)
        indented(console, escape(f"{', '.join(each.what for each in members)}: {why}"))
        for how in dict.fromkeys(each.how for each in members):
            console.print(f"    [dim]{escape(how)}[/dim]", soft_wrap=True)


def _components(plan: Plan) -> Table:
    grid = table("What is deployed", "component", "type", "resources", numbers=1)
    owners = component_of(plan.resources)
    counts = Counter(owners[each.urn] for each in plan.resources if each.custom and each.urn in owners)
    for resource in plan.resources:
        if resource.type.startswith(COMPONENT_PREFIX):
            grid.add_row(escape(resource.name), escape(resource.type.rpartition(":")[2]), str(counts[resource.name]))
    beside = sum(1 for each in plan.resources if each.custom and each.urn not in owners)
    grid.add_row("(the stack itself)", "", str(beside))
    return grid


def component_of(resources: Sequence[Resource]) -> dict[str, str]:
    """The name of the nearest component that each resource belongs to, by the resource's URN."""
    index = ResourceIndex(resources)
    owners = ((resource.urn, next(_components_above(resource, index), None)) for resource in resources)
    return {urn: owner.name for urn, owner in owners if owner}


def _quotas(plan: Plan, console: Console) -> None:
    if not plan.quotas:
        return
    grid = table("\nQuota increases to request (Service Quotas)", "quota", "code", "default", "needed", numbers=2)
    for quota in plan.quotas:
        grid.add_row(escape(quota.name), quota.code, f"{quota.default:g}", f"[bold]{quota.needed:g}[/bold]")
    console.print(grid)
    for quota in plan.quotas:
        indented(console, f"[dim]{escape(f'{quota.code}: {quota.why}')}[/dim]")


def _cost(plan: Plan) -> Table:
    grid = table("\nMonthly cost", "component", "USD a month", numbers=1)
    grid.show_footer = True
    grid.columns[0].footer = "all"
    grid.columns[1].footer = f"[bold]{budget_text.cost(plan.estimate.monthly, complete=not plan.estimate.gaps)}[/bold]"
    sums: Counter[str] = Counter()
    for line in plan.estimate.lines:
        sums[line.component] += line.monthly  # pyright: ignore[reportArgumentType] - a Counter adds floats as well
    for component, monthly in sums.most_common():
        grid.add_row(escape(component), f"{monthly:,.2f}")
    return grid


def _idle(plan: Plan, console: Console) -> None:
    """Pools that may grow and are priced without a node."""
    for line in plan.estimate.lines:
        if not line.quantity:
            indented(console, f"[dim]{escape(f'{line.component}: {line.what}')}[/dim]")


def _top_costs(plan: Plan) -> Table:
    grid = table(f"\nTop {TOP} costs", "what", "USD a month", "as spot", "one year", numbers=3)
    for line in sorted(plan.estimate.lines, key=lambda line: -line.monthly)[:TOP]:
        alternatives = [f"{price:,.2f}" if price is not None else "-" for price in (line.spot, line.one_year)]
        quantity = f"{line.quantity:,.0f} {line.unit} at {line.unit_price:g}"
        what = f"{escape(f'{line.component}: {line.what}')}\n  [dim]{escape(quantity)}[/dim]"
        grid.add_row(what, f"{line.monthly:,.2f}", *alternatives)
    return grid


def _savings(plan: Plan, console: Console) -> None:
    if not plan.estimate.savings:
        return
    total = sum(saving.monthly for saving in plan.estimate.savings)
    console.print(f"\n[bold]The cheapest safe mix would save {total:,.2f} USD a month[/bold]")
    for saving in plan.estimate.savings:
        indented(console, f"{saving.monthly:,.2f}: {escape(saving.what)}")
        indented(console, f"[dim]{escape(saving.how)}[/dim]", 4)


def _commitments(plan: Plan, console: Console) -> None:
    """What to commit to for what always runs. It is a part of the cheapest safe mix."""
    if not plan.estimate.commitments:
        return
    titles = ("commitment", "USD an hour", "on demand", "committed", "pays off above")
    grid = table("\nOne-year commitments for what always runs, without upfront payment", *titles, numbers=4)
    for each in plan.estimate.commitments:
        covered = escape(", ".join(each.covers))
        break_even = f"{each.break_even_share:.0%} of hours\n{each.break_even_months:g} months"
        amounts = (f"{each.hourly:,.4f}", f"{each.on_demand:,.2f}", f"{each.committed:,.2f}")
        grid.add_row(f"{escape(each.what)}\n  [dim]{covered}[/dim]", *amounts, break_even)
    console.print(grid)


def _unpriced(plan: Plan, console: Console) -> None:
    gaps = plan.estimate.gaps
    if not gaps:
        console.print("\nEvery resource that costs money has a price.")
        return
    console.print(f"\n[yellow]Unpriced: {len(plan.estimate.unpriced)} resources[/yellow], which are not free")
    region = plan.estimate.region
    if region not in regions():
        names = some_of(tuple(dict.fromkeys(gap.subject for gap in gaps)))
        indented(console, escape(f"{region} has no price table, so these have no price: {names}."))
        indented(console, f"[dim]Run make prices REGION={escape(region)}; --json lists all.[/dim]")
        return
    unaccepted = set(plan.judgment.unaccepted)
    for subject in dict.fromkeys(gap.subject for gap in gaps):
        named = [gap for gap in gaps if gap.subject == subject]
        accepted = "" if unaccepted.intersection(named) else "  [green]accepted in cost.unpriced[/green]"
        indented(console, f"[bold]{escape(subject)}[/bold]{accepted}")
        for gap in named:
            indented(console, f"{escape(gap.urn.rpartition('::')[2])}  [dim]{escape(gap.reason)}[/dim]", 4)
    if unaccepted:
        indented(console, "[dim]Bring the prices, or list these names under cost.unpriced, each with a reason.[/dim]")


def _decisions(plan: Plan, console: Console) -> None:
    if plan.decisions:
        console.print("\n[bold]Chosen by price[/bold]")
    for decision in plan.decisions:
        indented(console, escape(f"{decision.field}: {decision.why}"))


def _choices(plan: Plan, console: Console) -> None:
    if plan.choices:
        console.print("\n[bold]Unusual choices of the config[/bold]")
    for choice in plan.choices:
        indented(console, f"{escape(f'{choice.field} = {value(choice.value)}')}  [dim]{escape(choice.why)}[/dim]")


def _policies(plan: Plan, console: Console) -> None:
    counts = Counter((verdict.severity, standing(verdict)) for verdict in plan.verdicts)
    grid = table("\nPolicies", "severity", "violated", "advised", "excepted", numbers=3)
    for severity in _SEVERITIES:
        grid.add_row(severity, *(str(counts[severity, how]) for how in ("violated", "advised", "excepted")))
    console.print(grid)
    index = ResourceIndex(plan.resources)
    for verdict in sorted(plan.verdicts, key=lambda each: (standing(each), _SEVERITIES.index(each.severity))):
        _verdict(verdict, _owner(verdict.urn, index), console)


def _owner(urn: str, index: ResourceIndex) -> str:
    """The component that a resource belongs to and the section of the config that it is made from; empty without."""
    resource = index.get(urn)
    components = [each.name for each in _components_above(resource, index)] if resource else []
    if not components:
        return ""
    outermost = components[-1]
    section = "modelServing" if outermost == "serving" else to_camel(outermost.replace("-", "_"))
    known = section in {field.alias for field in StackConfig.model_fields.values()}
    return f"{components[0]}, made from {section} in the config" if known else components[0]


def _components_above(resource: Resource, index: ResourceIndex) -> Iterator[Resource]:
    """The components of this library that a resource belongs to, the nearest first."""
    return (each for each in index.ancestors(resource) if each.type.startswith(COMPONENT_PREFIX))


def _verdict(verdict: Verdict, owner: str, console: Console) -> None:
    how = standing(verdict)
    color = {"violated": "red", "advised": "yellow", "excepted": "dim"}[how]
    name = verdict.urn.rpartition("::")[2] or "the stack"
    indented(console, f"[{color}]{how} {escape(verdict.policy)}[/{color}] {escape(f'{name}: {verdict.message}')}")
    if verdict.exception:
        indented(console, f"[dim]excepted: {escape(verdict.exception)}[/dim]", 4)
    else:
        if owner:
            indented(console, f"[dim]component: {escape(owner)}[/dim]", 4)
        indented(console, f"[dim]field: {escape(verdict.field)}[/dim]", 4)
        indented(console, f"[dim]remedy: {escape(verdict.remediation)}[/dim]", 4)


def _placeholders(plan: Plan, console: Console) -> None:
    if plan.placeholders:
        console.print("\n[bold]Replace before a deployment[/bold]")
    for field, given in plan.placeholders:
        indented(console, escape(f"{field} = {given}"))


def _conclusion(plan: Plan) -> str:
    judgment = plan.judgment
    sentence = budget_text.verdict(judgment.monthly, judgment.budget, judgment.subjects)
    color = "green" if judgment.holds else "red"
    budget = f"[{color}]the budget of {judgment.budget:,.2f} {escape(sentence)}[/{color}]"
    broken = len(plan.violations)
    policies = f"[red]{violations(broken)}[/red]" if broken else "[green]every mandatory policy holds[/green]"
    verdict = "[green]may be deployed[/green]" if plan.deployable else "[red]must not be deployed[/red]"
    refused = f"; [red]AWS refuses {plan.refused} changes[/red]" if plan.refused else ""
    return f"\n{budget}; {policies}{refused}: the plan {verdict}."
