"""What BackupPlans are made from, and what is refused."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic.alias_generators import to_camel

from ...core.cron import cron_once_a_day
from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.problems import Problem, refusal, refuse_at
from ...core.regions import known_region
from ...core.spec import Spec, refuse
from .schedule import CONTINUOUS_DAYS, LEAST_MINUTES, SNAPSHOT_MINUTES, StoreKind

_LEAST_COLD_DAYS = 90
"""Days that a recovery point stays in cold storage at the least. Source: AWS Backup API reference, Lifecycle."""
_LEAST_COOLING_DAYS = 3
"""Source: AWS Backup API reference, PutBackupVaultLockConfiguration, ChangeableForDays."""
VAULT_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,29}$"
"""The start of the names of plans and alarms. A vault's name may have 50 characters."""
STORE_PATTERN = r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$"
_VAULT_ARN = r"^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$"

StoreName = Annotated[str, StringConstraints(pattern=STORE_PATTERN)]


class LockMode(StrEnum):
    """Who may remove the lock of the vault."""

    GOVERNANCE = "governance"
    """A person with the right to delete the lock."""
    COMPLIANCE = "compliance"
    """Nobody, once the cooling-off time is over: neither the account's root user nor AWS."""
    NONE = "none"
    """The vault has no lock: anyone with permission to delete recovery points can delete all of them."""


class VaultLockConfig(TypedDict):
    """The lock of the vault, which keeps recovery points from being deleted early."""

    mode: NotRequired[LockMode]
    """Who may remove the lock: governance, compliance or none."""
    minimum_days: NotRequired[int]
    """Days that each recovery point is kept at the least; jobs with a shorter retention fail."""
    maximum_days: NotRequired[int]
    """Days that each recovery point is kept at the most; jobs with a longer retention fail."""
    changeable_for_days: NotRequired[int]
    """With compliance: days in which the lock can still be removed, 3 or more. After that nobody can, for ever."""


class StoreBackupConfig(TypedDict):
    """A store: how much of it may be lost, and how fast it must be back."""

    kind: StoreKind
    """What the store is: database, bucket, file-system or volume."""
    rpo_minutes: NotRequired[int]
    """The recovery point objective: minutes of writes that may be lost."""
    rto_minutes: NotRequired[int]
    """The recovery time objective: minutes until the store is back, which a drill measures."""
    retention_days: NotRequired[int]
    """Days that snapshots are kept."""
    cold_days: NotRequired[int]
    """File systems only: days until snapshots move to cold storage."""
    copied: NotRequired[bool]
    """Whether snapshots are copied to the vaults of copyRegion and copyVaultArn."""


class BackupPlansConfig(TypedDict):
    """Backups of a platform's stores."""

    stores: dict[str, StoreBackupConfig]
    """The stores to back up, by a short name."""
    vault_name: str
    """The name of the vault, and what the names of plans and alarms begin with."""
    lock: NotRequired[VaultLockConfig]
    """The lock of the vault."""
    start_hour: NotRequired[int]
    """The hour of the day, in UTC, in which daily backups start."""
    copy_region: NotRequired[str]
    """The region that keeps copies, in a vault with its own key."""
    copy_vault_arn: NotRequired[str]
    """A vault of another account that keeps copies. Its policy must allow this account to copy into it."""
    copy_days: NotRequired[int]
    """Days that copies are kept; as long as the snapshots when left out."""
    restore_test: NotRequired[str]
    """When AWS Backup restores the newest snapshots and deletes the result, as a cron expression with five fields."""
    emails: NotRequired[list[str]]
    """Who gets an email when a backup fails, or none succeeds in a day."""
    deletion_protection: NotRequired[bool]
    """Whether the vaults and their keys are protected from deletion."""


class BackupPlansArgs(BackupPlansConfig):
    """The arguments of BackupPlans: their config and what other resources give."""

    store_arns: dict[str, pulumi.Input[str]]
    """The ARN of each store, by the same name."""
    database_subnet_group: NotRequired[pulumi.Input[str]]
    """The RDS subnet group that restore tests put databases into; needed with restoreTest and a database."""


