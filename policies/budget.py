"""The stack's monthly budget."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, stack_rule
from policies.engine.stack import Stack
from pricing.budget import judge, some_of
from pricing.estimate import estimate


@stack_rule(
    "monthly-budget",
    "The stack costs no more than its monthly budget, and everything in it has a price",
    area=Area.COST,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[finops("Budgeting"), well_architected("COST02-BP05")],
    remediation="Remove costs that the plan lists under its top costs or savings, or raise monthlyBudget in the "
    "section mlplatform:cost with the agreement of the budget's owner. Add a missing price with make prices "
    "REGION=<region>, or list what has none under cost.unpriced with the reason.",
    field="mlplatform:cost.monthlyBudget",
)
def _monthly_budget(stack: Stack) -> Iterator[Result]:
    context, budget = stack.context, stack.context.budget.monthly_budget
    found = context.estimate or estimate(
        stack.resources, region=context.environment.region, usage=context.usage, today=context.today
    )
    judgment = judge(found, context.budget, pending=False)
    costs = f"costs {'' if judgment.complete else 'at least '}{found.monthly:,.0f} USD a month"
    if found.monthly > budget:
        yield Finding(f"{costs}, {found.monthly - budget:,.0f} more than the budget of {budget:,.0f}")
    if judgment.unaccepted:
        subjects = some_of(judgment.subjects)
        yield Finding(f"{costs}, and the budget of {budget:,.0f} cannot be judged without a price of {subjects}")
