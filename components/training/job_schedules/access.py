"""The IAM documents of a team's schedules, as plain data."""

from ...core.account import Account
from ...core.iam import allow, document


def send_access(queue_arn: str) -> str:
    """Lets EventBridge Scheduler keep a start that failed.

    Source: EventBridge Scheduler user guide, "Configuring a dead-letter queue".
    """
    return document(allow("KeepUndelivered", ["sqs:SendMessage"], [queue_arn]))


def edit_access(account: Account, group: str, role_arn: str) -> str:
    """Lets its holder create, change and delete schedules of the group, which start jobs with the role.

    Source: Service authorization reference, "Actions, resources, and condition keys for Amazon EventBridge Scheduler".
    """
    passed = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    edit = ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:GetSchedule", "scheduler:DeleteSchedule"]
    return document(
        allow("Edit", edit, [account.arn("scheduler", f"schedule/{group}/*")]),
        allow("PassRole", ["iam:PassRole"], [role_arn], passed),
    )
