"""AWS Backup: vaults and their locks, plans and what they promise, and stores without a backup."""

import re
from collections.abc import Iterator
from typing import Any

from components.facts.cron import KUBERNETES
from policies.engine.checks import SET, in_production, requires
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.rds import INSTANCE
from policies.s3 import BUCKETS, is_log_target
from pricing.schedules import minutes_of_week
from resources.inputs import display, elements, first, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource, Unknown

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
RPO_TAG = "rpo-minutes"
_FILES = "aws:efs/fileSystem:FileSystem"
_VOLUME = "aws:ebs/volume:Volume"
_STORES = (INSTANCE, _FILES, _VOLUME, *BUCKETS)
_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

_CONTINUOUS_DAYS = 35
_CONTINUOUS_MINUTES = 15
_DATABASE_MINUTES = 5
"""How far back the newest moment is that RDS can restore.

Source: RDS user guide, "Restoring a DB instance to a specified time for Amazon RDS".
"""
_START_MINUTES = 480
_DAILY = "cron(0 5 ? * * *)"
"""The start window and the schedule of a rule without them. Source: AWS Backup API reference, BackupRule."""
_DAY, _WEEK, _LONGEST_MONTH = 24 * 60, 7 * 24 * 60, 31 * 24 * 60
_COOLING_DAYS = 3

requires(
    VAULT,
    "kmsKeyArn",
    SET,
    "is encrypted with the key of AWS, which no policy of yours protects and no other account can use",
    name="backup-encryption",
    title="Vaults of backups have a key of their own",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("Backup.1"), well_architected("REL09-BP02")],
    remediation="Set kmsKeyArn when the vault is created; another key needs another vault.",
)


@rule(
    "backup-locked",
    "In production, vaults of backups have a lock",
    VAULT,
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS Backup Developer Guide", "AWS Backup Vault Lock"),
        well_architected("REL09-BP02"),
    ],
    remediation="Add a VaultLockConfiguration with minRetentionDays. Without changeableForDays it is in governance "
    "mode, and people with the right to do so can remove it.",
    field="minRetentionDays of the vault's VaultLockConfiguration",
)
def _locked(vault: Resource, stack: Stack) -> Iterator[Result]:
    locks = _locks(vault, stack)
    if not locks:
        yield Finding("has no lock: anyone with permission to delete recovery points can delete all of them")
    for lock in locks:
        days = number(read(lock.inputs, "minRetentionDays"))
        if days is UNKNOWN:
            yield Undecided("minRetentionDays of its lock")
        elif not days:
            yield Finding("has a lock without minRetentionDays, so a recovery point can be deleted after a day")


@rule(
    "backup-irrevocable",
    "Locks of vaults can be removed",
    LOCK,
    area=Area.COST,
    severity=Severity.HIGH,
    level=Level.ADVISORY,
    frameworks=[Framework("AWS Backup Developer Guide", "AWS Backup Vault Lock")],
    remediation="Leave changeableForDays out, unless a law demands a lock that nobody can remove. Try such a lock with "
    "a vault that may exist for ever.",
    field="changeableForDays",
)
def _irrevocable(lock: Resource, _: Stack) -> Iterator[Result]:
    days = number(read(lock.inputs, "changeableForDays"))
    if days is UNKNOWN:
        yield Undecided("changeableForDays")
    elif days is not None and days < _COOLING_DAYS:
        yield Finding(f"can be changed for {days:g} days, and AWS takes {_COOLING_DAYS} or more")
    elif days is not None:
        yield Finding(
            f"cannot be removed by anybody, AWS included, from {days:g} days after its creation: the vault, its "
            "recovery points and their price stay until each retention ends"
        )


@rule(
    "backup-retention",
    "Retention of backups fits the lock of their vault",
    PLAN,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS Backup Developer Guide", "AWS Backup Vault Lock"),
        well_architected("REL09-BP03"),
    ],
    remediation="Set lifecycle.deleteAfter between minRetentionDays and maxRetentionDays of the vault's lock; for a "
    "continuous backup to 35 or less.",
    field="rules[].lifecycle.deleteAfter",
)
def _retention(plan: Resource, stack: Stack) -> Iterator[Result]:
    for index, each in enumerate(elements(read(plan.inputs, "rules"))):
        at = f"rules[{index}].lifecycle.deleteAfter"
        days = number(read(each, "lifecycle", "deleteAfter"))
        if flag(read(each, "enableContinuousBackup")) and days is not UNKNOWN and (days or 0) > _CONTINUOUS_DAYS:
            yield Finding(f"{at}: AWS Backup keeps a continuous backup for {_CONTINUOUS_DAYS} days at most")
        yield from _within_lock(at, days, _target(each, plan, stack), stack)
        for place, copy in enumerate(elements(read(each, "copyActions"))):
            copied = f"rules[{index}].copyActions[{place}].lifecycle.deleteAfter"
            kept = number(read(copy, "lifecycle", "deleteAfter"))
            yield from _within_lock(copied, kept, _copy_target(copy, plan, stack), stack)


