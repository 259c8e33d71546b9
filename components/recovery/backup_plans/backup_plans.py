"""BackupPlans: a locked vault of AWS Backup, and a plan for each store."""

import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import service_trust
from ...core.kms import encryption_key
from ...core.named_outputs import by_name
from ...core.notifications import encrypted_topic
from ...facts.regions import other_partition
from ...facts.schedule_expression import schedule_expression
from .access import backup_policies, notification_key_grants, notification_policy, restore_policies
from .alarms import failure_alarm, missed_alarm, watched
from .schedule import COMPLETION_MINUTES, RESOURCE_TYPES, START_MINUTES, StoreKind, snapshot_hours, snapshot_schedule
from .spec import BackupPlansArgs, BackupPlansSpec, LockMode, StoreBackupSpec

_SERVICE = "backup.amazonaws.com"
_EVENTS = ["S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED", "CONTINUOUS_BACKUP_INTERRUPTED"]
"""Events without a metric: a job that succeeded without some objects, and continuous backups that stopped."""
_TEST_DAYS = 7
_TEST_HOURS = 24
_ANYTHING_BUT = re.compile(r"[^A-Za-z0-9_]")


class BackupPlans(Component[BackupPlansArgs, BackupPlansSpec]):
    """Backups of stores in a vault of AWS Backup with its own key and a lock.

    Each store has a plan, whose schedule meets the store's recovery point objective. Copies go to another region or
    account by choice. Alarms ring when a backup fails, or when none succeeds in a day.
    """

    vault_name: pulumi.Output[str]
    """The vault."""
    vault_arn: pulumi.Output[str]
    """The vault's ARN."""
    copy_vault_arn: pulumi.Output[str]
    """The ARN of the vault in copyRegion; empty without one."""
    key_arn: pulumi.Output[str]
    """The key that encrypts the vault."""
    plan_ids: pulumi.Output[dict[str, str]]
    """The id of each store's plan, by the store's name."""
    backup_role_arn: pulumi.Output[str]
    """The role that makes backups."""
    restore_role_arn: pulumi.Output[str]
    """The role that restores them."""
    topic_arn: pulumi.Output[str]
    """The SNS topic of alarms."""

    def __init__(self, name: str, args: BackupPlansArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, BackupPlansArgs, BackupPlansSpec, opts)
        spec, account = self._spec, self._account
        if spec.copy_region == account.region:
            self._refuse(f"copyRegion = {spec.copy_region!r}: it is the vault's own region; take another")
        for field, copy, region in spec.copies:
            if problem := other_partition(account.region, region):
                self._refuse(f"{field} = {copy!r}: {problem}")
        if spec.lock.mode is LockMode.COMPLIANCE:
            pulumi.log.warn(
                f"The vault {spec.vault_name} has a lock in compliance mode. From {spec.lock.changeable_for_days} days "
                "after this deployment nobody, neither root nor AWS, can remove the lock, delete the vault or delete a "
                "recovery point before its retention ends. The account pays for it all the time.",
                self,
            )
        kinds = [store.kind for store in spec.stores.values()]
        key, vault = self._vault("vault", None)
        copies = self._vault("copies", spec.copy_region)[1] if spec.copy_region else None
        backup, granted = self._role("backup", backup_policies(kinds))
        restore, _ = self._role("restore", restore_policies(kinds))
        plans = {each: self._plan(each, store, vault, copies) for each, store in sorted(spec.stores.items())}
        for each, plan in plans.items():
            aws.backup.Selection(
                f"{name}-{each}-selection",
                name=each,
                plan_id=plan.id,
                iam_role_arn=backup.arn,
                resources=[args["store_arns"][each]],
                # A job that starts without the role's policies fails.
                opts=pulumi.ResourceOptions(parent=self, depends_on=granted),
            )
        topic = self._notifications(vault, key)
        if spec.restore_test:
            self._restore_tests(spec.restore_test, vault, restore)
        self.vault_name = vault.name
        self.vault_arn = vault.arn
        self.copy_vault_arn = copies.arn if copies else pulumi.Output.from_input("")
        self.key_arn = key.arn
        self.plan_ids = by_name({each: plan.id for each, plan in plans.items()})
        self.backup_role_arn = backup.arn
        self.restore_role_arn = restore.arn
        self.topic_arn = topic.arn
        self._publish()

    def _problem(self) -> str | None:
        named, wired = set(self._spec.stores), set(self._args["store_arns"])
        if named != wired:
            lacking = ", ".join(sorted(named - wired)) or f"nothing; remove {', '.join(sorted(wired - named))}"
            return f"storeArns = {sorted(wired)}: it needs the stores {sorted(named)} of stores; add {lacking}"
        tested = self._spec.restore_test and StoreKind.DATABASE in {each.kind for each in self._spec.stores.values()}
        if tested and not self._args.get("database_subnet_group"):
            return (
                f"restoreTest = {self._spec.restore_test!r}: AWS Backup would restore databases into the default VPC; "
                "pass databaseSubnetGroup"
            )
        return None

    def _vault(self, part: str, region: str | None) -> tuple[aws.kms.Key, aws.backup.Vault]:
        """A vault with its key and its lock. `region` is another than the provider's."""
        spec, name = self._spec, f"{self._name}-{part}"
        kept = pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection)
        key = encryption_key(
            f"{name}-key",
            f"Backups in {spec.vault_name}",
            self._account,
            kept,
            grants=[] if region else notification_key_grants(self._account),
            region=region,
        )
        vault = aws.backup.Vault(
            name,
            name=spec.vault_name,
            kms_key_arn=key.arn,
            # AWS refuses to delete a vault with recovery points.
            force_destroy=not spec.deletion_protection,
            region=region,
            opts=kept,
        )
        if spec.lock.holds:
            aws.backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=spec.lock.minimum_days,
                max_retention_days=spec.lock.maximum_days,
                changeable_for_days=spec.lock.changeable_for_days,
                region=region,
                opts=kept,
            )
        return key, vault

    def _role(self, part: str, policies: list[str]) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        """A role of AWS Backup and its managed policies."""
        role = aws.iam.Role(
            f"{self._name}-{part}-role",
            assume_role_policy=service_trust(_SERVICE, self._account.id),
            opts=self._child,
        )
        granted: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{part}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=self._account.managed_policy(policy),
                opts=self._child,
            )
            for policy in policies
        ]
        return role, granted

    def _plan(
        self, name: str, store: StoreBackupSpec, vault: aws.backup.Vault, copies: aws.backup.Vault | None
    ) -> aws.backup.Plan:
        """The plan of a store. Its tags state the objectives, which a rule compares with the schedule."""
        spec = self._spec
        targets: list[pulumi.Input[str]] = [copies.arn] if copies else []
        targets += [spec.copy_vault_arn] if spec.copy_vault_arn else []
        lifecycle: dict[str, Any] = {"delete_after": store.retention_days}
        if store.cold_days is not None:
            lifecycle["cold_storage_after"] = store.cold_days
        kept = {**lifecycle, "delete_after": spec.copy_days} if spec.copy_days else lifecycle
        hours = snapshot_hours(store.kind, store.rpo_minutes)
        rules = [
            self._rule(
                "snapshots",
                vault,
                snapshot_schedule(hours, spec.start_hour),
                lifecycle,
                [{"destination_vault_arn": arn, "lifecycle": kept} for arn in targets] if store.copied else [],
            )
        ]
        if store.continuous:
            # The schedule of a continuous rule is that of its upkeep.
            every_day = snapshot_schedule(24, spec.start_hour)
            rule = self._rule("continuous", vault, every_day, {"delete_after": store.continuous_days}, [])
            rules.append({**rule, "enable_continuous_backup": True})
        return aws.backup.Plan(
            f"{self._name}-{name}-plan",
            name=f"{spec.vault_name}-{name}",
            rules=rules,  # pyright: ignore[reportArgumentType] - plain mappings are inputs too
            tags={"store": name, "rpo-minutes": str(store.rpo_minutes), "rto-minutes": str(store.rto_minutes)},
            opts=self._child,
        )

    def _rule(
        self,
        name: str,
        vault: aws.backup.Vault,
        schedule: str,
        lifecycle: Mapping[str, Any],
        copies: list[Mapping[str, Any]],
    ) -> dict[str, Any]:
        return {
            "rule_name": name,
            "target_vault_name": vault.name,
            "schedule": schedule,
            "start_window": START_MINUTES,
            "completion_window": COMPLETION_MINUTES,
            "lifecycle": lifecycle,
            "copy_actions": copies,
        }

    def _notifications(self, vault: aws.backup.Vault, key: aws.kms.Key) -> aws.sns.Topic:
        """The topic of the vault's alarms and of events without a metric, with its email subscriptions."""
        spec, name = self._spec, self._name
        topic, policy = encrypted_topic(
            f"{name}-topic",
            f"{spec.vault_name}-backups",
            key.arn,
            lambda arn: notification_policy(arn, self._account),
            self._child,
            spec.emails,
        )
        aws.backup.VaultNotifications(
            f"{name}-events",
            backup_vault_name=vault.name,
            sns_topic_arn=topic.arn,
            backup_vault_events=_EVENTS,
            # AWS Backup tries to publish when it is told the topic.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        title = f"{spec.vault_name}-backup"
        copies = bool(spec.copy_region or spec.copy_vault_arn)
        for short, each in watched(copies=copies):
            failure_alarm(f"{name}-{short}", f"{title}-{short}", each, vault, topic, self)
        missed_alarm(f"{name}-missed", f"{title}-missed", vault, topic, self)
        return topic

    def _restore_tests(self, schedule: str, vault: aws.backup.Vault, role: aws.iam.Role) -> None:
        """Restores of the newest snapshot of each store, which AWS Backup deletes after a day."""
        spec = self._spec
        title = _ANYTHING_BUT.sub("_", spec.vault_name)
        plan = aws.backup.RestoreTestingPlan(
            f"{self._name}-restore-test",
            name=f"{title}_restore_test",
            schedule_expression=schedule_expression(schedule),
            start_window_hours=_TEST_HOURS,
            recovery_point_selection={
                "algorithm": "LATEST_WITHIN_WINDOW",
                "include_vaults": [vault.arn],
                "recovery_point_types": ["SNAPSHOT"],
                "selection_window_days": _TEST_DAYS,
            },
            opts=self._child,
        )
        for each, store in sorted(spec.stores.items()):
            overrides: dict[str, pulumi.Input[str]] = {}
            if store.kind is StoreKind.DATABASE:
                overrides["dbSubnetGroupName"] = self._args.get("database_subnet_group", "")
            aws.backup.RestoreTestingSelection(
                f"{self._name}-{each}-restore-test",
                name=_ANYTHING_BUT.sub("_", each),
                restore_testing_plan_name=plan.name,
                protected_resource_type=RESOURCE_TYPES[store.kind],
                protected_resource_arns=[self._args["store_arns"][each]],
                iam_role_arn=role.arn,
                restore_metadata_overrides=overrides or None,
                validation_window_hours=_TEST_HOURS,
                opts=self._child,
            )
