"""Cases of the rules in policies/budget.py."""

from pricing.lines import Unpriced
from resources.resource import UNKNOWN
from tests.support.policies.cases import costing, fails, make, passes

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

CASES = [
    passes("monthly-budget", estimate=costing(1000)),
    fails(
        "monthly-budget", estimate=costing(1250.4), found="costs 1,250 USD a month, 250 more than the budget of 1,000"
    ),
    fails(
        "monthly-budget",
        estimate=costing(500, Unpriced("urn:a", "aws:eks/nodeGroup:NodeGroup", "p9.48xlarge", "no price")),
        found="costs at least 500 USD a month, and the budget of 1,000 cannot be judged without a price of p9.48xlarge",
    ),
    passes(
        "monthly-budget",
        estimate=costing(500, Unpriced("urn:a", "aws:ebs/volume:Volume", "ebs", "not known yet", pending=True)),
    ),
    passes("monthly-budget", kind="absent"),
    passes("monthly-budget", make(LOG_GROUP, {"name": UNKNOWN}), kind="unknown"),
]