class VaultLockSpec(Spec):
    """The lock of a vault."""

    mode: LockMode = Field(
        default=LockMode.GOVERNANCE, description="Who may remove the lock: governance, compliance or none."
    )
    minimum_days: int = Field(
        default=7,
        ge=1,
        le=36_500,
        description="Days that each recovery point is kept at the least; jobs with a shorter retention fail.",
    )
    maximum_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days that each recovery point is kept at the most; jobs with a longer retention fail.",
    )
    changeable_for_days: int | None = Field(
        default=None,
        ge=_LEAST_COOLING_DAYS,
        le=36_500,
        description="With compliance: days in which the lock can still be removed, 3 or more. After that nobody can, "
        "for ever.",
    )

    @model_validator(mode="after")
    def _fits(self) -> "VaultLockSpec":
        if self.mode is LockMode.COMPLIANCE and self.changeable_for_days is None:
            raise refuse_at(
                "changeableForDays",
                None,
                "mode compliance needs it: after so many days nobody can remove the lock; write 3 or more",
            )
        if self.mode is not LockMode.COMPLIANCE and self.changeable_for_days is not None:
            raise refuse_at(
                "changeableForDays",
                self.changeable_for_days,
                f"it makes the lock irrevocable, and mode is {self.mode}; remove it, or write mode: compliance",
            )
        if not self.holds and (unused := sorted(self.model_fields_set - {"mode"})):
            raise refuse_at(
                to_camel(unused[0]),
                getattr(self, unused[0]),
                "mode none makes no lock, so nothing would keep this; remove it, or write mode: governance",
            )
        if self.maximum_days is not None and self.maximum_days < self.minimum_days:
            raise refuse_at("maximumDays", self.maximum_days, f"is below minimumDays = {self.minimum_days}; raise it")
        return self

    @property
    def holds(self) -> bool:
        """Whether there is a lock."""
        return self.mode is not LockMode.NONE


class StoreObjectiveSpec(Spec):
    """How much of a store may be lost, and how fast it must be back."""

    rpo_minutes: int = Field(
        default=1500,
        ge=5,
        le=7 * 24 * 60,
        description="The recovery point objective: minutes of writes that may be lost. 1500 is a daily backup, which "
        "may start an hour late. Below 120, buckets are backed up continuously, and databases by RDS itself.",
    )
    rto_minutes: int = Field(
        default=240,
        ge=5,
        le=7 * 24 * 60,
        description="The recovery time objective: minutes until the store is back, which a drill measures.",
    )
    retention_days: int = Field(default=35, ge=1, le=36_500, description="Days that snapshots are kept.")
    cold_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="File systems only: days until snapshots move to cold storage; never when left out.",
    )
    copied: bool = Field(
        default=True, description="Whether snapshots are copied to the vaults of copyRegion and copyVaultArn."
    )

    @model_validator(mode="after")
    def _cold_is_long(self) -> "StoreObjectiveSpec":
        if self.cold_days is not None and self.retention_days < self.cold_days + _LEAST_COLD_DAYS:
            raise refuse_at(
                "retentionDays",
                self.retention_days,
                f"a recovery point stays in cold storage for {_LEAST_COLD_DAYS} days or more; write "
                f"{self.cold_days + _LEAST_COLD_DAYS} or more, or remove coldDays",
            )
        return self


class StoreBackupSpec(StoreObjectiveSpec):
    """A store with its objectives."""

    kind: StoreKind = Field(description="What the store is: database, bucket, file-system or volume.")

    @model_validator(mode="after")
    def _kind_can(self) -> "StoreBackupSpec":
        if self.cold_days is not None and self.kind is not StoreKind.FILE_SYSTEM:
            raise refuse_at("coldDays", self.cold_days, f"AWS Backup has no cold storage for a {self.kind}; remove it")
        least = LEAST_MINUTES[self.kind]
        if self.rpo_minutes < least:
            raise refuse_at("rpoMinutes", self.rpo_minutes, f"a {self.kind} cannot have less than {least}; raise it")
        return self

    @property
    def continuous(self) -> bool:
        """Whether AWS Backup keeps every change, so that any moment can be restored.

        Never for databases: RDS restores them to any second itself (`backupDays`). AWS Backup would take over the
        instance's own backups, and RDS would then refuse every deployment that names its retention. Source:
        crossplane-contrib/provider-aws, issue 1356.
        """
        return self.kind is StoreKind.BUCKET and self.rpo_minutes < SNAPSHOT_MINUTES

    @property
    def continuous_days(self) -> int:
        """Days back to which any moment can be restored."""
        return min(self.retention_days, CONTINUOUS_DAYS)


