"""The stack's own estimate stays within its monthly budget."""

from collections.abc import Iterator

from policies.frameworks import finops, well_architected
from policies.rule import Finding, Result, Rule, Severity
from policies.settings import Level
from policies.view import View
from pricing.estimate import estimate


def _check(view: View) -> Iterator[Result]:
    context = view.context
    found = context.estimate or estimate(
        view.resources, region=context.environment.region, usage=context.usage, today=context.today
    )
    budget = context.budget.monthly_budget
    if found.monthly > budget:
        yield Finding(
            f"costs {found.monthly:,.0f} USD a month, {found.monthly - budget:,.0f} more than the budget of "
            f"{budget:,.0f}"
        )


RULE = Rule(
    name="monthly-budget",
    title="The stack costs no more than its monthly budget",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(finops("Budgeting"), well_architected("COST02-BP05")),
    remediation="Take from the plan's top costs or its savings what can go, or raise monthlyBudget in the section "
    "mlplatform:cost with the agreement of whoever pays.",
    field="mlplatform:cost.monthlyBudget",
    check_stack=_check,
)
