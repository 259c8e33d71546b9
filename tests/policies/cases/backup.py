"""Cases of the rules in policies/backup.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, passes, unknown

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
INSTANCE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
DAILY = "cron(0 1 * * ? *)"

vault = make(VAULT, {"name": "ml"}, name="vault")
far = make(VAULT, {"name": "ml", "region": "us-west-2"}, name="far")
database = make(INSTANCE, {"identifier": "ml", "backupRetentionPeriod": 14.0}, name="database")
bare = make(INSTANCE, {"identifier": "ml", "backupRetentionPeriod": 0.0}, name="database")
bucket = make(BUCKET, {"bucket": "models"}, name="bucket")


def lock(of: Resource = vault, **inputs: Any) -> Resource:
    region = {"region": of.inputs["region"]} if "region" in of.inputs else {}
    return make(LOCK, {"backupVaultName": UNKNOWN, **region, **inputs}, name="lock", refers={"backupVaultName": [of]})


def plan(*rules: Any, rpo: Any = "1500", name: str = "plan") -> Resource:
    tags = {} if rpo is None else {"rpo-minutes": rpo}
    return make(PLAN, {"name": name, "rules": list(rules), "tags": tags}, name=name, refers={"rules": [vault, far]})


def backup(schedule: Any = DAILY, days: Any = 35.0, **inputs: Any) -> dict[str, Any]:
    lifecycle = {} if days is None else {"deleteAfter": days}
    return {"schedule": schedule, "startWindow": 60.0, "targetVaultName": UNKNOWN, "lifecycle": lifecycle, **inputs}


def copied(days: float) -> dict[str, Any]:
    return {"copyActions": [{"destinationVaultArn": UNKNOWN, "lifecycle": {"deleteAfter": days}}]}


def selection(of: Resource, *stores: Resource, name: str = "selection") -> Resource:
    refers = {"planId": [of], "resources": stores}
    return make(SELECTION, {"planId": UNKNOWN, "resources": UNKNOWN}, name=name, refers=refers)


def planned(one: Resource, store: Resource = bucket) -> tuple[Resource, ...]:
    return one, store, selection(one, store)


def continuous(name: str) -> Resource:
    return plan(backup(enableContinuousBackup=True), name=name)


def versioned(status: Any) -> Resource:
    return make(VERSIONING, {"versioningConfiguration": {"status": status}}, refers={"bucket": [bucket]})


def lossy(minutes: int, store: str = "bucket", wanted: int = 1440) -> str:
    return f"may lose {minutes} minutes of {store}, and its objective is {wanted}; the start window counts"


NO_KEY = "is encrypted with the key of AWS, which no policy of yours protects and no other account can use"
APART = "has no backup in a vault: its own backups are deleted with it, or with its account"
SECOND = selection(continuous("other"), bucket, name="second")
AT = "rules[0].lifecycle.deleteAfter"

CASES: list[Case] = [
    passes("backup-encryption", make(VAULT, {"kmsKeyArn": UNKNOWN}), kind="unknown"),
    passes("backup-encryption", make(VAULT, {"kmsKeyArn": "arn:aws:kms:us-east-1:1:key/k"})),
    fails("backup-encryption", make(VAULT, {"kmsKeyArn": ""}), found=NO_KEY),
    fails("backup-encryption", make(VAULT), found=NO_KEY, kind="absent"),
    passes("backup-locked", vault, lock(minRetentionDays=7.0)),
    passes("backup-locked", vault, kind="absent", environment=EnvironmentKind.STAGING),
    fails(
        "backup-locked",
        vault,
        found="has no lock: anyone with permission to delete recovery points can delete all of them",
        kind="absent",
    ),
    fails(
        "backup-locked",
        vault,
        lock(),
        found="has a lock without minRetentionDays, so a recovery point can be deleted after a day",
    ),
    # The lock of the vault of the same name in another region is another lock.
    fails(
        "backup-locked",
        vault,
        make(LOCK, {"backupVaultName": "ml", "region": "us-west-2", "minRetentionDays": 7.0}),
        found="has no lock: anyone with permission to delete recovery points can delete all of them",
    ),
    unknown("backup-locked", vault, lock(minRetentionDays=UNKNOWN), undecided="minRetentionDays of its lock"),
    passes("backup-irrevocable", lock(minRetentionDays=7.0)),
    passes("backup-irrevocable", lock(), kind="absent"),
    fails(
        "backup-irrevocable",
        lock(changeableForDays=3.0),
        found="cannot be removed by anybody, AWS included, from 3 days after its creation: the vault, its recovery "
        "points and their price stay until each retention ends",
    ),
    fails(
        "backup-irrevocable",
        lock(changeableForDays=2.0),
        found="can be changed for 2 days, and AWS takes 3 or more",
    ),
    unknown("backup-irrevocable", lock(changeableForDays=UNKNOWN), undecided="changeableForDays"),
    passes("backup-retention", plan(backup()), vault, lock(minRetentionDays=7.0, maxRetentionDays=35.0)),
    passes("backup-retention", plan(backup(days=None)), vault, lock(minRetentionDays=7.0), kind="absent"),
    fails(
        "backup-retention",
        plan(backup(days=6.0)),
        vault,
        lock(minRetentionDays=7.0),
        found=f"{AT}: 6 days are below the 7 of the vault's lock, so each job fails",
    ),
    fails(
        "backup-retention",
        plan(backup(days=36.0)),
        vault,
        lock(maxRetentionDays=35.0),
        found=f"{AT}: 36 days is above the 35 days of the vault's lock, so each job fails",
    ),
    fails(
        "backup-retention",
        plan(backup(days=None)),
        vault,
        lock(maxRetentionDays=35.0),
        found=f"{AT}: for ever is above the 35 days of the vault's lock, so each job fails",
        kind="absent",
    ),
    fails(
        "backup-retention",
        plan(backup(**copied(6.0))),
        vault,
        far,
        lock(far, minRetentionDays=7.0),
        found="rules[0].copyActions[0].lifecycle.deleteAfter: 6 days are below the 7 of the vault's lock, so each job "
        "fails",
    ),
    fails(
        "backup-retention",
        plan(backup(days=36.0, enableContinuousBackup=True)),
        found=f"{AT}: AWS Backup keeps a continuous backup for 35 days at most",
    ),
    unknown("backup-retention", plan(backup(days=UNKNOWN)), vault, lock(minRetentionDays=7.0), undecided=AT),
    passes("backup-objective", *planned(plan(backup()))),
    passes("backup-objective", *planned(plan(backup("cron(0 0/4 ? * * *)"), rpo="300"))),
    passes("backup-objective", *planned(plan(backup(), backup(enableContinuousBackup=True), rpo="15"))),
    passes("backup-objective", *planned(plan(backup(), rpo="5"), database)),
    passes("backup-objective", *planned(plan(backup("cron(0 1 ? * 1 *)"), rpo="10140"))),
    fails("backup-objective", *planned(plan(backup(), rpo="1440")), found=lossy(1500)),
    fails("backup-objective", *planned(plan(backup("cron(0 1,13 ? * MON-FRI *)"), rpo="1440")), found=lossy(3660)),
    fails("backup-objective", *planned(plan(backup("cron(0 1 1 * ? *)"), rpo="1440")), found=lossy(44700)),
    # Without a schedule a rule runs at 5:00, and without a window it may start eight hours later.
    fails(
        "backup-objective",
        *planned(plan({"targetVaultName": "ml"}, rpo="1440")),
        found=lossy(1920),
        kind="absent",
    ),
    fails("backup-objective", *planned(plan(backup(), rpo="5"), bare), found=lossy(1500, "database", 5)),
    fails(
        "backup-objective",
        *planned(plan(backup("rate(1 day)"))),
        found="has no rule with a schedule that can be read",
    ),
    passes("backup-objective", *planned(plan(backup(), rpo=None)), kind="absent"),
    unknown("backup-objective", *planned(plan(backup(UNKNOWN))), undecided="rules[].schedule"),
    unknown("backup-objective", *planned(plan(backup(), rpo=UNKNOWN)), undecided="rules[].schedule"),
    passes("backup-continuous", *planned(continuous("plan"))),
    passes("backup-continuous", *planned(plan(backup())), kind="absent"),
    fails(
        "backup-continuous",
        *planned(continuous("plan")),
        continuous("other"),
        SECOND,
        found=("backs up bucket continuously, as second does", "backs up bucket continuously, as selection does"),
    ),
    fails(
        "backup-continuous",
        *planned(continuous("plan"), database),
        found="backs up database continuously, whose backupRetentionPeriod is set",
    ),
    unknown(
        "backup-continuous",
        *planned(plan(backup(enableContinuousBackup=UNKNOWN))),
        undecided="enableContinuousBackup of the plan's rules",
    ),
    passes("backup-coverage", *planned(plan(backup()), database)),
    passes("backup-coverage", database, environment=EnvironmentKind.STAGING),
    passes("backup-coverage", make(INSTANCE, {"replicateSourceDb": "ml"})),
    passes("backup-coverage", bucket, versioned("Enabled")),
    passes("backup-coverage", bucket, make(REPLICATION, {}, refers={"bucket": [bucket]})),
    fails("backup-coverage", database, found=APART, kind="absent"),
    fails("backup-coverage", *planned(plan(backup())), database, versioned("Enabled"), found=APART),
    fails("backup-coverage", make("aws:efs/fileSystem:FileSystem"), found=APART, kind="absent"),
    fails("backup-coverage", make("aws:ebs/volume:Volume"), found=APART, kind="absent"),
    fails(
        "backup-coverage",
        bucket,
        found="has neither a backup nor a replica, and keeps no old versions",
        kind="absent",
    ),
    unknown(
        "backup-coverage",
        bucket,
        versioned(UNKNOWN),
        undecided="versioningConfiguration of its versioning",
    ),
    passes("backup-objective-stated", plan(backup())),
    passes("backup-objective-stated", plan(backup(), rpo=UNKNOWN), kind="unknown"),
    passes("backup-objective-stated", plan(backup(), rpo=None), environment=EnvironmentKind.STAGING),
    fails("backup-objective-stated", plan(backup(), rpo=None), found="states no recovery point objective"),
    fails("backup-objective-stated", make(PLAN), kind="absent", found="states no recovery point objective"),
]
