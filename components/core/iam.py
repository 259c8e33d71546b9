"""IAM policy documents as plain data, built by pure functions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..facts.regions import dns_suffix

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


def document(*statements: Statement) -> str:
    """The JSON of a policy with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(sid: str, actions: Sequence[str], resources: Sequence[str], condition: Condition | None = None) -> Statement:
    """A statement that allows `actions` on `resources` where `condition` holds."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def service_trust(service: str, account: str, source_arn: str | None = None) -> str:
    """Lets `service` assume the role for resources of `account` alone, so that no other account can borrow it.

    Source: IAM user guide, "The confused deputy problem"; `source_arn` may hold wildcards.
    """
    condition: dict[str, Mapping[str, str]] = {"StringEquals": {"aws:SourceAccount": account}}
    if source_arn:
        condition["ArnLike"] = {"aws:SourceArn": source_arn}
    return _trust(service, ["sts:AssumeRole"], condition)


def instance_trust() -> str:
    """Lets EC2 instances assume the role. EC2 sends no source keys, so none can be asked for.

    Source: EKS user guide, "Amazon EKS node IAM role".
    """
    return _trust("ec2.amazonaws.com", ["sts:AssumeRole"], None)


def registry_trust() -> str:
    """Lets ECR assume the role to make repositories. It names no source keys, and takes roles of its own account alone.

    Source: ECR user guide, "Create an IAM role for repository creation templates".
    """
    return _trust("ecr.amazonaws.com", ["sts:AssumeRole"], None)


def pod_identity_trust(account: str, cluster_arn: str) -> str:
    """Lets EKS Pod Identity assume the role for pods of one cluster.

    Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity".
    """
    return _trust(
        "pods.eks.amazonaws.com",
        ["sts:AssumeRole", "sts:TagSession"],
        {"StringEquals": {"aws:SourceAccount": account}, "ArnEquals": {"aws:SourceArn": cluster_arn}},
    )


def _trust(service: str, actions: Sequence[str], condition: Condition | None) -> str:
    statement: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}
    return document({**statement, "Condition": condition} if condition else statement)


def key_policy(account: str, partition: str, *grants: Statement) -> str:
    """A KMS key's policy: the account's IAM policies decide who administers it, and `grants` who uses it.

    Source: KMS developer guide, "Default key policy".
    """
    administration: Statement = {
        "Sid": "AccountAdministersByIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return document(administration, *grants)


def logs_key_grant(region: str, account: str, partition: str, log_group: str) -> Statement:
    """Lets CloudWatch Logs encrypt one log group with the key.

    Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    """
    arn = f"arn:{partition}:logs:{region}:{account}:log-group:{log_group}"
    return {
        "Sid": "LogsEncrypt",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.{dns_suffix(region)}"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn}},
    }


VOLUME_SERVICES = {
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "ec2fleet.amazonaws.com": "AWSServiceRoleForEC2Fleet",
    "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
}
"""The service-linked roles that launch nodes with encrypted volumes, by their service."""


def volumes_key_grants(region: str, account: str, partition: str, roles: Sequence[str]) -> list[Statement]:
    """Lets those who make and attach volumes use the key, through EC2 alone.

    They are `VOLUME_SERVICES` and `roles`, patterns of role names. All are named in a condition, as KMS refuses a
    principal that does not exist and a service-linked role may come later. Sources: Auto Scaling user guide, "Required
    KMS key policy for use with encrypted volumes"; EC2 user guide, "Prerequisites for EC2 Fleet" and "Service-linked
    role for Spot Instance requests"; aws/karpenter-provider-aws, issue 4935, for the controller's role.
    """
    services = [f"aws-service-role/{service}/{role}" for service, role in VOLUME_SERVICES.items()]
    users = [f"arn:{partition}:iam::{account}:role/{role}" for role in (*services, *roles)]
    condition: dict[str, Mapping[str, str | Sequence[str]]] = {
        "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"ec2.{region}.{dns_suffix(region)}"},
        "ArnLike": {"aws:PrincipalArn": users},
    }
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    granted = {**condition, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    everyone: Statement = {"Principal": {"AWS": "*"}}
    return [
        {**allow("VolumesThroughEc2", use, ["*"], condition), **everyone},
        {**allow("VolumesAttach", ["kms:CreateGrant"], ["*"], granted), **everyone},
    ]
