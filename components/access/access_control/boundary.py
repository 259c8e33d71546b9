"""The permissions boundary: the most that a role of the platform may do, whatever its policies allow."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import BECOME_PATH, Statement, allow, document

SERVICES = (
    *("aoss", "aps", "athena", "autoscaling", "backup", "backup-storage", "batch", "cloudwatch", "ec2"),
    *("ec2messages", "ecr", "ecs", "eks", "eks-auth", "elasticache", "elasticfilesystem", "elasticloadbalancing"),
    *("elasticmapreduce", "emr-containers", "emr-serverless", "events", "firehose", "glue", "grafana", "kafka"),
    *("kafka-cluster", "kinesis", "kms", "lakeformation", "logs", "pricing", "rds", "rds-db", "s3", "s3express"),
    *("sagemaker", "sagemaker-mlflow", "scheduler", "secretsmanager", "servicequotas", "sns", "sqs", "ssm"),
    *("ssmmessages", "tag", "xray"),
)
"""The services that roles of the platform's components use, by their prefix in IAM."""

_READ_ROLES = ("iam:GetRole", "iam:GetInstanceProfile", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfiles")
_TAMPER = (
    "s3:BypassGovernanceRetention",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "logs:DeleteLogGroup",
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:PutBackupVaultLockConfiguration",
)
"""Actions that delete locked data, keys, logs and vaults. The boundary denies them to every role of the platform."""


def boundary_policy(account: Account, further_services: Sequence[str] = ()) -> str:
    """A role with this boundary has what both its policies and the boundary allow.

    It may use the platform's services. It may not create or change users, roles or policies, nor end the record of
    the account. It passes roles of its own account only, and attaches policies of its own account only. It becomes
    roles of `BECOME_PATH` only, because any other role may have no boundary. Source: IAM user guide, "Permissions
    boundaries for IAM entities".
    """
    services = sorted({*SERVICES, *further_services})
    roles = f"arn:{account.partition}:iam::{account.id}:role/*"
    becomes = f"arn:{account.partition}:iam::{account.id}:role{BECOME_PATH}*"
    own_policies = {"ArnLike": {"iam:PolicyARN": f"arn:{account.partition}:iam::{account.id}:policy/*"}}
    tamper: Statement = {**allow("KeepTheRecord", _TAMPER, ["*"]), "Effect": "Deny"}
    return document(
        allow("UseServices", [f"{service}:*" for service in services], ["*"]),
        allow("ReadRoles", _READ_ROLES, ["*"]),
        allow("PassRoles", ["iam:PassRole"], [roles]),
        allow("BecomeRoles", ["sts:AssumeRole"], [becomes]),
        # AWS Budgets stops spending by a policy of the account that denies.
        allow("AttachOwnPolicies", ["iam:AttachRolePolicy", "iam:DetachRolePolicy"], [roles], own_policies),
        allow("LinkServices", ["iam:CreateServiceLinkedRole"], ["*"]),
        tamper,
    )


def bound_to(boundary_arn: pulumi.Input[str]) -> pulumi.ResourceTransformation:
    """A transformation that gives each IAM role the boundary, unless it has one.

    Pass it in `ResourceOptions(transformations=[...])`: components hand it on to their children.
    """

    def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not isinstance(args.resource, aws.iam.Role) or args.props.get("permissions_boundary") is not None:
            return None
        return pulumi.ResourceTransformationResult({**args.props, "permissions_boundary": boundary_arn}, args.opts)

    return bound