def _within_lock(at: str, days: float | Unknown | None, vault: Resource | None, stack: Stack) -> Iterator[Result]:
    for lock in _locks(vault, stack) if vault else ():
        least, most = (number(read(lock.inputs, key)) for key in ("minRetentionDays", "maxRetentionDays"))
        if isinstance(days, Unknown) or isinstance(least, Unknown) or isinstance(most, Unknown):
            yield Undecided(at)
        elif days is not None and days < (least or 0):
            yield Finding(f"{at}: {days:g} days are below the {least:g} of the vault's lock, so each job fails")
        elif most and (days is None or days > most):
            kept = "for ever" if days is None else f"{days:g} days"
            yield Finding(f"{at}: {kept} is above the {most:g} days of the vault's lock, so each job fails")


requires(
    PLAN,
    f"tags.{RPO_TAG}",
    SET,
    f"states no recovery point objective in its tag {RPO_TAG}",
    name="backup-objective-stated",
    title="In production, plans of backups state a recovery point objective",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL13-BP01")],
    remediation=f"Set the tag {RPO_TAG} to the minutes of data that may be lost; backup-objective then judges the "
    "schedule by it.",
)


@rule(
    "backup-objective",
    "Plans of backups meet the recovery point objective that they state",
    PLAN,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL13-BP01"), well_architected("REL09-BP03")],
    remediation=f"Schedule the plan's rules so that the longest time between two backups, and the start window, are "
    f"within the tag {RPO_TAG}. Below two hours a bucket needs enableContinuousBackup, and a database "
    "backupRetentionPeriod.",
    field=f"tags.{RPO_TAG} and rules[].schedule",
)
def _objective(plan: Resource, stack: Stack) -> Iterator[Result]:
    wanted = number(read(plan.inputs, "tags", RPO_TAG))
    if wanted is None:
        return
    lost = [_lost(each) for each in elements(read(plan.inputs, "rules"))]
    if wanted is UNKNOWN or UNKNOWN in lost:
        yield Undecided("rules[].schedule")
        return
    known = [each for each in lost if isinstance(each, int | float)]
    for store in _selected(plan, stack):
        own = [*known, *_own_minutes(store)]
        if not own:
            yield Finding("has no rule with a schedule that can be read")
        elif min(own) > wanted:
            yield Finding(
                f"may lose {min(own):g} minutes of {store.name}, and its objective is {wanted:g}; the start window "
                "counts"
            )


def _own_minutes(store: Resource) -> Iterator[float]:
    """How much a store loses when it is restored from backups of its own."""
    days = number(read(store.inputs, "backupRetentionPeriod")) if store.type == INSTANCE else None
    if isinstance(days, float) and days >= 1:
        yield _DATABASE_MINUTES


def _lost(backup: Any) -> float | Unknown | None:
    """The most minutes of writes that a rule of a plan may lose; None where its schedule cannot be read."""
    if flag(read(backup, "enableContinuousBackup")):
        return _CONTINUOUS_MINUTES
    schedule = first(text(read(backup, "schedule")), _DAILY)
    window = first(number(read(backup, "startWindow")), float(_START_MINUTES))
    if schedule is UNKNOWN or window is UNKNOWN:
        return UNKNOWN
    apart = longest_gap(str(schedule))
    return None if apart is None else apart + window


def longest_gap(schedule: str) -> int | None:
    """The most minutes between two jobs of `cron(0 1 ? * * *)`; None for any other expression."""
    fields = re.fullmatch(r"cron\(([^()]*)\)", schedule)
    parts = fields[1].split() if fields else []
    if len(parts) != 6:
        return None
    minute, hour, day, month, weekday = ("*" if part == "?" else part for part in parts[:5])
    # EventBridge counts weekdays from 1, Sunday.
    weekday = re.sub(r"[1-7]", lambda number_: str(int(number_[0]) - 1), weekday)
    try:
        times = sorted(minutes_of_week(f"{minute} {hour} {day} {month} {weekday}", KUBERNETES))
    except ValueError:
        restricted = (day, month) != ("*", "*")
        return _LONGEST_MONTH if restricted else None
    return max(later - earlier for earlier, later in zip(times, [*times[1:], times[0] + _WEEK], strict=True))


