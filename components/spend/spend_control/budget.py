"""The budget, its notifications and its actions."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from .access import action_access, action_trust, capacity_denial
from .spec import ENVIRONMENT_TAG, ActionKind, BudgetActionSpec, BudgetScope, SpendControlSpec

_SUBTYPES = {ActionKind.STOP_INSTANCES: "STOP_EC2_INSTANCES", ActionKind.STOP_DATABASES: "STOP_RDS_INSTANCES"}


def budget(
    name: str,
    spec: SpendControlSpec,
    topic_arn: pulumi.Output[str] | None,
    needed: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> aws.budgets.Budget:
    """The budget of a month. Credits and refunds do not hide what was spent, and prepaid costs are spread.

    The tag of a filter has the prefix `user:`. Source: AWS Cost Management user guide, "Budget filters".
    """
    tag = f"user:{ENVIRONMENT_TAG}${spec.cost_tags.get(ENVIRONMENT_TAG, '')}"
    by_tag: Any = [{"name": "TagKeyValue", "values": [tag]}]
    notifications: Any = [
        {
            "comparison_operator": "GREATER_THAN",
            "notification_type": kind,
            "threshold": percent,
            "threshold_type": "PERCENTAGE",
            "subscriber_email_addresses": list(spec.emails),
            "subscriber_sns_topic_arns": [topic_arn] if topic_arn else [],
        }
        for kind, percents in (("ACTUAL", spec.actual_percents), ("FORECASTED", spec.forecast_percents))
        for percent in percents
    ]
    return aws.budgets.Budget(
        f"{name}-budget",
        name=spec.name,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=f"{spec.monthly_limit:.2f}",
        limit_unit="USD",
        cost_filters=by_tag if spec.scope is BudgetScope.ENVIRONMENT else None,
        cost_types={"include_credit": False, "include_refund": False, "use_amortized": True},
        notifications=notifications,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(needed))),
    )


def budget_action(
    name: str,
    action: BudgetActionSpec,
    account: Account,
    budget_name: pulumi.Output[str],
    subscribers: Any,
    opts: pulumi.ResourceOptions,
) -> aws.budgets.BudgetAction:
    """An action with a role of its own in the budget's account, which only AWS Budgets can assume."""
    policy = None
    policy_arn: pulumi.Output[str] = pulumi.Output.from_input("")
    if action.kind is ActionKind.DENY_CAPACITY:
        policy = aws.iam.Policy(
            f"{name}-{action.name}-denial",
            description="Denies to start machines, jobs and stores while a budget is exceeded",
            policy=capacity_denial(),
            opts=opts,
        )
        policy_arn = policy.arn
    role = aws.iam.Role(f"{name}-{action.name}-role", assume_role_policy=action_trust(account), opts=opts)
    access = aws.iam.RolePolicy(
        f"{name}-{action.name}-policy",
        role=role.name,
        policy=policy_arn.apply(lambda arn: action_access(account, action.kind, action.targets, arn)),
        opts=opts,
    )
    definition: Any = (
        {"iam_action_definition": {"policy_arn": policy.arn, "roles": list(action.targets)}}
        if policy
        else {
            "ssm_action_definition": {
                "action_sub_type": _SUBTYPES[action.kind],
                "instance_ids": list(action.targets),
                "region": account.region,
            }
        }
    )
    return aws.budgets.BudgetAction(
        f"{name}-{action.name}-action",
        budget_name=budget_name,
        action_type="APPLY_IAM_POLICY" if policy else "RUN_SSM_DOCUMENTS",
        approval_model=str(action.approval).upper(),
        notification_type="ACTUAL",
        action_threshold={"action_threshold_type": "PERCENTAGE", "action_threshold_value": action.percent},
        definition=definition,
        execution_role_arn=role.arn,
        subscribers=subscribers,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[access])),
    )
