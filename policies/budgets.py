"""Budgets of AWS, their actions, and the exported bill."""

from collections.abc import Iterator

from policies.engine.checks import in_production
from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule, stack_rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, judge, statements
from resources.inputs import elements, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

BUDGET = "aws:budgets/budget:Budget"
ACTION = "aws:budgets/budgetAction:BudgetAction"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
CLUSTERS = ("aws:eks/cluster:Cluster", "eks:index:Cluster")
_BILLING = ("bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com")
_SUBSCRIBERS = ("subscriberEmailAddresses", "subscriberSnsTopicArns")


def _counts_costs(budget: Resource, _: Stack) -> bool:
    """Whether it has a limit in USD, unlike budgets of usage and of commitments."""
    return text(read(budget.inputs, "budgetType")) in ("COST", UNKNOWN)


@stack_rule(
    "production-budget",
    "A stack of production with a cluster has a budget in AWS",
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[finops("Budgeting"), well_architected("COST02-BP05")],
    remediation="Add the section mlplatform:spend, or a budget of the account in another stack.",
    field="mlplatform:spend",
)
def _production_budget(stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production and stack.of_type(*CLUSTERS) and not stack.of_type(BUDGET):
        yield Finding("has no budget in AWS, so nobody is notified when the bill is higher than the plan")


@rule(
    "budget-forecast",
    "In production, a budget notifies people before it is exceeded",
    BUDGET,
    when=lambda budget, stack: in_production(budget, stack) and _counts_costs(budget, stack),
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Forecasting"), well_architected("COST02-BP05")],
    remediation="Add a notification of type FORECASTED with a mail address or an SNS topic (forecastPercents of "
    "SpendControl).",
    field="notifications",
)
def _forecast(budget: Resource, _: Stack) -> Iterator[Result]:
    notifications = read(budget.inputs, "notifications")
    found = elements(notifications)
    forecasts = [each for each in found if text(read(each, "notificationType")) in ("FORECASTED", UNKNOWN)]
    if notifications is UNKNOWN or UNKNOWN in found:
        yield Undecided("notifications")
    elif not any(is_set(read(each, field)) for each in forecasts for field in _SUBSCRIBERS):
        yield Finding("notifies nobody of a forecast above it, because no notification is FORECASTED")
    elif all(text(read(each, "notificationType")) is UNKNOWN for each in forecasts):
        yield Undecided("notifications[].notificationType")


@rule(
    "budget-limit",
    "The limit of a monthly budget in AWS is not above the stack's budget",
    BUDGET,
    when=_counts_costs,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Budgeting"), well_architected("COST02-BP05")],
    remediation="Lower limitAmount to monthlyBudget of the section mlplatform:cost, or raise monthlyBudget with the "
    "agreement of the budget's owner.",
    field="limitAmount",
)
def _limit(budget: Resource, stack: Stack) -> Iterator[Result]:
    unit, period = text(read(budget.inputs, "limitUnit")), text(read(budget.inputs, "timeUnit"))
    if (unit is not UNKNOWN and unit != "USD") or (period is not UNKNOWN and period != "MONTHLY"):
        return
    limit, most = number(read(budget.inputs, "limitAmount")), stack.context.budget.monthly_budget
    if limit is UNKNOWN:
        yield Undecided("limitAmount")
    elif limit is not None and limit > most:
        yield Finding(f"has a limit of {limit:,.0f} USD a month; the stack's budget is {most:,.0f}")


@rule(
    "budget-action-approval",
    "In production, a person approves actions of budgets",
    ACTION,
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.ADVISORY,
    frameworks=[well_architected("COST02-BP05"), well_architected("REL08-BP01")],
    remediation="Set approvalModel to MANUAL. An automatic action denies new machines, or stops databases, while users "
    "are served.",
    field="approvalModel",
)
def _approval(action: Resource, _: Stack) -> Iterator[Result]:
    model = text(read(action.inputs, "approvalModel"))
    if model is UNKNOWN:
        yield Undecided("approvalModel")
    elif model == "AUTOMATIC":
        yield Finding("runs without approval, also when it stops what users need")


@rule(
    "bill-delivery",
    "Buckets take the bill only of their own account",
    BUCKET_POLICY,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP07"), well_architected("SEC08-BP04")],
    remediation="Let bcm-data-exports.amazonaws.com and billingreports.amazonaws.com write only under a condition on "
    "aws:SourceAccount or aws:SourceArn.",
    field="policy",
)
def _delivery(policy: Resource, _: Stack) -> Iterator[Result]:
    yield from judge(statements(read(policy.inputs, "policy"), "policy"), _open_to_billing)


def _open_to_billing(statement: Statement) -> Iterator[Result]:
    services = [name for kind, name in statement.principals() if kind == "Service" and name in _BILLING]
    if not services:
        return
    if statement.conditions_unknown:
        yield Undecided(f"the conditions of {statement.path}")
    elif not statement.condition_keys & {"aws:sourceaccount", "aws:sourcearn"}:
        yield Finding(f"lets {', '.join(sorted(services))} write for any account in {statement.path}")
