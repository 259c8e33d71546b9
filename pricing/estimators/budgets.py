"""AWS Budgets: budgets are free, and those with actions cost by the day."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.resource import Resource

_ACTION = "aws:budgets/budgetAction:BudgetAction"


@prices("aws:budgets/budget:Budget")
def budget(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The days of a budget with actions, however many. The two that an account has free are not deducted."""
    if stack.referrers(resource, "budgetName", _ACTION):
        days = HOURS_A_MONTH / 24
        yield stack.charge(resource, "budgets", "action-enabled-budget", days, "days of a budget with actions")
