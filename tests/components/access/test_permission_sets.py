"""What each job function may do, who has it, and what is refused."""

from typing import Any

import pytest

from components.access.permission_sets.permission_sets import PermissionSets
from components.core.spec import SpecError
from resources.resource import Resource
from tests.support.aws_models import faults
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import Recording, run

PEOPLE = "111122223333"
INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
GROUP = "94482488-3041-7026-18f3-be45837cd0e4"
BOUNDARY = f"arn:aws:iam::{PEOPLE}:policy/ml-boundary"
ROLE = f"arn:aws:iam::{PEOPLE}:role/new"
FUNCTIONS = ("platform-admin", "engineer", "reader", "finance")


def made(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {
        "name": "ml",
        "instance_arn": INSTANCE,
        "account_id": PEOPLE,
        "boundary_name": "ml-boundary",
        "sets": [{"job_function": each, "group_ids": [GROUP]} for each in FUNCTIONS],
        **args,
    }
    return run(lambda: PermissionSets("people", given), recording)


def of_type(recording: Recording, kind: str) -> dict[str, Resource]:
    return {each.name: each for each in recording.resources if each.type == f"aws:ssoadmin/{kind}"}


def policies() -> dict[str, str]:
    found = of_type(made(), "permissionSetInlinePolicy:PermissionSetInlinePolicy")
    return {
        name.removeprefix("people-").removesuffix("-inline"): each.inputs["inlinePolicy"]
        for name, each in found.items()
    }


def test_sessions_are_short_for_administrators() -> None:
    sets = of_type(made(), "permissionSet:PermissionSet").values()
    assert {each.inputs["name"]: each.inputs["sessionDuration"] for each in sets} == {
        "ml-platform-admin": "PT1H",
        "ml-engineer": "PT8H",
        "ml-reader": "PT8H",
        "ml-finance": "PT4H",
    }


def test_permission_sets_are_accepted_by_the_model_of_identity_center() -> None:
    for each in of_type(made(), "permissionSet:PermissionSet").values():
        request = {
            "Name": each.inputs["name"],
            "InstanceArn": each.inputs["instanceArn"],
            "SessionDuration": each.inputs["sessionDuration"],
            "Description": each.inputs["description"],
        }
        assert faults("sso-admin", "CreatePermissionSet", request) == []


def test_groups_get_access_after_the_policies_are_there() -> None:
    recording = made()
    inline = of_type(recording, "permissionSetInlinePolicy:PermissionSetInlinePolicy")["people-engineer-inline"]
    assignment = of_type(recording, "accountAssignment:AccountAssignment")[f"people-engineer-{GROUP}"]
    assert inline.urn in assignment.dependencies
    assert {key: assignment.inputs[key] for key in ("principalId", "principalType", "targetId", "targetType")} == {
        "principalId": GROUP,
        "principalType": "GROUP",
        "targetId": PEOPLE,
        "targetType": "AWS_ACCOUNT",
    }


def test_actions_exist_and_fit_their_resources() -> None:
    assert policies().keys() == {"platform-admin", "engineer", "finance"}
    assert {name: unknown_to_aws(policy) for name, policy in policies().items()} == {name: [] for name in policies()}


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])
def test_administrators_make_roles_with_the_boundary_alone(action: str) -> None:
    policy = policies()["platform-admin"]
    assert allows(policy, action, ROLE, iam_PermissionsBoundary=BOUNDARY)
    assert not allows(policy, action, ROLE, iam_PermissionsBoundary=f"arn:aws:iam::{PEOPLE}:policy/other")
    assert not allows(policy, action, ROLE)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:DeletePolicy", BOUNDARY),
        ("iam:DeleteRolePermissionsBoundary", ROLE),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{PEOPLE}:role/ml-break-glass"),
        ("iam:CreateUser", f"arn:aws:iam::{PEOPLE}:user/new"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{PEOPLE}:user/new"),
        ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:us-east-1:{PEOPLE}:trail/ml"),
        ("iam:PassRole", "arn:aws:iam::999999999999:role/new"),
    ],
)
def test_administrators_may_not(action: str, resource: str) -> None:
    assert not allows(policies()["platform-admin"], action, resource, iam_PermissionsBoundary=BOUNDARY)


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateRole", "ec2:RunInstances"]
)
@pytest.mark.parametrize("function", ["engineer", "finance"])
def test_others_neither_read_data_nor_change(function: str, action: str) -> None:
    assert not allows(policies()[function], action, "*")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sets": []}, "sets = []"),
    ({"sets": [{"job_function": "reader", "group_ids": []}]}, "group_ids = []"),
    ({"sets": [{"job_function": "reader", "group_ids": ["readers"]}]}, "'readers' is not a valid id of a group"),
    ({"sets": [{"job_function": "reader", "group_ids": [GROUP], "session_hours": 13}]}, "session_hours = 13"),
    ({"sets": [{"job_function": "reader", "group_ids": [GROUP]}] * 2}, "reader is used twice"),
    ({"sets": [{"job_function": "boss", "group_ids": [GROUP]}]}, "job_function = 'boss'"),
    ({"name": "a-name-that-is-too-long"}, "name = 'a-name-that-is-too-long'"),
    ({"instance_arn": "ssoins-7223a1b2c3d4e5f6"}, "instance_arn = 'ssoins-7223a1b2c3d4e5f6'"),
    ({"account_id": "prod"}, "account_id = 'prod'"),
]


@pytest.mark.parametrize(("args", "message"), REFUSED)
def test_refused(args: dict[str, Any], message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        made(recording, **args)
    assert message in str(error.value)
    assert not [each for each in recording.resources if each.custom]
