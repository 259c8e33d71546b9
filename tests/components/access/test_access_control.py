"""What the boundary lets roles do, who may use the role for emergencies, who is told, and what is refused."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from moto.events.models import EventPattern
from moto.iam.aws_managed_policies import aws_managed_policies_data

from components.access.access_control.access_control import AccessControl
from components.access.access_control.boundary import SERVICES, bound_to, boundary_policy
from components.core.account import Account
from components.core.spec import SpecError
from components.facts.iam_services import iam_services
from resources.resource import Resource
from tests.support.components.iam import allows, principals_allowed
from tests.support.components.known_actions import KNOWN
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.planner.plans import STACKS, plan_of

ROLE = "aws:iam/role:Role"
RULE = "aws:cloudwatch/eventRule:EventRule"
USER = f"arn:aws:iam::{ACCOUNT}:user/emergency-1"
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/ml-break-glass"
BOUNDARY = boundary_policy(Account(ACCOUNT, "us-east-1", "aws"))
EMERGENCY: dict[str, Any] = {"break_glass": {"user_arns": [USER]}, "emails": ["security@example.com"]}
FRESH = {"aws_MultiFactorAuthPresent": "true", "aws_MultiFactorAuthAge": "60", "aws_RequestedRegion": "us-east-1"}
NOT_DEPLOYED = {
    *("backup-gateway", "cloudformation", "ds", "dsql", "dynamodb", "ebs", "fsx", "guardduty", "redshift"),
    *("redshift-serverless", "ssm-sap", "storagegateway", "timestream"),
}
"""Services in AWS managed policies of our roles, such as AWS Backup's, that no component deploys."""


def access(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {"name": "ml", **args}
    return run(lambda: AccessControl("access", given), recording)


def named(recording: Recording, kind: str) -> dict[str, Resource]:
    return {each.name: each for each in recording.resources if each.type == kind}


def actions(document: Any) -> set[str]:
    statements = json.loads(document)["Statement"] if isinstance(document, str) else document["Statement"]
    found: set[str] = set()
    for each in statements:
        if each["Effect"] == "Allow":
            listed = each["Action"]
            found.update([listed] if isinstance(listed, str) else listed)
    return found


def granted(stack: str) -> set[str]:
    """Every action that a policy of ours, or an AWS managed policy, grants to the roles of a stack."""
    managed = {name: each["Document"] for name, each in json.loads(aws_managed_policies_data).items()}
    found: set[str] = set()
    for each in plan_of(stack):
        if each.parent and each.parent.endswith("AccessControl::access"):
            continue
        if each.type in ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"):
            found |= actions(each.inputs["policy"])
        arn = each.inputs.get("policyArn")
        if isinstance(arn, str) and ":aws:policy/" in arn:
            foreign = actions(managed[arn.rpartition("/")[2]])
            found |= {action for action in foreign if action.partition(":")[0] not in NOT_DEPLOYED}
    return found


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_boundary_allows_all_that_roles_of_a_stack_are_granted(stack: str) -> None:
    own_role = f"arn:aws:iam::{ACCOUNT}:role/starter/any"
    own = {"iam_PolicyARN": f"arn:aws:iam::{ACCOUNT}:policy/any"}
    denied = [action for action in granted(stack) if not allows(BOUNDARY, action.replace("*", "X"), own_role, **own)]
    assert granted(stack)
    assert denied == []


@pytest.mark.slow
@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack != "everything"])
def test_every_role_of_a_stack_has_the_boundary(stack: str) -> None:
    roles = [each for each in plan_of(stack) if each.type == ROLE]
    unbound = {each.name for each in roles if not str(each.inputs.get("permissionsBoundary")).endswith("-boundary")}
    assert len(roles) > 1
    assert unbound <= {"access-break-glass"}


