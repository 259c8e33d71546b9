"""The KMS keys of the platform, and the statements of their policies."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ..facts.regions import dns_suffix
from .account import Account
from .iam import Condition, Statement, allow, document


def encryption_key(
    name: str,
    description: str,
    account: Account,
    opts: pulumi.ResourceOptions,
    *,
    grants: Sequence[Statement] = (),
    region: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> aws.kms.Key:
    """A key that KMS rotates each year, and that a deletion destroys 30 days later.

    Args:
        name: The logical name of the resource.
        description: What the key encrypts.
        account: The account whose IAM policies control access to the key.
        opts: The resource options of the key; with `protect` when the data must survive.
        grants: Statements of the key policy that let others use the key.
        region: The key's region; the provider's region when left out.
        tags: The key's tags.
    """
    return aws.kms.Key(
        name,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=key_policy(account, *grants),
        region=region,
        tags=tags,
        opts=opts,
    )


def signing_key(
    name: str, description: str, account: Account, roles: Sequence[str], opts: pulumi.ResourceOptions
) -> aws.kms.Key:
    """A key of ECDSA on P-256 with which `roles`, their ARNs, sign. KMS cannot rotate such a key."""
    return aws.kms.Key(
        name,
        description=description,
        key_usage="SIGN_VERIFY",
        customer_master_key_spec="ECC_NIST_P256",
        deletion_window_in_days=30,
        policy=signing_key_policy(account, roles),
        opts=opts,
    )


_ADMINISTRATION = (
    *("kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey"),
    *("kms:EnableKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetPublicKey", "kms:ListGrants"),
    *("kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant"),
    *("kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias"),
    "kms:UpdateKeyDescription",
)
"""What the account's policies of IAM may allow for a signing key: neither to sign nor to grant it."""


def signing_key_policy(account: Account, roles: Sequence[str]) -> str:
    """The policy of a signing key: the roles alone sign, and IAM decides who of the account administers.

    A condition names the roles, because KMS refuses a principal that does not exist yet. Who may change this policy
    can still give the right to sign to others. Source: KMS developer guide, "Default key policy" and "AWS global
    condition keys".
    """
    named = {"ArnEquals": {"aws:PrincipalArn": list(roles)}}
    everyone: Statement = {"Principal": {"AWS": "*"}}
    administration: Statement = {
        "Sid": "AccountAdministersByIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{account.partition}:iam::{account.id}:root"},
        "Action": list(_ADMINISTRATION),
        "Resource": "*",
    }
    nobody_else: Statement = {
        "Sid": "NobodyElseSigns",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["kms:Sign"],
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": list(roles)}},
    }
    sign = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
    return document(administration, {**allow("PipelinesSign", sign, ["*"], named), **everyone}, nobody_else)


def key_policy(account: Account, *grants: Statement) -> str:
    """The key's policy: the account's IAM policies decide who administers it, and `grants` who else uses it.

    Source: KMS developer guide, "Default key policy".
    """
    administration: Statement = {
        "Sid": "AccountAdministersByIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{account.partition}:iam::{account.id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return document(administration, *grants)


def through(account: Account, service: str) -> Condition:
    """Holds for uses of a key that a service of the region, such as `s3`, makes for the caller.

    Source: KMS developer guide, "kms:ViaService".
    """
    return {"StringEquals": {"kms:ViaService": f"{service}.{account.region}.{dns_suffix(account.region)}"}}


def logs_key_grant(account: Account, log_group: str) -> Statement:
    """Lets CloudWatch Logs encrypt a log group with the key. A name that ends with `*` matches several groups.

    Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    """
    arn = account.arn("logs", f"log-group:{log_group}")
    operator = "ArnLike" if log_group.endswith("*") else "ArnEquals"
    return {
        "Sid": "LogsEncrypt",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{account.region}.{dns_suffix(account.region)}"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {operator: {"kms:EncryptionContext:aws:logs:arn": arn}},
    }


_VOLUME_SERVICES = {
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "ec2fleet.amazonaws.com": "AWSServiceRoleForEC2Fleet",
    "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
}
"""The service-linked roles that launch nodes with encrypted volumes, by their service."""


def volumes_key_grants(account: Account, roles: Sequence[str]) -> list[Statement]:
    """Lets the roles that create and attach volumes use the key, through EC2 only.

    The roles are those of `_VOLUME_SERVICES` and `roles`, which are patterns of role names. A condition names them,
    because KMS refuses a principal that does not exist yet. Sources: Auto Scaling user guide, "Required KMS
    key policy for use with encrypted volumes"; EC2 user guide, "Prerequisites for EC2 Fleet" and "Service-linked
    role for Spot Instance requests"; aws/karpenter-provider-aws, issue 4935, for the controller's role.
    """
    services = [f"aws-service-role/{service}/{role}" for service, role in _VOLUME_SERVICES.items()]
    users = [f"arn:{account.partition}:iam::{account.id}:role/{role}" for role in (*services, *roles)]
    ec2 = f"ec2.{account.region}.{dns_suffix(account.region)}"
    condition: dict[str, Mapping[str, str | Sequence[str]]] = {
        "StringEquals": {"kms:CallerAccount": account.id, "kms:ViaService": ec2},
        "ArnLike": {"aws:PrincipalArn": users},
    }
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    granted = {**condition, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    everyone: Statement = {"Principal": {"AWS": "*"}}
    return [
        {**allow("VolumesThroughEc2", use, ["*"], condition), **everyone},
        {**allow("VolumesAttach", ["kms:CreateGrant"], ["*"], granted), **everyone},
    ]