class BackupSettingsSpec(Spec):
    """Backups of a platform's stores, without the stores."""

    vault_name: str = Field(
        pattern=VAULT_PATTERN, description="The name of the vault, and what the names of plans and alarms begin with."
    )
    lock: VaultLockSpec = Field(default=VaultLockSpec(), description="The lock of the vault.")
    start_hour: int = Field(
        default=1, ge=0, le=23, description="The hour of the day, in UTC, in which daily backups start."
    )
    copy_region: str | None = Field(
        default=None,
        description="The region that keeps copies, in a vault with its own key. Default: no copies.",
    )
    copy_vault_arn: str | None = Field(
        default=None,
        pattern=_VAULT_ARN,
        description="A vault of another account that keeps copies. Its policy must allow this account to copy into "
        "it. Default: none.",
    )
    copy_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days that copies are kept; as long as the snapshots when left out.",
    )
    restore_test: str | None = Field(
        default=None,
        description="When AWS Backup restores the newest snapshots and deletes the result, as a cron expression with "
        "five fields, once a day at the most. Default: never.",
    )
    emails: EmailAddresses = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Who gets an email when a backup fails, or none succeeds in a day.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the vaults and their keys are protected from deletion."
    )

    @field_validator("vault_name")
    @classmethod
    def _not_of_aws(cls, name: str) -> str:
        if name == "Default":
            raise refuse(name, "AWS Backup makes a vault of this name itself; choose another")
        return name

    @field_validator("copy_vault_arn")
    @classmethod
    def _in_a_region(cls, arn: str | None) -> str | None:
        if arn is not None:
            known_region(arn.split(":")[3])
        return arn

    @field_validator("copy_region")
    @classmethod
    def _a_region(cls, region: str | None) -> str | None:
        return known_region(region) if region is not None else None

    @field_validator("restore_test")
    @classmethod
    def _a_schedule(cls, schedule: str | None) -> str | None:
        if schedule is None:
            return None
        return cron_once_a_day(
            schedule, "each restore test creates every database and bucket anew and keeps it for a day, at full price"
        )

    @property
    def copies(self) -> list[tuple[str, str, str]]:
        """Where copies go: the field, its value, and the region."""
        fields = {"copyRegion": self.copy_region, "copyVaultArn": self.copy_vault_arn}
        return [(field, copy, copy.split(":")[3] if ":" in copy else copy) for field, copy in fields.items() if copy]


class BackupPlansSpec(BackupSettingsSpec):
    """The checked arguments of BackupPlans."""

    stores: dict[StoreName, StoreBackupSpec] = Field(
        min_length=1, description="The stores to back up, by a short name."
    )

    @model_validator(mode="after")
    def _lock_fits(self) -> "BackupPlansSpec":
        if error := refusal([*self._retention_problems(), *self._cold_copy_problems(), *self._copy_problems()]):
            raise error
        return self

    def _copy_problems(self) -> Iterator[Problem]:
        """Settings of copies that nothing makes."""
        if self.copies:
            return
        remedy = "nothing is copied without copyRegion and copyVaultArn; add one, or remove this"
        if self.copy_days is not None:
            yield Problem(("copyDays",), self.copy_days, remedy)
        for name, store in sorted(self.stores.items()):
            if store.copied and "copied" in store.model_fields_set:
                yield Problem(("stores", name, "copied"), True, remedy)

    def _cold_copy_problems(self) -> Iterator[Problem]:
        """Copies move to cold storage as the snapshots do, and AWS Backup refuses copies that leave it too early."""
        for name, store in sorted(self.stores.items()):
            least = (store.cold_days or 0) + _LEAST_COLD_DAYS
            if store.cold_days is not None and store.copied and self.copy_days is not None and self.copy_days < least:
                remedy = (
                    f"copies of {name} move to cold storage after coldDays = {store.cold_days} and stay there for "
                    f"{_LEAST_COLD_DAYS} days or more; write {least} or more, or remove coldDays"
                )
                yield Problem(("copyDays",), self.copy_days, remedy)
                return

    def _retention_problems(self) -> Iterator[Problem]:
        """Retentions that the lock refuses: the jobs would fail."""
        if not self.lock.holds:
            return
        if self.copy_days is not None:
            yield from self._outside(("copyDays",), self.copy_days)
        for name, store in sorted(self.stores.items()):
            kept = {store.retention_days, *([store.continuous_days] if store.continuous else [])}
            for days in sorted(kept):
                yield from self._outside(("stores", name, "retentionDays"), days)

    def _outside(self, at: tuple[str, ...], days: int) -> Iterator[Problem]:
        least, most = self.lock.minimum_days, self.lock.maximum_days
        if days < least:
            yield Problem(at, days, f"the lock keeps recovery points for {least} days or more; raise it to {least}")
        if most is not None and days > most:
            yield Problem(at, days, f"the lock keeps recovery points for {most} days at most; lower it to {most}")