@pytest.mark.parametrize(
    "action",
    [
        *("iam:CreateRole", "iam:PutRolePolicy", "iam:CreateAccessKey", "iam:DeleteRolePermissionsBoundary"),
        *("cloudtrail:StopLogging", "guardduty:DeleteDetector", "organizations:LeaveOrganization", "sts:AssumeRole"),
        *("s3:BypassGovernanceRetention", "kms:ScheduleKeyDeletion", "backup:DeleteBackupVault", "bedrock:InvokeModel"),
    ],
)
def test_boundary_withholds(action: str) -> None:
    assert not allows(BOUNDARY, action, "*")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (f"{ACCOUNT}:role/starter/alerts", True),
        (f"{ACCOUNT}:role/admin", False),
        ("999999999999:role/starter/alerts", False),
    ],
)
def test_boundary_lets_a_role_become_those_of_the_starter_only(role: str, allowed: bool) -> None:
    assert allows(BOUNDARY, "sts:AssumeRole", f"arn:aws:iam::{role}") is allowed


@pytest.mark.slow
def test_boundary_lets_the_starter_become_its_services() -> None:
    [machine] = [each for each in plan_of("starter") if each.name == "starter-machine-policy"]
    statements = json.loads(machine.inputs["policy"])["Statement"]
    [become] = [each for each in statements if each["Sid"] == "BecomeServices"]
    boundary = boundary_policy(Account(become["Resource"][0].split(":")[4], "us-east-1", "aws"))
    assert [arn for arn in become["Resource"] if not allows(boundary, "sts:AssumeRole", arn)] == []


