"""What a stack exports that a restore needs: the file that `pulumi stack output --json` prints."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from ..outputs import WRITE, Arn, Outputs, Region, read_outputs
from ..settings import SettingsError, fault, parse


class Kind(StrEnum):
    """What a store is."""

    DATABASE = "database"
    BUCKET = "bucket"


class Store(Outputs):
    """A store with its objectives."""

    kind: str = Field(description="What the store is.")
    rpo_minutes: int = Field(description="Minutes of writes that may be lost.")
    rto_minutes: int = Field(description="Minutes until it must be back.")


class Platform(Outputs):
    """The outputs of a stack with the section `recovery`."""

    region: Region = Field(description="The stack's region.")
    backup_vault: str = Field(description="The vault of its backups.")
    restore_role_arn: Arn = Field(description="The role that AWS Backup restores with.")
    backup_stores: dict[str, Store] = Field(description="The stores with their objectives, by name.")
    backup_store_arns: dict[str, Arn] = Field(description="Their ARNs, by name.")
    database_subnet_group: str = Field(description="The RDS subnet group of databases.")
    cluster_state_schedule: str = Field(default="", description="Velero's schedule; empty without one.")
    database_security_group_id: str = Field(description="The security group of databases.")


def read_platform(path: Path) -> Platform:
    """The outputs in a file.

    Raises:
        SettingsError: the file cannot be read, or the stack has no section `recovery`.
    """
    outputs = read_outputs(path)
    if not outputs.get("backupVault"):
        raise SettingsError(str(path), ["backupVault is missing: the stack has no section recovery; add it, deploy it"])
    platform = parse(Platform, outputs, str(path))
    if lacking := sorted(set(platform.backup_stores) - set(platform.backup_store_arns)):
        remedy = f"it has no ARN of {', '.join(lacking)}, which backupStores names; {WRITE}"
        raise SettingsError(str(path), [fault("backupStoreArns", sorted(platform.backup_store_arns), remedy)])
    return platform