@rule(
    "backup-continuous",
    "A store is backed up continuously by one plan only",
    SELECTION,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[Framework("AWS Backup Developer Guide", "Continuous backups and point-in-time recovery (PITR)")],
    remediation="Keep enableContinuousBackup in one plan of each bucket. Leave it out for databases of RDS: AWS Backup "
    "would take over the instance's own backups, and RDS would refuse each deployment that names "
    "backupRetentionPeriod.",
    field="resources and enableContinuousBackup of the plan's rules",
)
def _continuous(selection: Resource, stack: Stack) -> Iterator[Result]:
    switches = _continuous_switches(selection, stack)
    if True not in switches:
        if UNKNOWN in switches:
            yield Undecided("enableContinuousBackup of the plan's rules")
        return
    for store in _selection_stores(selection, stack):
        if store.type == INSTANCE and is_set(read(store.inputs, "backupRetentionPeriod")):
            yield Finding(f"backs up {store.name} continuously, whose backupRetentionPeriod is set")
        others = [
            each.name
            for each in stack.of_type(SELECTION)
            if each.urn != selection.urn
            and True in _continuous_switches(each, stack)
            and store.urn in {one.urn for one in _selection_stores(each, stack)}
        ]
        if others:
            yield Finding(f"backs up {store.name} continuously, as {', '.join(others)} does")


def _continuous_switches(selection: Resource, stack: Stack) -> list[bool | Unknown | None]:
    plan = stack.source(selection, "planId", PLAN) or stack.named(read(selection.inputs, "planId"), PLAN)
    rules = elements(read(plan.inputs, "rules")) if plan else []
    return [flag(read(each, "enableContinuousBackup")) for each in rules]


@rule(
    "backup-coverage",
    "In production, stores that hold state have a backup apart from themselves",
    _STORES,
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.ADVISORY,
    frameworks=[security_hub("RDS.26"), well_architected("REL09-BP01")],
    remediation="Add the store to BackupPlans. A bucket may have a replica or keep old versions instead. Stores that "
    "AWS Backup does not know, such as caches, streams and queues, are rebuilt from others.",
    field="resources of a Selection of AWS Backup",
)
def _coverage(store: Resource, stack: Stack) -> Iterator[Result]:
    if is_set(read(store.inputs, "replicateSourceDb")) or store.urn in stack.once(_backed_up):
        return
    if store.type not in BUCKETS:
        yield Finding("has no backup in a vault: its own backups are deleted with it, or with its account")
        return
    if is_log_target(store, stack) or stack.referrers(store, "bucket", _REPLICATION):
        return
    states = [text(read(each.inputs, "versioningConfiguration", "status")) for each in _versions(store, stack)]
    if UNKNOWN in states:
        yield Undecided("versioningConfiguration of its versioning")
    elif "Enabled" not in states:
        yield Finding("has neither a backup nor a replica, and keeps no old versions")


def _versions(bucket: Resource, stack: Stack) -> list[Resource]:
    return stack.referrers(bucket, "bucket", _VERSIONING, "aws:s3/bucketVersioningV2:BucketVersioningV2")


def _backed_up(stack: Stack) -> set[str]:
    """The URNs of the stores that a selection names."""
    return {store.urn for each in stack.of_type(SELECTION) for store in _selection_stores(each, stack)}


def _selection_stores(selection: Resource, stack: Stack) -> list[Resource]:
    named = [stack.named(arn, *_STORES) for arn in elements(read(selection.inputs, "resources"))]
    found = [*stack.sources(selection, "resources", *_STORES), *(each for each in named if each)]
    return list({each.urn: each for each in found}.values())


def _selected(plan: Resource, stack: Stack) -> list[Resource]:
    """The stores that a plan backs up."""
    return [
        store
        for selection in stack.referrers(plan, "planId", SELECTION)
        for store in _selection_stores(selection, stack)
    ]


def _locks(vault: Resource, stack: Stack) -> list[Resource]:
    """The locks of a vault; a vault of another region may have the same name."""
    return [
        each
        for each in stack.referrers(vault, "backupVaultName", LOCK)
        if display(read(each.inputs, "region")) == display(read(vault.inputs, "region"))
    ]


def _target(backup: Any, plan: Resource, stack: Stack) -> Resource | None:
    """The vault of a rule of a plan, which is in the plan's region."""
    name = text(read(backup, "targetVaultName"))
    near = [each for each in _vaults(plan, stack) if not is_set(read(each.inputs, "region"))]
    return next((each for each in near if name is UNKNOWN or read(each.inputs, "name") == name), None)


def _copy_target(copy: Any, plan: Resource, stack: Stack) -> Resource | None:
    """The vault of a copy, where it is a resource of the stack."""
    arn = text(read(copy, "destinationVaultArn"))
    if isinstance(arn, str):
        return stack.named(arn, VAULT)
    return next((each for each in _vaults(plan, stack) if is_set(read(each.inputs, "region"))), None)


def _vaults(plan: Resource, stack: Stack) -> list[Resource]:
    return stack.sources(plan, "rules", VAULT) or stack.of_type(VAULT)
