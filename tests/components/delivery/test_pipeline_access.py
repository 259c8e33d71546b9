"""PipelineAccess: which jobs on GitHub take which role, and what they may do with it."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.core.spec import SpecError
from components.delivery.pipeline_access.pipeline_access import PipelineAccess
from policies.engine.evaluate import evaluate
from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.components.clusters import ROLE, needs
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, REGION, Recording, run
from tests.support.policies.cases import context

ROOT = Path(__file__).parents[3]
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
GRANT, ATTACHMENT = "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
READER = "test:index:Reader"
ISSUER = "token.actions.githubusercontent.com"
MADE = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
REPOSITORY = "example/mlplatform"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:policy/PlatformDeployer"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/state"
GIVEN: dict[str, Any] = {
    "repository": REPOSITORY,
    "preview_environment": "preview-prod",
    "deploy_environment": "production",
    "role_prefix": "pipeline-prod",
    "deploy_policies": [DEPLOYER],
    "state_bucket": "example-state-prod",
    "state_key_arns": [KEY],
    "publishers": [
        {"name": "charts", "repository": REPOSITORY, "environment": "registry", "images": ["platform/model-service"]},
        {"name": "fraud", "repository": "example/fraud", "environment": "delivery", "images": ["risk/*"]},
        {
            "name": "fraud-reads",
            "repository": "example/fraud",
            "environment": "pull-request",
            "images": ["risk/*"],
            "base_images": ["docker-hub/library/python"],
            "push": False,
        },
        {
            "name": "ranking",
            "repository": "example/ranking",
            "environment": "delivery",
            "images": ["search/*"],
            "base_images": ["quay/*"],
        },
    ],
}
MAIN = {
    "aud": "sts.amazonaws.com",
    "sub": f"repo:{REPOSITORY}:environment:production",
    "ref": "refs/heads/main",
    "repository_id": "42",
}
REQUEST = {**MAIN, "sub": f"repo:{REPOSITORY}:environment:preview-prod", "ref": "refs/pull/7/merge"}


def access(recording: Recording | None = None, **args: Any) -> Recording:
    def program() -> None:
        made = PipelineAccess("pipeline", {**GIVEN, **args})  # pyright: ignore[reportArgumentType]
        pulumi.CustomResource(READER, "reader", {"deploy": made.deploy_role_arn, "all": made.publisher_role_arns})

    return run(program, recording)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return access()


def role(recording: Recording, short: str) -> Resource:
    return recording.one(ROLE, f"pipeline-{short}-role")


def policies(recording: Recording, short: str) -> list[str]:
    """The documents that a role has by itself."""
    name = role(recording, short).inputs["name"]
    return [each.inputs["policy"] for each in recording.all(GRANT) if each.inputs["role"] == name]


def may(recording: Recording, short: str, action: str, resource: str) -> bool:
    return any(allows(each, action, resource) for each in policies(recording, short))


def takes(recording: Recording, short: str, claims: Mapping[str, str]) -> bool:
    """Whether a job with these claims takes a role, by the one operator that its trust may have."""
    [statement] = json.loads(role(recording, short).inputs["assumeRolePolicy"])["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert set(statement["Condition"]) == {"StringEquals"}
    wanted: dict[str, str] = statement["Condition"]["StringEquals"]
    # Nothing in it is a pattern, whatever the operator.
    assert not any(sign in value for value in wanted.values() for sign in "*?")
    return all(claims.get(key.removeprefix(f"{ISSUER}:")) == value for key, value in wanted.items())


def test_github_is_trusted_by_its_own_provider_for_aws_alone() -> None:
    recording = access(Recording(computed={PROVIDER: {"arn": MADE}}))
    provider = recording.one(PROVIDER)
    assert provider.inputs["url"] == f"https://{ISSUER}"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    for each in recording.all(ROLE):
        [statement] = json.loads(each.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Principal"] == {"Federated": MADE}


def test_an_account_that_has_the_provider_gets_no_second() -> None:
    found = access(provider_arn=MADE)
    assert not found.all(PROVIDER)
    assert MADE in role(found, "deploy").inputs["assumeRolePolicy"]


def test_main_deploys_from_its_environment(recording: Recording) -> None:
    assert takes(recording, "deploy", MAIN)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"ref": "refs/heads/evil"},
        {"ref": "refs/heads/main-2"},
        {"ref": "refs/tags/main"},
        {"ref": "refs/pull/7/merge"},
        {"sub": f"repo:{REPOSITORY}:environment:staging"},
        {"sub": f"repo:{REPOSITORY}:environment:production-eu"},
        {"sub": f"repo:{REPOSITORY}:ref:refs/heads/main"},
        {"sub": f"repo:{REPOSITORY}:pull_request"},
        {"sub": "repo:evil/mlplatform:environment:production"},
        {"sub": f"repo:{REPOSITORY}-fork:environment:production"},
        {"aud": "https://github.com/example"},
    ],
    ids=lambda otherwise: next(iter(otherwise.values())),
)
def test_nothing_else_deploys(recording: Recording, otherwise: dict[str, str]) -> None:
    assert not takes(recording, "deploy", {**MAIN, **otherwise})


def test_a_token_that_tells_no_branch_deploys_nothing(recording: Recording) -> None:
    assert not takes(recording, "deploy", {key: value for key, value in MAIN.items() if key != "ref"})


def test_a_pull_request_previews_and_does_nothing_else(recording: Recording) -> None:
    assert takes(recording, "preview", REQUEST)
    for short in ("deploy", "charts", "fraud", "fraud-reads"):
        assert not takes(recording, short, REQUEST)


def test_another_repository_that_took_the_name_is_not_trusted() -> None:
    found = access(repository_id=42)
    assert takes(found, "deploy", MAIN)
    for short, claims in (("deploy", MAIN), ("preview", REQUEST)):
        assert not takes(found, short, {**claims, "repository_id": "43"})


@pytest.mark.parametrize(
    ("asked", "action"),
    [
        ("aws:index/getAvailabilityZones", "ec2:DescribeAvailabilityZones"),
        ("aws:ec2/getSubnet", "ec2:DescribeSubnets"),
        ("aws:route53/getZone", "route53:ListHostedZones"),
        ("aws:route53/getZone", "route53:GetHostedZone"),
        ("aws:autoscaling/getAmiIds", "autoscaling:DescribeAutoScalingGroups"),
        ("aws:autoscaling/getGroup", "autoscaling:DescribeAutoScalingGroups"),
        ("aws:eks/getNodeGroup", "eks:DescribeNodegroup"),
    ],
)
def test_a_preview_may_read_what_the_program_asks(recording: Recording, asked: str, action: str) -> None:
    assert may(recording, "preview", action, "*"), asked


def test_a_preview_reads_the_state_and_nothing_that_is_stored(recording: Recording) -> None:
    state = "arn:aws:s3:::example-state-prod"
    assert may(recording, "preview", "s3:GetObject", f"{state}/.pulumi/stacks/mlplatform/prod.json")
    assert may(recording, "preview", "s3:ListBucket", state)
    assert may(recording, "preview", "kms:Decrypt", KEY)
    for action, resource in (
        ("s3:PutObject", f"{state}/.pulumi/stacks/mlplatform/prod.json"),
        ("s3:DeleteObject", f"{state}/.pulumi/stacks/mlplatform/prod.json"),
        ("s3:GetObject", "arn:aws:s3:::ml-prod-features/any"),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"),
        ("secretsmanager:GetSecretValue", "*"),
        ("iam:PassRole", "*"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
    ):
        assert not may(recording, "preview", action, resource), action
    assert not [each for each in recording.all(ATTACHMENT) if each.inputs["role"] == "pipeline-prod-preview"]


def test_deploy_role_writes_state_and_has_given_policies(recording: Recording) -> None:
    state = "arn:aws:s3:::example-state-prod/.pulumi/stacks/mlplatform/prod.json"
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert may(recording, "deploy", action, state)
        assert not may(recording, "deploy", action, "arn:aws:s3:::example-state-staging/any")
    [attached] = recording.all(ATTACHMENT)
    assert (attached.inputs["role"], attached.inputs["policyArn"]) == ("pipeline-prod-deploy", DEPLOYER)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
        ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-preview"),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
        ("iam:DeleteRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
        ("iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
        ("iam:AddClientIDToOpenIDConnectProvider", MADE),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:DeleteUserPermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:DeactivateMFADevice", f"arn:aws:iam::{ACCOUNT}:user/anyone"),
        ("iam:AddUserToGroup", f"arn:aws:iam::{ACCOUNT}:group/administrators"),
        ("iam:AttachGroupPolicy", f"arn:aws:iam::{ACCOUNT}:group/everyone"),
        ("iam:PutGroupPolicy", f"arn:aws:iam::{ACCOUNT}:group/everyone"),
        ("iam:UpdateSAMLProvider", f"arn:aws:iam::{ACCOUNT}:saml-provider/company"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/pipeline-prod-deploy"),
        ("iam:CreatePolicyVersion", DEPLOYER),
        ("iam:SetDefaultPolicyVersion", DEPLOYER),
        ("iam:DeletePolicyVersion", DEPLOYER),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/Boundary"),
    ],
)
def test_role_cannot_widen_its_access_or_make_keys(action: str, resource: str) -> None:
    found = access(provider_arn=MADE, permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/Boundary")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    said = [statement for each in policies(found, "deploy") for statement in json.loads(each)["Statement"]]

    def allowed(action: str, resource: str) -> bool:
        return allows(json.dumps({"Statement": [everything, *said]}), action, resource)

    assert not allowed(action, resource)
    # What it makes for others is its work.
    assert allowed("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/serving-role-1")
    assert allowed("iam:CreateOpenIDConnectProvider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.example")


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("iam:CreateRole", "role"),
        ("iam:AttachRolePolicy", "role"),
        ("iam:PassRole", "role"),
        ("iam:CreatePolicy", "policy"),
        ("iam:CreatePolicyVersion", "policy"),
        ("iam:SetDefaultPolicyVersion", "policy"),
    ],
)
def test_deployment_writes_only_roles_and_policies_of_its_prefixes(action: str, kind: str) -> None:
    found = access(provider_arn=MADE, deployed_prefixes=["serving-", "features-"])
    said = [each for text in policies(found, "deploy") for each in json.loads(text)["Statement"]]

    def denied(name: str) -> bool:
        arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
        return any(
            each["Effect"] == "Deny"
            and action in each["Action"]
            and not any(fnmatchcase(arn, pattern) for pattern in each["NotResource"])
            for each in said
            if "NotResource" in each
        )

    assert denied("Administrator")
    assert denied("other-serving-role")
    assert not denied("serving-role-1")
    assert not denied("features-reader")


def images(name: str) -> str:
    return f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}"


def test_who_publishes_pushes_to_its_own_repositories_from_main(recording: Recording) -> None:
    fraud = {**MAIN, "sub": "repo:example/fraud:environment:delivery"}
    assert takes(recording, "fraud", fraud)
    assert not takes(recording, "fraud", {**fraud, "ref": "refs/heads/try"})
    assert may(recording, "fraud", "ecr:PutImage", images("risk/fraud-scorer"))
    assert not may(recording, "fraud", "ecr:PutImage", images("search/ranking"))
    assert not may(recording, "fraud", "ecr:PutImage", images("platform/model-service"))
    assert may(recording, "charts", "ecr:PutImage", images("platform/model-service"))
    # What the deploy workflow asks before it pushes.
    assert may(recording, "charts", "ecr:DescribeImages", images("platform/model-service"))
    for action in ("ecr:BatchDeleteImage", "ecr:PutImageTagMutability", "ecr:SetRepositoryPolicy"):
        assert not may(recording, "fraud", action, images("risk/fraud-scorer"))


def test_reader_pulls_for_a_pull_request_and_pushes_nothing(recording: Recording) -> None:
    request = {**REQUEST, "sub": "repo:example/fraud:environment:pull-request"}
    assert takes(recording, "fraud-reads", request)
    assert may(recording, "fraud-reads", "ecr:BatchGetImage", images("risk/base"))
    assert not may(recording, "fraud-reads", "ecr:PutImage", images("risk/base"))


@pytest.mark.parametrize(
    ("name", "base", "other"),
    [
        ("fraud-reads", "docker-hub/library/python", "docker-hub/library/node"),
        ("ranking", "quay/project/base", "docker-hub/library/python"),
    ],
)
def test_who_builds_upon_a_cached_image_pulls_and_imports_it(
    recording: Recording, name: str, base: str, other: str
) -> None:
    for action in (
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchImportUpstreamImage",
        "ecr:CreateRepository",
    ):
        assert may(recording, name, action, images(base))
        assert not may(recording, name, action, images(other))
    for action in ("ecr:PutImage", "ecr:DeleteRepository", "ecr:BatchDeleteImage"):
        assert not may(recording, name, action, images(base))
    # Its own repositories it never makes: the registry does.
    assert not may(recording, name, "ecr:CreateRepository", images("risk/new"))


def test_the_example_says_which_base_image_its_roles_pull() -> None:
    # `FROM <registry>/docker-hub/library/python@sha256:…`, as the model's repository says.
    page = (ROOT / "examples" / "model-repo" / "README.md").read_text()
    assert "`PYTHON_IMAGE` is `<registry>/docker-hub/library/python@sha256:…`" in page
    assert "`baseImages: [docker-hub/library/python]`" in page


def test_a_role_lasts_as_long_as_the_workflows_ask(recording: Recording) -> None:
    asked = [
        int(step["with"]["role-duration-seconds"])
        for path in (ROOT / ".github" / "workflows").glob("*.yaml")
        for job in yaml.safe_load(path.read_text())["jobs"].values()
        for step in job.get("steps", [])
        if "role-duration-seconds" in step.get("with", {})
    ]
    assert asked
    assert max(asked) == role(recording, "deploy").inputs["maxSessionDuration"]
    assert role(recording, "preview").inputs["maxSessionDuration"] == 3600


def test_a_boundary_bounds_each_role() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/Boundary"
    assert {each.inputs["permissionsBoundary"] for each in access(permissions_boundary=boundary).all(ROLE)} == {
        boundary
    }


def test_it_meets_every_rule_and_costs_nothing(recording: Recording) -> None:
    # Tags come from the stack's provider.
    found = [each.message for each in evaluate(recording.resources, context()) if each.policy != "required-tags"]
    assert found == []
    estimated = estimate([each for each in recording.resources if each.type != READER], region=REGION, usage=Usage())
    assert (estimated.monthly, estimated.unpriced) == (0, ())


def test_administrator_needs_an_exception_with_a_reason() -> None:
    made = access(deploy_policies=["arn:aws:iam::aws:policy/AdministratorAccess"]).resources
    assert {each.policy for each in evaluate(made, context())} - {"required-tags"} == {"iam-admin"}


def test_who_reads_a_role_waits_for_what_it_may_do(recording: Recording) -> None:
    needed = needs(recording, recording.one(READER, "reader"))
    grants = {each.name for each in (*recording.all(GRANT), *recording.all(ATTACHMENT)) if "-preview-" not in each.name}
    assert grants <= needed
    assert set(recording.one(READER, "reader").inputs["all"]) == {"charts", "fraud", "fraud-reads", "ranking"}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"repository": "mlplatform"}, "repository = "),
        ({"repository": "example/*"}, "repository = "),
        ({"deploy_environment": "prod*"}, "deploy_environment = "),
        ({"deploy_policies": []}, "deploy_policies = "),
        ({"deploy_policies": ["AdministratorAccess"]}, "deploy_policies"),
        ({"state_bucket": "*"}, "state_bucket = "),
        ({"preview_environment": "production"}, "it runs the code of pull requests"),
        ({"preview_environment": "registry"}, "it runs the code of pull requests"),
        (
            {"publishers": [{**GIVEN["publishers"][0], "name": "deploy"}]},
            "publishers = 'deploy': two roles would have this name; give each publisher its own name",
        ),
        (
            {"publishers": [GIVEN["publishers"][0]] * 2},
            "publishers = 'charts': two roles would have this name; give each publisher its own name",
        ),
        ({"publishers": [{**GIVEN["publishers"][0], "images": ["*"]}]}, "images"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=problem):
        access(recording, **wrong)
    assert not recording.resources
