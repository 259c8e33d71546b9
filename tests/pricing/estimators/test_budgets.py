"""Budgets of AWS, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import priced, referring, resource

BUDGET = "aws:budgets/budget:Budget"
ACTION = "aws:budgets/budgetAction:BudgetAction"


def test_budget_that_only_notifies_is_free() -> None:
    found = priced(resource(BUDGET, "ml"))
    assert (found.lines, found.gaps) == ((), ())


def test_budget_with_actions_costs_by_the_day_however_many() -> None:
    # 730 / 24 = 30.42 days x 0.10 = 3.0417.
    ml = resource(BUDGET, "ml", name="ml")
    actions = [referring(resource(ACTION, name), {"budgetName": [ml]}, budgetName="ml") for name in ("a", "b")]
    found = priced(ml, *actions, resource(BUDGET, "other", name="other"))
    assert [(line.urn.rpartition("::")[2], line.monthly) for line in found.lines] == [("ml", pytest.approx(3.0417))]
    assert found.gaps == ()


def test_reports_on_costs_are_free() -> None:
    kinds = (
        "anomalyMonitor:AnomalyMonitor",
        "anomalySubscription:AnomalySubscription",
        "costAllocationTag:CostAllocationTag",
    )
    made = [resource(f"aws:costexplorer/{kind}") for kind in kinds]
    found = priced(*made, resource("aws:bcmdata/export:Export"))
    assert (found.lines, found.gaps) == ((), ())
