"""Recovery points of AWS Backup, and restores of them into new resources."""

import json
from collections.abc import Mapping
from typing import Any

from .journal import Clock, Journal
from .platform import Platform
from .steps import RestoreError

_POLL_SECONDS = 30
_DEADLINE_SECONDS = 24 * 3600
_ENDED_BADLY = ("ABORTED", "FAILED")


def newest_point(backup: Any, source: Platform, store: str, vault: str) -> Mapping[str, Any]:
    """The newest complete recovery point of a store: its ARN, when it was made, and the kind of resource.

    Raises:
        RestoreError: the vault has none.
    """
    arn = source.backup_store_arns[store]
    pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=vault, ByResourceArn=arn
    )
    points = [point for page in pages for point in page["RecoveryPoints"] if point["Status"] == "COMPLETED"]
    if not points:
        raise RestoreError(f"the vault {vault} has no complete recovery point of {arn}")
    newest = max(points, key=lambda point: point["CreationDate"])
    return {
        "point": newest["RecoveryPointArn"],
        "created": newest["CreationDate"].timestamp(),
        "kind": newest["ResourceType"],
    }


def restored(
    backup: Any,
    journal: Journal,
    clock: Clock,
    step: str,
    point: Mapping[str, Any],
    role: str,
    metadata: dict[str, str],
) -> Mapping[str, Any]:
    """Restore a recovery point, or go on waiting for the restore that an earlier run began.

    The token of the job names the run, so that AWS Backup starts one job however often it is asked. After a job that
    failed, the next run asks for another.

    Raises:
        RestoreError: the job failed, or it has not ended in a day.
    """
    attempt = int(journal.of(step).get("attempt", 1))
    job = journal.of(step).get("job")
    if not job:
        started = backup.start_restore_job(
            RecoveryPointArn=point["point"],
            Metadata=metadata,
            IamRoleArn=role,
            IdempotencyToken=f"{journal.run}-{step}-{attempt}",
            ResourceType=point["kind"],
        )
        job = started["RestoreJobId"]
        journal.note(step, job=job, attempt=attempt)
    until = clock.now() + _DEADLINE_SECONDS
    while True:
        found = backup.describe_restore_job(RestoreJobId=job)
        if found["Status"] == "COMPLETED":
            return {"created": found["CreatedResourceArn"], "job": job}
        if found["Status"] in _ENDED_BADLY:
            journal.note(step, job=None, attempt=attempt + 1)
            raise RestoreError(f"the restore job {job} ended as {found['Status']}: {found.get('StatusMessage', '')}")
        if clock.now() >= until:
            raise RestoreError(f"the restore job {job} is still {found['Status']} after a day")
        clock.wait(_POLL_SECONDS)


def database_metadata(backup: Any, vault: str, point: Mapping[str, Any], name: str, target: Platform) -> dict[str, str]:
    """What a restore of a database asks for: what AWS Backup knows of it, with a new name in the target's network.

    Source: AWS Backup API reference, GetRecoveryPointRestoreMetadata and StartRestoreJob.
    """
    known = backup.get_recovery_point_restore_metadata(BackupVaultName=vault, RecoveryPointArn=point["point"])
    kept = {key: value for key, value in known["RestoreMetadata"].items() if key != "AvailabilityZone" and value}
    return {
        **kept,
        "DBInstanceIdentifier": name,
        "DBSubnetGroupName": target.database_subnet_group,
        "VpcSecurityGroupIds": json.dumps([target.database_security_group_id]),
        "PubliclyAccessible": "false",
    }


def bucket_metadata(name: str, token: str) -> dict[str, str]:
    """What a restore of a bucket asks for: a new bucket. A restore does not overwrite newer versions.

    Source: AWS Backup developer guide, "Restore S3 data using AWS Backup".
    """
    return {"DestinationBucketName": name, "NewBucket": "true", "CreationToken": token, "Encrypted": "true"}
