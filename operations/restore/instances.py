"""Instances of RDS: restores to any second from their own backups, and what is known of them."""

from collections.abc import Mapping
from typing import Any

from .journal import Clock
from .platform import Platform
from .steps import RestoreError

_POLL_SECONDS = 30
_DEADLINE_SECONDS = 6 * 3600
RUN_TAG = "restore-run"
_ENDED_BADLY = {
    "deleting": "somebody deletes it",
    "failed": "RDS cannot recover it; delete it",
    "inaccessible-encryption-credentials": "RDS cannot use its KMS key; enable the key, and delete the instance",
    "inaccessible-encryption-credentials-recoverable": "RDS cannot use its KMS key; enable the key, and start it",
    "incompatible-network": "its subnets have no free address or are gone; correct them, and delete the instance",
    "incompatible-option-group": "its option group does not fit; correct it, and delete the instance",
    "incompatible-parameters": "its parameter group does not fit; correct it, and restart the instance",
    "incompatible-restore": "RDS cannot restore to this moment; delete it, and take another moment or the vault",
    "insufficient-capacity": "the zone has no instance of its class; delete it, and restore again later",
    "restore-error": "the restore failed; delete it",
    "stopped": "somebody stopped it; start it",
    "stopping": "somebody stopped it; start it",
}
"""Statuses that do not end on their own. Source: RDS user guide, "Viewing Amazon RDS DB instance status"."""


def available(rds: Any, clock: Clock, name: str) -> Mapping[str, Any]:
    """Wait until an instance is available. Returns its ARN and its host.

    Raises:
        RestoreError: it cannot become available, or does not in six hours.
    """
    until = clock.now() + _DEADLINE_SECONDS
    while True:
        [instance] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        status = instance["DBInstanceStatus"]
        if status == "available":
            return {"created": instance["DBInstanceArn"], "host": instance["Endpoint"]["Address"]}
        if status in _ENDED_BADLY:
            raise RestoreError(f"the instance {name} is {status}: {_ENDED_BADLY[status]}")
        if clock.now() >= until:
            raise RestoreError(f"the instance {name} is {status} after six hours")
        clock.wait(_POLL_SECONDS)


def rewound(rds: Any, clock: Clock, run: str, arn: str, name: str, target: Platform, at: str) -> Mapping[str, Any]:
    """Restore the instance with the ARN `arn` to the moment `at` (ISO 8601 in UTC; the newest when empty) as `name`.

    RDS keeps the backups of a deleted instance, too. An instance that an earlier run of the same name began is taken.

    Raises:
        RestoreError: an instance of that name exists that this run has not made, or there is no backup.
    """
    if not _exists(rds, run, name):
        moment: dict[str, Any] = (
            {"RestoreTime": f"{at.removesuffix('Z')}Z"} if at else {"UseLatestRestorableTime": True}
        )
        rds.restore_db_instance_to_point_in_time(
            **_source(rds, arn),
            **moment,
            TargetDBInstanceIdentifier=name,
            DBSubnetGroupName=target.database_subnet_group,
            VpcSecurityGroupIds=[target.database_security_group_id],
            PubliclyAccessible=False,
            CopyTagsToSnapshot=True,
            Tags=[{"Key": RUN_TAG, "Value": run}],
        )
    return available(rds, clock, name)


def _exists(rds: Any, run: str, name: str) -> bool:
    try:
        [instance] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except rds.exceptions.DBInstanceNotFoundFault:
        return False
    if {"Key": RUN_TAG, "Value": run} not in instance.get("TagList", ()):
        raise RestoreError(f"an instance {name} exists, and this run has not made it; name another run")
    return True


def _source(rds: Any, arn: str) -> dict[str, Any]:
    """What RDS calls the backups of an instance, with its parameters while it exists."""
    name = arn.rpartition(":")[2]
    try:
        [instance] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except rds.exceptions.DBInstanceNotFoundFault:
        kept = rds.describe_db_instance_automated_backups(DBInstanceIdentifier=name)["DBInstanceAutomatedBackups"]
        if not kept:
            raise RestoreError(f"RDS has neither {name} nor its backups; restore from the vault") from None
        return {"SourceDBInstanceAutomatedBackupsArn": kept[0]["DBInstanceAutomatedBackupsArn"]}
    groups = [group["DBParameterGroupName"] for group in instance.get("DBParameterGroups", ())]
    return {
        "SourceDBInstanceIdentifier": name,
        "MultiAZ": instance.get("MultiAZ", False),
        **({"DBParameterGroupName": groups[0]} if groups else {}),
    }


def removed(rds: Any, run: str, name: str) -> None:
    """Delete an instance that this run has made.

    Raises:
        RestoreError: this run has not made it.
    """
    if not _exists(rds, run, name):
        return
    [instance] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    if instance["DBInstanceStatus"] == "deleting":
        # An earlier removal ended before it could note this.
        return
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
