"""Cases of the rules in policies/budgets.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

BUDGET = "aws:budgets/budget:Budget"
ACTION = "aws:budgets/budgetAction:BudgetAction"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
STAGING = EnvironmentKind.STAGING


def budget(**inputs: Any) -> Resource:
    return make(
        BUDGET,
        {"budgetType": "COST", "timeUnit": "MONTHLY", "limitUnit": "USD", "limitAmount": "1000.00", **inputs},
    )


def notification(kind: Any, *emails: str) -> dict[str, Any]:
    return {"notificationType": kind, "threshold": 100, "subscriberEmailAddresses": list(emails)}


def delivery(condition: Any = None) -> Resource:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": ["bcm-data-exports.amazonaws.com"]},
        "Action": "s3:PutObject",
        "Resource": "*",
    }
    if condition is not None:
        statement["Condition"] = condition
    return make(BUCKET_POLICY, {"policy": {"Statement": [statement]}})


CLUSTER = make("aws:eks/cluster:Cluster")
FORECAST = notification("FORECASTED", "finance@example.com")
ACTUAL = notification("ACTUAL", "finance@example.com")

CASES = [
    passes("production-budget", CLUSTER, budget()),
    passes("production-budget", CLUSTER, environment=STAGING),
    passes("production-budget", CLUSTER, budget(name=UNKNOWN), kind="unknown"),
    passes("production-budget", make("aws:s3/bucket:Bucket"), kind="absent"),
    fails("production-budget", CLUSTER, found="has no budget in AWS"),
    passes("budget-forecast", budget(notifications=[ACTUAL, FORECAST])),
    passes("budget-forecast", budget(notifications=[ACTUAL]), environment=STAGING),
    passes("budget-forecast", budget(budgetType="SAVINGS_PLANS_COVERAGE")),
    passes(
        "budget-forecast",
        budget(notifications=[{"notificationType": "FORECASTED", "subscriberSnsTopicArns": [UNKNOWN]}]),
    ),
    fails("budget-forecast", budget(notifications=[ACTUAL]), found="notifies nobody of a forecast"),
    fails("budget-forecast", budget(notifications=[notification("FORECASTED")]), found="notifies nobody"),
    fails("budget-forecast", budget(), kind="absent", found="notifies nobody of a forecast"),
    unknown("budget-forecast", budget(notifications=UNKNOWN), undecided="notifications"),
    unknown("budget-forecast", budget(notifications=[notification(UNKNOWN, "a@b.example")]), undecided="notifications"),
    passes("budget-limit", budget()),
    passes("budget-limit", budget(limitAmount="2000", timeUnit="QUARTERLY")),
    passes("budget-limit", budget(limitAmount="2000", limitUnit="GB", budgetType="USAGE")),
    passes("budget-limit", make(BUDGET, {"budgetType": "COST"}), kind="absent"),
    fails("budget-limit", budget(limitAmount="1000.01"), found="the stack's budget is 1,000"),
    fails("budget-limit", budget(limitAmount="4000"), environment=STAGING, found="has a limit of 4,000 USD a month"),
    unknown("budget-limit", budget(limitAmount=UNKNOWN), undecided="limitAmount"),
    passes("budget-action-approval", make(ACTION, {"approvalModel": "MANUAL"})),
    passes("budget-action-approval", make(ACTION, {"approvalModel": "AUTOMATIC"}), environment=STAGING),
    passes("budget-action-approval", make(ACTION), kind="absent"),
    unknown("budget-action-approval", make(ACTION, {"approvalModel": UNKNOWN}), undecided="approvalModel"),
    fails("budget-action-approval", make(ACTION, {"approvalModel": "AUTOMATIC"}), found="runs without approval"),
    passes("bill-delivery", delivery({"StringEquals": {"aws:SourceAccount": "123456789012"}})),
    passes("bill-delivery", make(BUCKET_POLICY, {"policy": json.dumps({"Statement": []})})),
    passes("bill-delivery", make(BUCKET_POLICY), kind="absent"),
    fails("bill-delivery", delivery(), found="for any account"),
    fails("bill-delivery", delivery({"StringLike": {"aws:SourceAccount": "*"}}), found="for any account"),
    unknown("bill-delivery", make(BUCKET_POLICY, {"policy": UNKNOWN}), undecided="policy"),
    unknown("bill-delivery", delivery(UNKNOWN), undecided="conditions"),
]
