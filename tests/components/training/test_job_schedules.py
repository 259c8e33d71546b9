"""JobSchedules: a group of schedules, and a role that only they can use."""

import json
from typing import Any

from components.training.job_schedules.job_schedules import JobSchedules
from tests.support.components.iam import allows
from tests.support.components.mocks import Recording, run

REGION, ACCOUNT = "us-east-1", "123456789012"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/ml-risk"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SUBMIT = {"Effect": "Allow", "Action": ["batch:SubmitJob"], "Resource": ["*"]}


def made() -> Recording:
    policies: Any = {"batch": json.dumps({"Version": "2012-10-17", "Statement": [SUBMIT]})}
    return run(lambda: JobSchedules("risk", {"name": "ml-risk", "policies": policies}))


def test_only_schedules_of_the_group_can_use_the_role() -> None:
    trust = json.loads(made().one("aws:iam/role:Role", "risk-role").inputs["assumeRolePolicy"])
    [statement] = trust["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/ml-risk"},
    }


def test_the_role_starts_what_the_policies_say_and_keeps_failures() -> None:
    found = made()
    queue = found.outputs("risk")["undelivered_queue_arn"]
    assert allows(found.one(ROLE_POLICY, "risk-batch").inputs["policy"], "batch:SubmitJob", "*")
    assert allows(found.one(ROLE_POLICY, "risk-undelivered").inputs["policy"], "sqs:SendMessage", queue)
    assert not allows(found.one(ROLE_POLICY, "risk-undelivered").inputs["policy"], "sqs:SendMessage", f"{queue}-other")


def test_editors_reach_no_schedule_of_another_team() -> None:
    policy = made().outputs("risk")["edit_policy"]
    role = made().outputs("risk")["role_arn"]
    assert allows(policy, "scheduler:CreateSchedule", f"{GROUP}/risk-fraud")
    assert not allows(policy, "scheduler:CreateSchedule", f"{GROUP}-other/risk-fraud")
    assert allows(policy, "iam:PassRole", role, iam_PassedToService="scheduler.amazonaws.com")
    assert not allows(policy, "iam:PassRole", role, iam_PassedToService="ec2.amazonaws.com")
