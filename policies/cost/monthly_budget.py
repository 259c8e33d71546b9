"""The stack's own estimate stays within its monthly budget, and nothing in it lacks a price."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from pricing.budget import judge, some_of
from pricing.estimate import estimate


def _check(stack: Stack) -> Iterator[Result]:
    context = stack.context
    found = context.estimate or estimate(
        stack.resources, region=context.environment.region, usage=context.usage, today=context.today
    )
    budget = context.budget.monthly_budget
    judgment = judge(found, context.budget, pending=False)
    costs = f"costs {'' if judgment.complete else 'at least '}{found.monthly:,.0f} USD a month"
    if found.monthly > budget:
        yield Finding(f"{costs}, {found.monthly - budget:,.0f} more than the budget of {budget:,.0f}")
    if judgment.unaccepted:
        yield Finding(
            f"{costs}, and the budget of {budget:,.0f} cannot be judged without a price of {some_of(judgment.subjects)}"
        )


RULE = Rule(
    name="monthly-budget",
    title="The stack costs no more than its monthly budget, and everything in it has a price",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(finops("Budgeting"), well_architected("COST02-BP05")),
    remediation="Take from the plan's top costs or its savings what can go, or raise monthlyBudget in the section "
    "mlplatform:cost with the agreement of whoever pays. Bring a missing price with make prices REGION=<region>, or "
    "list what has none under cost.unpriced with the reason why it may cost what it does.",
    field="mlplatform:cost.monthlyBudget",
    check_stack=_check,
)
