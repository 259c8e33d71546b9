"""IAM policy documents as plain data, built by pure functions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

BECOME_PATH = "/starter/"
"""The path of roles that another role of the platform becomes. The permissions boundary allows that for no others."""
Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


def document(*statements: Statement) -> str:
    """The JSON of a policy with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(sid: str, actions: Sequence[str], resources: Sequence[str], condition: Condition | None = None) -> Statement:
    """A statement that allows `actions` on `resources` where `condition` holds."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def queue_policy(queue_arn: str, rule_arns: list[str]) -> str:
    """Lets only the event rules send messages to the queue, and only over TLS."""
    send: Statement = {
        "Sid": "RulesSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arns}},
    }
    return document(send, tls_only("sqs:*", queue_arn))


def tls_only(action: str, arn: str) -> Statement:
    """Denies everyone `action` on a resource without TLS."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def service_trust(service: str, account: str, *source_arns: str) -> str:
    """Lets `service` assume the role only for resources of `account`. Other accounts cannot use the role.

    Source: IAM user guide, "The confused deputy problem"; `source_arns` may hold wildcards.
    """
    condition: dict[str, Mapping[str, str | Sequence[str]]] = {"StringEquals": {"aws:SourceAccount": account}}
    if source_arns:
        condition["ArnLike"] = {"aws:SourceArn": source_arns[0] if len(source_arns) == 1 else source_arns}
    return _trust(service, ["sts:AssumeRole"], condition)


def instance_trust() -> str:
    """Lets EC2 instances assume the role. EC2 sends no source keys, so the trust has no condition.

    Source: EKS user guide, "Amazon EKS node IAM role".
    """
    return _trust("ec2.amazonaws.com", ["sts:AssumeRole"], None)


def registry_trust() -> str:
    """Lets ECR assume the role to create repositories. ECR sends no source keys; it uses roles of its account only.

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
