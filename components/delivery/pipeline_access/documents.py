"""Who takes a role and what it may do there, as policy documents."""

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
_OWN_PROVIDER = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:DeleteOpenIDConnectProvider",
    "iam:RemoveClientIDFromOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
)


def trust(
    provider_arn: str, repository: str, environment: str, branch: str | None = None, number: int | None = None
) -> str:
    """Lets a job of one environment of one repository take the role; of one branch, where it changes anything.

    An environment's own rules say too from which branch its jobs may be, but in GitHub, where whoever administers the
    repository can change them. Sources: GitHub, "OpenID Connect reference"; IAM user guide, "Available keys for AWS
    OIDC federation", which has the keys beside aud and sub since 2026.
    """
    wanted = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": f"repo:{repository}:environment:{environment}"}
    if branch is not None:
        wanted[f"{ISSUER}:ref"] = f"refs/heads/{branch}"
    if number is not None:
        wanted[f"{ISSUER}:repository_id"] = str(number)
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": wanted},
    }
    return document(statement)


_READ_BY_THE_PROGRAM = (
    "autoscaling:DescribeAutoScalingGroups", "ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets",
    "eks:DescribeCluster", "eks:DescribeNodegroup", "route53:GetHostedZone", "route53:ListHostedZones",
    "route53:ListTagsForResource",
)  # fmt: skip
"""What the provider's data sources call that the components read: zones, subnets, hosted zones, sizes of node groups.

Source: hashicorp/terraform-provider-aws, the data sources aws_autoscaling_groups, aws_route53_zone, aws_eks_node_group.
"""


def preview_policy(spec: PipelineAccessSpec, account: Account) -> str:
    """What a preview reads: the state, and what the program asks AWS. Nothing of what is stored in the account."""
    look = allow("Look", _READ_BY_THE_PROGRAM, ["*"])
    return document(*_state(spec, account, ["s3:GetObject"], ["kms:Decrypt"]), look)


def state_policy(spec: PipelineAccessSpec, account: Account) -> str:
    """What a deployment does with its state."""
    objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    return document(*_state(spec, account, objects, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]))


def _state(spec: PipelineAccessSpec, account: Account, objects: Sequence[str], keys: Sequence[str]) -> list[Statement]:
    bucket = f"arn:{account.partition}:s3:::{spec.state_bucket}"
    found = [allow("State", objects, [f"{bucket}/*"]), allow("States", ["s3:ListBucket"], [bucket])]
    return [*found, allow("StateKeys", keys, spec.state_key_arns)] if spec.state_key_arns else found


def guard_policy(spec: PipelineAccessSpec, account: Account, provider_arn: str) -> str:
    """What a deployment never does, whatever else it may: widen its own access, or make a key that outlives it."""
    roles = [f"arn:{account.partition}:iam::{account.id}:role/{spec.role_prefix}-*"]
    return document(
        _deny("OwnRoles", _OWN_ROLES, roles),
        _deny("OwnProvider", _OWN_PROVIDER, [provider_arn]),
        _deny("StoredKeys", _KEYS, ["*"]),
    )


def publish_policy(publisher: PublisherSpec, account: Account) -> str:
    """Pulls of its repositories, and pushes to them. A tag that is there stays: the registry's tags don't move.

    What its images are built upon it pulls, and has ECR import where it is not cached yet. Source: ECR user guide, "IAM
    permissions required to sync an upstream registry with an Amazon ECR private registry".
    """
    repositories = [account.arn("ecr", f"repository/{each}") for each in publisher.images]
    actions = [*_PULL, *(_PUSH if publisher.push else ())]
    # A login is of the whole registry. Source: ECR API reference, "GetAuthorizationToken".
    statements = [allow("Login", ["ecr:GetAuthorizationToken"], ["*"]), allow("Images", actions, repositories)]
    if publisher.base_images:
        bases = [account.arn("ecr", f"repository/{each}") for each in publisher.base_images]
        statements.append(allow("BaseImages", [*_PULL, *_IMPORT], bases))
    return document(*statements)


def _deny(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {**allow(sid, actions, resources), "Effect": "Deny"}
