"""When stores are backed up, so that no more is lost than their objective allows."""

from enum import StrEnum

from ...facts.schedule_expression import schedule_expression

CONTINUOUS_DAYS = 35
"""The longest that AWS Backup keeps a continuous backup. Source: AWS Backup developer guide, "Continuous backups"."""
START_MINUTES = 60
"""The shortest time in which AWS Backup must start a job. Source: AWS Backup API reference, StartWindowMinutes."""
COMPLETION_MINUTES = 24 * 60
SNAPSHOT_MINUTES = 120
"""The smallest objective that snapshots alone meet: each hour, and an hour in which the job may start."""


class StoreKind(StrEnum):
    """What a store is."""

    DATABASE = "database"
    """An instance of RDS."""
    BUCKET = "bucket"
    """A bucket of S3, with versioning."""
    FILE_SYSTEM = "file-system"
    """A file system of EFS."""
    VOLUME = "volume"
    """A volume of EBS."""


RESOURCE_TYPES = {
    StoreKind.DATABASE: "RDS",
    StoreKind.BUCKET: "S3",
    StoreKind.FILE_SYSTEM: "EFS",
    StoreKind.VOLUME: "EBS",
}
"""What AWS Backup calls a kind. Source: AWS Backup API reference, GetSupportedResourceTypes."""

LEAST_MINUTES = {
    StoreKind.DATABASE: 5,
    StoreKind.BUCKET: 15,
    StoreKind.FILE_SYSTEM: SNAPSHOT_MINUTES,
    StoreKind.VOLUME: SNAPSHOT_MINUTES,
}
"""The smallest objective of a kind.

Sources: RDS user guide, "Restoring a DB instance to a specified time"; AWS Backup developer guide, "Amazon S3 backups",
for continuous ones.
"""


def snapshot_hours(kind: StoreKind, rpo_minutes: int) -> int:
    """Hours from one snapshot to the next: a divisor of a day.

    A store that is backed up continuously has a snapshot a day beside, which is kept longer and can be copied.
    """
    if rpo_minutes < SNAPSHOT_MINUTES and LEAST_MINUTES[kind] < SNAPSHOT_MINUTES:
        return 24
    return max(hours for hours in (1, 2, 3, 4, 6, 8, 12, 24) if hours * 60 + START_MINUTES <= max(rpo_minutes, 120))


def snapshot_schedule(hours: int, start_hour: int) -> str:
    """The expression of AWS Backup for a job every `hours` hours, one of them at `start_hour`."""
    times = sorted((start_hour + turn * hours) % 24 for turn in range(24 // hours))
    return schedule_expression(f"0 {','.join(map(str, times))} * * *")
