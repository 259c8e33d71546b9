"""Trust policies and permissions of pipeline roles, as policy documents."""

from collections.abc import Sequence

from ...core.account import Account
from ...core.iam import Statement, allow, document
from .spec import PipelineAccessSpec, PublisherSpec

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer")
_PUSH = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
_IMPORT = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
_KEYS = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:UpdateLoginProfile",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
)
_PEOPLE = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateSAMLProvider",
    "iam:DeactivateMFADevice",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UpdateSAMLProvider",
)
_OWN_ROLES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
_POLICY_VERSIONS = (
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)
_OWN_PROVIDER = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:DeleteOpenIDConnectProvider",
    "iam:RemoveClientIDFromOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
)


def trust(
    provider_arn: str, repository: str, environment: str, branch: str | None = None, number: int | None = None
) -> str:
    """Lets jobs of one environment of one repository assume the role, for roles with write access only from one branch.

    GitHub's environment rules restrict the branch too, but administrators of the repository can change them. Sources:
    GitHub, "OpenID Connect reference"; IAM user guide, "Available keys for AWS OIDC federation", which has more keys
    than aud and sub since 2026.
    """
    claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": f"repo:{repository}:environment:{environment}"}
    if branch is not None:
        claims[f"{ISSUER}:ref"] = f"refs/heads/{branch}"
    if number is not None:
        claims[f"{ISSUER}:repository_id"] = str(number)
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }
    return document(statement)


_READ_BY_THE_PROGRAM = (
    "autoscaling:DescribeAutoScalingGroups", "ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets",
    "eks:DescribeCluster", "eks:DescribeNodegroup", "route53:GetHostedZone", "route53:ListHostedZones",
    "route53:ListTagsForResource",
)  # fmt: skip
"""The API calls of the data sources that components use: zones, subnets, hosted zones, sizes of node groups.

Source: hashicorp/terraform-provider-aws, the data sources aws_autoscaling_groups, aws_route53_zone, aws_eks_node_group.
"""


def preview_policy(spec: PipelineAccessSpec, account: Account) -> str:
    """The permissions of a preview: reading the state and the program's data sources, but no data of the account."""
    look = allow("Look", _READ_BY_THE_PROGRAM, ["*"])
    return document(*_state(spec, account, ["s3:GetObject"], ["kms:Decrypt"]), look)


def state_policy(spec: PipelineAccessSpec, account: Account) -> str:
    """The permissions of a deployment on its state."""
    objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    return document(*_state(spec, account, objects, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]))


def _state(spec: PipelineAccessSpec, account: Account, objects: Sequence[str], keys: Sequence[str]) -> list[Statement]:
    bucket = f"arn:{account.partition}:s3:::{spec.state_bucket}"
    found = [allow("State", objects, [f"{bucket}/*"]), allow("States", ["s3:ListBucket"], [bucket])]
    return [*found, allow("StateKeys", keys, spec.state_key_arns)] if spec.state_key_arns else found


def guard_policy(spec: PipelineAccessSpec, account: Account, provider_arn: str) -> str:
    """Denies a deployment to extend its own permissions, to write roles outside its prefixes, to create access keys, or
    to change what people may do, because a user who is given more rights could give them back to it.

    A new version of a policy that its role has would extend them as much as a new policy. Source: service authorization
    reference, "Actions defined by AWS IAM": roles and policies are the resource types of these actions.
    """
    iam = f"arn:{account.partition}:iam::{account.id}"
    given = [*spec.deploy_policies, *spec.preview_policies, spec.permissions_boundary or ""]
    statements = [
        _deny("OwnRoles", (*_OWN_ROLES, "iam:PassRole"), [f"{iam}:role/{spec.role_prefix}-*"]),
        _deny("OwnProvider", _OWN_PROVIDER, [provider_arn]),
        _deny("StoredKeys", _KEYS, ["*"]),
        _deny("People", _PEOPLE, ["*"]),
    ]
    # AWS alone writes its managed policies.
    if own := sorted({each for each in given if each.startswith(f"{iam}:policy/")}):
        statements.append(_deny("OwnPolicies", _POLICY_VERSIONS, own))
    if spec.deployed_prefixes:
        roles = [f"{iam}:role/{each}*" for each in spec.deployed_prefixes]
        policies = [f"{iam}:policy/{each}*" for each in spec.deployed_prefixes]
        statements += [
            _deny_others("OtherRoles", (*_OWN_ROLES, "iam:PassRole"), roles),
            _deny_others("OtherPolicies", ("iam:CreatePolicy", *_POLICY_VERSIONS), policies),
        ]
    return document(*statements)


def publish_policy(publisher: PublisherSpec, account: Account) -> str:
    """Allows pulling from its repositories and pushing to them. Tags in the registry are immutable.

    It also allows pulling base images, and importing them into the cache. Source: ECR user guide, "IAM
    permissions required to sync an upstream registry with an Amazon ECR private registry".
    """
    repositories = [account.arn("ecr", f"repository/{each}") for each in publisher.images]
    actions = [*_PULL, *(_PUSH if publisher.push else ())]
    # A login is for the whole registry. Source: ECR API reference, "GetAuthorizationToken".
    statements = [allow("Login", ["ecr:GetAuthorizationToken"], ["*"]), allow("Images", actions, repositories)]
    if publisher.base_images:
        bases = [account.arn("ecr", f"repository/{each}") for each in publisher.base_images]
        statements.append(allow("BaseImages", [*_PULL, *_IMPORT], bases))
    return document(*statements)


def _deny(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {**allow(sid, actions, resources), "Effect": "Deny"}


def _deny_others(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Denies the actions on all resources but these."""
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "NotResource": list(resources)}
