"""The log groups of a LogPipeline in CloudWatch: retention, encryption, masking, and who writes to them."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import Statement, allow, document
from ...core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one
from .collector import group_name
from .spec import HEARTBEAT, NAMESPACE, LogClass, LogPipelineSpec

CLASSES = {LogClass.STANDARD: "STANDARD", LogClass.INFREQUENT_ACCESS: "INFREQUENT_ACCESS"}
IDENTIFIERS = (
    *("AwsSecretKey", "CreditCardNumber", "EmailAddress"),
    *("OpenSshPrivateKey", "PgpPrivateKey", "PkcsPrivateKey", "PuttyPrivateKey"),
)
"""What CloudWatch masks. Source: CloudWatch Logs user guide, "Types of data that you can protect"."""


def log_groups(
    name: str, spec: LogPipelineSpec, key: aws.kms.Key, parent: pulumi.Resource
) -> dict[str, aws.cloudwatch.LogGroup]:
    """A group for each team or namespace, one for the platform, and one for the heartbeat, by their short names."""
    made = {
        group: _group(name, spec, group, days, CLASSES[spec.log_class], key, parent)
        for group, days in spec.retentions.items()
    }
    # Its records say nothing; it is standard, because its count is watched.
    made[HEARTBEAT] = _group(name, spec, HEARTBEAT, spec.retention_days, CLASSES[LogClass.STANDARD], key, parent)
    return made


def _group(
    name: str, spec: LogPipelineSpec, group: str, days: int, kind: str, key: aws.kms.Key, parent: pulumi.Resource
) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(
        f"{name}-{group}",
        name=group_name(spec, group),
        retention_in_days=days,
        log_group_class=kind,
        kms_key_id=key.arn,
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
    )


def masking(name: str, groups: dict[str, aws.cloudwatch.LogGroup], account: Account, parent: pulumi.Resource) -> None:
    """A data protection policy for each group: a second net behind the collectors' redaction."""
    for short, group in groups.items():
        if short != HEARTBEAT:
            aws.cloudwatch.LogDataProtectionPolicy(
                f"{name}-{short}-masking",
                log_group_name=group.name,
                policy_document=masking_policy(account),
                opts=pulumi.ResourceOptions(parent=parent),
            )


def masking_policy(account: Account) -> str:
    """Audits and masks. Both statements must have the same identifiers.

    Source: CloudWatch Logs user guide, "Understanding data protection policies".
    """
    identifiers = [f"arn:{account.partition}:dataprotection::aws:data-identifier/{each}" for each in IDENTIFIERS]
    statements: list[Statement] = [
        {"Sid": "audit", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": {}}}},
        {"Sid": "mask", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}},
    ]
    return json.dumps({"Name": "logs", "Version": "2021-06-01", "Statement": statements})


def write_access(account: Account, names: Sequence[str]) -> str:
    """Lets the collectors write to the groups and create streams in them. They create, read and delete no group.

    Source: service authorization reference, Amazon CloudWatch Logs.
    """
    groups = [account.arn("logs", f"log-group:{name}:*") for name in names]
    return document(allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], groups))


def silence_alarm(
    name: str, spec: LogPipelineSpec, group: aws.cloudwatch.LogGroup, parent: pulumi.Resource
) -> aws.cloudwatch.MetricAlarm:
    """Rings when no collector writes its heartbeat: all stand still, or AWS refuses their records."""
    return silent(
        name,
        spec,
        Metric("AWS/Logs", "IncomingLogEvents", {"LogGroupName": group.name}),
        parent,
    )


def silent(name: str, spec: LogPipelineSpec, metric: Metric, parent: pulumi.Resource) -> aws.cloudwatch.MetricAlarm:
    """The alarm on a metric of what arrives."""
    watch = Watch(
        one(metric),
        1,
        f"No logs of {spec.name} arrived for {spec.silent_minutes} minutes: the collectors stand still, or AWS refuses "
        f"their records. Look at them: kubectl -n {NAMESPACE} get pods -l app.kubernetes.io/name=fluent-bit -o wide. "
        f"Read why: kubectl -n {NAMESPACE} logs daemonset/fluent-bit --tail=100. AccessDeniedException is a right that "
        "their role or the key lacks, and ResourceNotFoundException a group that somebody deleted: deploy again.",
        comparison=Comparison.BELOW,
        statistic="Sum",
        seconds=spec.silent_minutes * 60,
        periods=1,
        missing=Missing.BROKEN,
    )
    return metric_alarm(f"{name}-silent", watch, [], parent, f"{spec.name}-logs-silent")
