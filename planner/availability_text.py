"""The predicted availability on the terminal: one line for each kind of thing that people depend on."""

from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from availability.parts import Capability
from planner.plan import Plan

_COLUMNS = 80


def show(plan: Plan, console: Console) -> None:
    """Print the worst capability of each kind, its target, and what a lost zone leaves of it."""
    if not plan.availability.capabilities:
        return
    target = plan.target.target
    goal = f"target {target:g} %" if target is not None else "no target"
    console.print(f"\n[bold]Predicted availability[/bold] ({goal}; a zone lost: the capacity left)")
    for kind, group in groupby(plan.availability.capabilities, key=lambda each: each.kind):
        members = list(group)
        worst = min(members, key=lambda each: (each.share, each.name))
        label = worst.name if len(members) == 1 else f"{kind}: {len(members)}, worst {worst.name}"
        console.print(escape(_line(label, worst)), soft_wrap=True, highlight=False)
    lowest = min(plan.availability.capabilities, key=lambda each: each.share)
    if lowest.parts:
        console.print(Padding(escape(_weakest(lowest)), (0, 0, 0, 2), expand=False))


def _line(label: str, each: Capability) -> str:
    share = f"{'<=' if each.unknown else ''}{each.share * 100:.2f} %"
    loss = each.worst_loss
    left = "-" if loss is None else "down" if not loss.capacity else f"{loss.capacity * 100:.0f} %"
    figures = f"{share:>10} {each.minutes:>6,.0f} min {left:>6}"
    room = _COLUMNS - 3 - len(figures)
    if len(label) > room:
        return f"  {label}\n  {'':<{room}} {figures}"
    return f"  {label:<{room}} {figures}"


def _weakest(each: Capability) -> str:
    change = each.best_improvement
    cost = "" if change is None or change.monthly is None else f" for {change.monthly:,.2f} USD a month"
    raised = f"; {change.what}{cost} raises it to {each.improved_share * 100:.2f} %" if change else ""
    return f"weakest of {each.name}: {each.weakest.name}, {each.weakest.share * 100:.2f} %{raised}"