def test_boundary_passes_roles_of_its_account_only() -> None:
    assert allows(BOUNDARY, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/node")
    assert not allows(BOUNDARY, "iam:PassRole", "arn:aws:iam::999999999999:role/node")


def test_boundary_attaches_policies_of_its_account_only() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/node"
    own, managed = (f"arn:aws:iam::{owner}:policy/any" for owner in (ACCOUNT, "aws"))
    assert allows(BOUNDARY, "iam:AttachRolePolicy", role, iam_PolicyARN=own)
    assert not allows(BOUNDARY, "iam:AttachRolePolicy", role, iam_PolicyARN=managed)


def test_known_services_are_those_that_aws_publishes() -> None:
    assert set(KNOWN) <= set(iam_services())
    assert set(SERVICES) <= set(iam_services())
    assert iam_services() == sorted(iam_services())


def test_further_services_extend_the_boundary() -> None:
    [policy] = named(access(further_services=["bedrock"]), "aws:iam/policy:Policy").values()
    assert allows(policy.inputs["policy"], "bedrock:InvokeModel", "*")


def test_boundary_fits_the_size_that_iam_accepts() -> None:
    # IAM user guide, "IAM and AWS STS quotas": 6,144 characters without white space.
    assert len("".join(BOUNDARY.split())) < 5000


def test_roles_of_nested_components_get_the_boundary() -> None:
    def program() -> None:
        control = AccessControl("access", {"name": "ml"})
        outer = pulumi.ComponentResource(
            "test:index:Outer", "outer", {}, pulumi.ResourceOptions(transformations=[bound_to(control.boundary_arn)])
        )
        inner = pulumi.ComponentResource("test:index:Inner", "inner", {}, pulumi.ResourceOptions(parent=outer))
        child = pulumi.ResourceOptions(parent=inner)
        aws.iam.Role("plain", assume_role_policy="{}", opts=child)
        aws.iam.Role("own", assume_role_policy="{}", permissions_boundary="arn:aws:iam::aws:policy/Own", opts=child)

    roles = named(run(program), ROLE)
    assert roles["plain"].inputs["permissionsBoundary"] == f"arn:aws:iam::{ACCOUNT}:policy/ml-boundary"
    assert roles["own"].inputs["permissionsBoundary"] == "arn:aws:iam::aws:policy/Own"


@pytest.mark.parametrize(
    ("context", "who"),
    [
        (FRESH, {USER}),
        ({**FRESH, "aws_MultiFactorAuthPresent": "false"}, set[str]()),
        ({**FRESH, "aws_MultiFactorAuthAge": "3600"}, set[str]()),
        ({**FRESH, "aws_RequestedRegion": "eu-west-1"}, set[str]()),
        ({"aws_RequestedRegion": "us-east-1"}, set[str]()),
    ],
)
def test_named_users_with_a_fresh_second_factor_alone(context: dict[str, str], who: set[str]) -> None:
    [role] = named(access(**EMERGENCY), ROLE).values()
    trust = json.loads(role.inputs["assumeRolePolicy"])
    statements = [{**each, "Resource": BREAK_GLASS} for each in trust["Statement"]]
    policy = json.dumps({"Statement": statements})
    assert principals_allowed(policy, "sts:AssumeRole", BREAK_GLASS, **context) == who
    assert role.inputs["maxSessionDuration"] == 3600


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/ml"),
        ("guardduty:UpdateDetector", f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/a"),
        ("iam:DeleteRolePolicy", BREAK_GLASS),
        ("events:DisableRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/ml-break-glass-assumed"),
        ("sns:Unsubscribe", f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-break-glass-alerts:1234"),
    ],
)
def test_role_cannot_end_its_own_record(action: str, resource: str) -> None:
    [own] = named(access(**EMERGENCY), "aws:iam/rolePolicy:RolePolicy").values()
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [everything, *json.loads(own.inputs["policy"])["Statement"]]
    assert not allows(json.dumps({"Statement": statements}), action, resource)
    assert allows(json.dumps({"Statement": statements}), "ec2:TerminateInstances", "*")


def event(source: str, name: str, **detail: Any) -> Any:
    return {"source": source, "detail-type": "AWS API Call via CloudTrail", "detail": {"eventName": name, **detail}}


@pytest.mark.parametrize(
    ("sent", "rung"),
    [
        (event("aws.sts", "AssumeRole", requestParameters={"roleArn": BREAK_GLASS}), {"access-break-glass-assumed"}),
        (
            event(
                "aws.signin",
                "SwitchRole",
                userIdentity={"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ml-break-glass/emergency-1"},
            ),
            {"access-break-glass-switched"},
        ),
        (event("aws.sts", "AssumeRole", requestParameters={"roleArn": f"{BREAK_GLASS}-other"}), set[str]()),
    ],
)
def test_each_use_is_told(sent: Any, rung: set[str]) -> None:
    rules = named(access(**EMERGENCY), RULE)
    patterns = {name: EventPattern.load(rule.inputs["eventPattern"]) for name, rule in rules.items()}
    assert {name for name, pattern in patterns.items() if pattern.matches_event(sent)} == rung
    # AssumeRole is read-only, and other rules do not get read-only events.
    states = {rule.inputs["state"] for rule in rules.values()}
    assert states == {"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}


def test_role_exists_after_its_alarm() -> None:
    recording = access(**EMERGENCY)
    [role] = named(recording, ROLE).values()
    [topic] = named(recording, "aws:sns/topic:Topic").values()
    assert topic.urn in role.dependencies
    assert topic.inputs["kmsMasterKeyId"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"break_glass": {"user_arns": [USER]}}, "each use of the role of breakGlass must be reported"),
        ({"emails": ["a@example.com"]}, "without breakGlass there is nothing to tell"),
        ({"boundary": False}, "nothing is left to make"),
        ({**EMERGENCY, "boundary": False, "further_services": ["bedrock"]}, "there is no boundary that they would"),
        ({"further_services": ["iam"]}, "iam would let a role leave its boundary"),
        (
            {"further_services": ["bedrok"]},
            "bedrok is not the IAM prefix of an AWS service, so the boundary would allow",
        ),
        ({"further_services": ["bedrok"]}, "did you mean bedrock?"),
        ({"further_services": ["s3:*"]}, "'s3:*' is not a valid IAM prefix of a service"),
        ({**EMERGENCY, "break_glass": {"user_arns": [f"arn:aws:iam::{ACCOUNT}:root"]}}, "not a valid ARN of an IAM"),
        ({**EMERGENCY, "break_glass": {"user_arns": ["*"]}}, "'*' is not a valid ARN of an IAM user"),
        ({**EMERGENCY, "break_glass": {"user_arns": [f"arn:aws:iam::{ACCOUNT}:user/*"]}}, "not a valid ARN of an IAM"),
        ({**EMERGENCY, "break_glass": {"user_arns": [BREAK_GLASS]}}, "not a valid ARN of an IAM user"),
        ({**EMERGENCY, "break_glass": {"user_arns": []}}, "break_glass.user_arns = []"),
    ],
)
def test_refused(args: dict[str, Any], message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        access(recording, **args)
    assert message in str(error.value)
    assert not [each for each in recording.resources if each.custom]
