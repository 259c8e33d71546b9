"""Cases of the rules in policies/store_backups.py."""

from tests.support.policies.tables import Examples, Pair, cases, unknown_case

DAYS = Pair(7, 6)
KEPT = Pair(30, 0)
EXAMPLES: Examples = {
    "docdb/cluster:Cluster": {"backupRetentionPeriod": Pair(7, 1)},
    "dynamodb/table:Table": {"pointInTimeRecovery.enabled": Pair(True, None)},
    "efs/backupPolicy:BackupPolicy": {"backupPolicy.status": Pair("ENABLED", "DISABLED")},
    "fsx/ontapFileSystem:OntapFileSystem": {"automaticBackupRetentionDays": KEPT},
    "fsx/openZfsFileSystem:OpenZfsFileSystem": {"automaticBackupRetentionDays": KEPT},
    "fsx/windowsFileSystem:WindowsFileSystem": {"automaticBackupRetentionDays": KEPT},
    "keyspaces/table:Table": {"pointInTimeRecovery.status": Pair("ENABLED", "DISABLED")},
    "memorydb/cluster:Cluster": {"snapshotRetentionLimit": Pair("1", None)},
    "neptune/cluster:Cluster": {"backupRetentionPeriod": DAYS},
    "redshift/cluster:Cluster": {"automatedSnapshotRetentionPeriod": DAYS},
}
CASES = [
    *cases("store-backups", EXAMPLES),
    unknown_case("store-backups", "neptune/cluster:Cluster", "backupRetentionPeriod", EXAMPLES),
]
