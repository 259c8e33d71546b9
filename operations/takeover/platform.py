"""What a stack exports that a takeover needs."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from ..outputs import Outputs, Region, read_outputs
from ..settings import SettingsError, matching, parse

DatabaseName = Annotated[
    str, matching(r"[a-z][a-z0-9_]{0,47}", "it is not a database name; use small letters, digits and underscores")
]


class TakeoverPlatform(Outputs):
    """The outputs of a stack with a starter and the platform beside it."""

    region: Region = Field(description="The stack's region.")
    database_address: str = Field(description="The host of the platform's PostgreSQL.")
    starter_backup_bucket: str = Field(description="The bucket with the starter's backups.")
    starter_databases: list[DatabaseName] = Field(description="The starter's databases.")
    raw_bucket: str = Field(description="The bucket of raw data.")
    training_bucket: str = Field(description="The bucket of training data.")
    models_bucket: str = Field(description="The bucket of models.")
    offline_bucket: str = Field(description="The bucket of offline features.")

    @property
    def buckets(self) -> dict[str, str]:
        """The buckets that the platform has taken over, by what is in them."""
        return {
            "raw": self.raw_bucket,
            "training": self.training_bucket,
            "models": self.models_bucket,
            "offline": self.offline_bucket,
        }


def read_takeover_platform(path: Path) -> TakeoverPlatform:
    """The outputs in a file.

    Raises:
        SettingsError: the file cannot be read, or the stack lacks the starter or the platform beside it.
    """
    outputs = read_outputs(path)
    for name, section in (("starterBackupBucket", "starter"), ("databaseAddress", "featureStore")):
        if not outputs.get(name):
            raise SettingsError(
                str(path), [f"{name} is missing: the stack has no section {section}; add it, deploy it"]
            )
    return parse(TakeoverPlatform, outputs, str(path))
