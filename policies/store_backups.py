"""Backups of stores that have them in an input of their own; those of RDS are in `rds`."""

from policies.engine.controls import at_least, exactly, line, never, table
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Level, Severity

_LEAST_DAYS = 7

table(
    "store-backups",
    "Stores of data keep backups for a week or more",
    line("docdb/cluster:Cluster", "backupRetentionPeriod", at_least(_LEAST_DAYS), "CKV_AWS_360", "DocumentDB.2"),
    line("dynamodb/table:Table", "pointInTimeRecovery.enabled", exactly(True), "CKV_AWS_28", "DynamoDB.2"),
    line("efs/backupPolicy:BackupPolicy", "backupPolicy.status", never("DISABLED", "DISABLING"), "EFS.7"),
    line("fsx/ontapFileSystem:OntapFileSystem", "automaticBackupRetentionDays", never(0)),
    line("fsx/openZfsFileSystem:OpenZfsFileSystem", "automaticBackupRetentionDays", never(0)),
    line("fsx/windowsFileSystem:WindowsFileSystem", "automaticBackupRetentionDays", never(0)),
    line("keyspaces/table:Table", "pointInTimeRecovery.status", exactly("ENABLED")),
    line("memorydb/cluster:Cluster", "snapshotRetentionLimit", at_least(1)),
    line("neptune/cluster:Cluster", "backupRetentionPeriod", at_least(_LEAST_DAYS), "CKV_AWS_361", "Neptune.5"),
    line(
        "redshift/cluster:Cluster",
        "automatedSnapshotRetentionPeriod",
        at_least(_LEAST_DAYS),
        "CKV_AWS_343",
        "Redshift.3",
    ),
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL09-BP03")],
    remediation="Set the input as the message says.",
    field="the input that the message names",
)
