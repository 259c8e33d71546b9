"""Alarms of a vault: jobs that fail, jobs that never start, and a day without a backup.

Source: AWS Backup developer guide, "Monitoring AWS Backup metrics with CloudWatch". The dimension is BackupVaultName.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from ...core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one

_HOUR = 3600
_MISSED_HOURS = 26
"""A daily backup may start an hour late, and its metric another hour after that."""


class Watched(NamedTuple):
    """A metric of a vault, and what its alarm means."""

    metric: str
    why: str


FAILURES = {
    "failed": Watched("NumberOfBackupJobsFailed", "a backup failed"),
    "expired": Watched("NumberOfBackupJobsExpired", "a backup did not start in time"),
}
COPY_FAILURES = {"copy-failed": Watched("NumberOfCopyJobsFailed", "a copy to another vault failed")}
RESTORE_FAILURES = {"restore-failed": Watched("NumberOfRestoreJobsFailed", "a restore or a restore test failed")}


def watched(*, copies: bool) -> Iterator[tuple[str, Watched]]:
    """The failures that a vault can have, by a short name."""
    yield from FAILURES.items()
    yield from RESTORE_FAILURES.items()
    if copies:
        yield from COPY_FAILURES.items()


def failure_alarm(
    name: str, title: str, each: Watched, vault: aws.backup.Vault, topic: aws.sns.Topic, parent: pulumi.Resource
) -> aws.cloudwatch.MetricAlarm:
    """The alarm of a failure. Without jobs a vault has no metric, and the alarm is quiet."""
    watch = Watch(
        _of_vault(vault, each.metric),
        0,
        f"{each.why} in the vault of {title.rpartition('-backup-')[0]}",
        statistic="Sum",
        seconds=_HOUR,
        periods=1,
        missing=Missing.FINE,
    )
    return metric_alarm(name, watch, [topic.arn], parent, title)


def missed_alarm(
    name: str, title: str, vault: aws.backup.Vault, topic: aws.sns.Topic, parent: pulumi.Resource
) -> aws.cloudwatch.MetricAlarm:
    """The alarm of a day in which no backup succeeded: a plan that selects nothing fails without a word."""
    watch = Watch(
        _of_vault(vault, "NumberOfBackupJobsCompleted"),
        1,
        f"no backup succeeded in {_MISSED_HOURS} hours",
        comparison=Comparison.BELOW,
        statistic="Sum",
        seconds=_HOUR,
        periods=_MISSED_HOURS,
        missing=Missing.BROKEN,
    )
    return metric_alarm(name, watch, [topic.arn], parent, title)


def _of_vault(vault: aws.backup.Vault, metric: str) -> dict[str, Metric]:
    return one(Metric("AWS/Backup", metric, {"BackupVaultName": vault.name}))
