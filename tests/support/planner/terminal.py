"""An empty plan to change, and what the terminal shows of a plan."""

from io import StringIO

from rich.console import Console

from planner.plan import Plan
from planner.terminal import show
from pricing.budget import Budget
from pricing.lines import Estimate

EMPTY = Plan(
    "sample", "test", (), {}, Budget(monthly_budget=1), Estimate("USD", "us-east-1", 0, (), (), ()), (), (), ()
)


def shown(plan: Plan) -> str:
    out = StringIO()
    show(plan, Console(file=out, width=200))
    return out.getvalue()
