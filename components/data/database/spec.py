"""The arguments of a Database, and what is refused."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.log_retention import LogRetentionDays
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...core.windows import DAILY_PATTERN, WEEKLY_PATTERN, at_least, overlap
from ...facts.rds_instance_classes import instance_classes, is_instance_class
from ...facts.versions import PostgresVersion


class InstanceConfig(TypedDict):
    """An instance of RDS, whatever its engine."""

    identifier: str
    """The instance's name, unique in its account and region."""
    instance_class: NotRequired[str]
    """The RDS instance class."""
    storage_gib: NotRequired[int]
    """Storage at the start, in GiB."""
    maximum_storage_gib: NotRequired[int]
    """What storage may grow to by itself, in GiB."""
    multi_az: NotRequired[bool]
    """Whether a standby in another zone takes over."""
    backup_days: NotRequired[int]
    """Days back to which any moment can be restored."""
    backup_window: NotRequired[str]
    """When backups start, as hh:mm-hh:mm UTC."""
    maintenance_window: NotRequired[str]
    """When AWS may patch, as ddd:hh:mm-ddd:hh:mm UTC."""
    apply_immediately: NotRequired[bool]
    """Whether changes apply when they are deployed, not in the maintenance window. A new major version needs it."""
    log_retention_days: NotRequired[int]
    """Days that its logs are kept."""
    deletion_protection: NotRequired[bool]
    """Whether RDS refuses to delete it."""


class DatabaseConfig(InstanceConfig):
    """A PostgreSQL database, as a stack's config describes it."""

    version: NotRequired[PostgresVersion]
    """The major version of PostgreSQL."""


class DatabaseArgs(DatabaseConfig):
    """The arguments of a Database: its config and its network."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[list[str]]
    """Isolated subnets of at least two zones."""
    client_security_group_id: pulumi.Input[str]
    """The security group of those who connect."""


class MySqlDatabaseArgs(InstanceConfig):
    """The arguments of a MySqlDatabase: its config and its network."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[list[str]]
    """Isolated subnets of at least two zones."""
    client_security_group_id: pulumi.Input[str]
    """The security group of those who connect."""


class InstanceSpec(Spec):
    """An instance of RDS, whatever its engine."""

    identifier: str = Field(
        pattern=r"^[a-z](-?[a-z0-9]){0,62}$", description="The instance's name, unique in its account and region."
    )
    instance_class: str = Field(
        default="db.m7g.large",
        pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$",
        description="The RDS instance class; Graviton is the cheaper one.",
    )
    storage_gib: int = Field(default=100, ge=20, le=65536, description="Storage at the start, in GiB.")
    maximum_storage_gib: int = Field(
        default=500, ge=20, le=65536, description="What storage may grow to by itself, in GiB; it never shrinks."
    )
    multi_az: bool = Field(default=True, description="Whether a standby in another zone takes over within minutes.")
    backup_days: int = Field(
        default=14, ge=1, le=35, description="Days back to which any moment can be restored; 35 is RDS's limit."
    )
    backup_window: str = Field(
        default="03:00-04:00", pattern=DAILY_PATTERN, description="When backups start, in UTC; half an hour or more."
    )
    maintenance_window: str = Field(
        default="sun:04:30-sun:05:30",
        pattern=WEEKLY_PATTERN,
        description="When AWS may patch, in UTC; half an hour or more, apart from the backup.",
    )
    apply_immediately: bool = Field(
        default=True,
        description="Whether changes apply when they are deployed, not in the maintenance window. A new major version "
        "needs it: the old parameter group cannot be deleted while the upgrade waits.",
    )
    log_retention_days: LogRetentionDays = Field(default=90, description="Days that its logs are kept in CloudWatch.")
    deletion_protection: bool = Field(default=True, description="Whether RDS refuses to delete it.")

    @field_validator("instance_class")
    @classmethod
    def _known_class(cls, name: str) -> str:
        if not is_instance_class(name):
            raise refuse(name, f"{name} is not an RDS instance class", instance_classes(), "db.m7g.large")
        return name

    @field_validator("backup_window", "maintenance_window")
    @classmethod
    def _half_an_hour_long(cls, window: str) -> str:
        # RDS user guide, "Backup window" and "The Amazon RDS maintenance window".
        return at_least(window, 30, "half an hour")

    @model_validator(mode="after")
    def _consistent(self) -> "InstanceSpec":
        # Checked here and not by field: the value that is left out is a default, and no field validator sees it.
        if self.maximum_storage_gib * 10 < self.storage_gib * 11:
            # RDS user guide, "Managing capacity automatically with storage autoscaling".
            raise refuse_at(
                "maximumStorageGib",
                self.maximum_storage_gib,
                f"must be at least 10% above storageGib = {self.storage_gib}; raise it to "
                f"{-(-self.storage_gib * 11 // 10)}",
            )
        if overlap(self.backup_window, self.maintenance_window):
            raise refuse_at(
                "backupWindow",
                self.backup_window,
                f"it overlaps maintenanceWindow = {self.maintenance_window!r}, which RDS refuses; move one of them",
            )
        return self


class DatabaseSpec(InstanceSpec):
    """A PostgreSQL database."""

    version: PostgresVersion = Field(
        default=PostgresVersion.V17, description="The major version of PostgreSQL, in quotes."
    )

    @field_validator("version", mode="before")
    @classmethod
    def _as_text(cls, version: object) -> object:
        if isinstance(version, int | float):
            raise refuse(version, f'a version is text; put it in quotes: "{version:g}"')
        return version
