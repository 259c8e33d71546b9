"""Queries of Athena, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from pricing.estimate import Estimate, estimate
from pricing.spend_usage import SpendUsage
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import resource


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


@pytest.mark.parametrize(("scanned", "cost"), [(0, {}), (12, {"data scanned by queries": 60.0})])
def test_queries_cost_by_what_they_scan(scanned: float, cost: dict[str, float]) -> None:
    made = resource("aws:athena/workgroup:Workgroup", "features")
    result = estimate([made], region="us-east-1", usage=Usage(scanned_tb=scanned))
    # 12 TB x 5.00 = 60.00.
    assert monthly(result) == cost


def test_queries_of_the_bill_have_a_figure_of_their_own() -> None:
    spend = Resource("urn:spend", "mlplatform:index:SpendControl", "spend", custom=False)
    made = resource("aws:athena/workgroup:Workgroup", "costs", "urn:spend")
    result = estimate([spend, made], region="us-east-1", usage=Usage(scanned_tb=12, spend=SpendUsage(scanned_tb=2)))
    # 2 TB x 5.00 = 10.00.
    assert monthly(result) == {"data scanned by queries": 10.0}
