"""What ClusterState is made from, and what is refused."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import MonitoringNamespace
from ...core.problems import refuse_at
from ...core.regions import known_region
from ...core.spec import Spec, each_once, refuse
from ...data.bucket_policies import free_bucket_name
from ...data.object_store import LONGEST_NAME, REPLICA
from ...facts.names import BUCKET_PATTERN
from .kinds import kind_problem

INTERVALS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours between two backups: each divides a day, so that a cron schedule can express it."""
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_KIND = rf"[a-z][a-z0-9]{{0,62}}(\.{_LABEL})*"
_DURATION_MINUTES = 60
"""A backup may start late, and is written after its objects are read."""


class ClusterStateConfig(TypedDict):
    """Backups of a cluster's objects."""

    bucket: str
    """The name of the bucket, unique in all of AWS."""
    rpo_minutes: NotRequired[int]
    """The recovery point objective: minutes of changes that may be lost."""
    retention_days: NotRequired[int]
    """Days that backups are kept."""
    further_kinds: NotRequired[list[str]]
    """Further kinds of objects in namespaces that are backed up, as plurals with their group."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the bucket and its key are protected from deletion."""
    replica_region: NotRequired[str]
    """The region that keeps a second copy of the backups."""
    read_from: NotRequired[str]
    """A bucket of this region with backups of another cluster, which Velero reads for a restore."""


class ClusterStateArgs(ClusterStateConfig):
    """The arguments of ClusterState."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, which must run the Pod Identity agent."""
    log_bucket: pulumi.Input[str]
    """The bucket that access logs are written to."""


class ClusterStateSettings(Spec):
    """Backups of a cluster's objects."""

    rpo_minutes: int = Field(
        default=420,
        ge=120,
        le=25 * 60,
        description="The recovery point objective: minutes of changes that may be lost. Backups run every 1, 2, 3, 4, "
        "6, 8, 12 or 24 hours, an hour less often than that.",
    )
    retention_days: int = Field(default=30, ge=1, le=365, description="Days that backups are kept.")
    further_kinds: tuple[str, ...] = Field(
        default=(),
        description="Further kinds of objects in namespaces that are backed up, as plurals with their group, such as "
        "widgets.example.com.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )

    read_from: str | None = Field(
        default=None,
        pattern=BUCKET_PATTERN,
        description="A bucket of this region with backups of another cluster, which Velero reads for a restore, such "
        "as the copy that the first region makes. Default: none.",
    )

    @field_validator("further_kinds")
    @classmethod
    def _kinds(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        each_once(kinds, _KIND, "plural of a kind; write one such as widgets.example.com")
        for kind in kinds:
            if problem := kind_problem(kind):
                raise refuse(kind, f"{kind}: {problem}")
        return kinds

    @property
    def interval_hours(self) -> int:
        """The hours between two backups."""
        return max(hours for hours in INTERVALS if hours * 60 + _DURATION_MINUTES <= self.rpo_minutes)

    @property
    def schedule(self) -> str:
        """When backups start, as Kubernetes writes it, in UTC.

        Backups are named after their start. With `read_from` they start at another minute than those of the other
        cluster, because Velero takes a backup of the same name for one that it has.
        """
        minute = 50 if self.read_from else 20
        return (
            f"{minute} 1 * * *" if self.interval_hours == INTERVALS[-1] else f"{minute} */{self.interval_hours} * * *"
        )


class ClusterStateSpec(ClusterStateSettings):
    """The checked arguments of ClusterState."""

    bucket: str = Field(pattern=BUCKET_PATTERN, description="The name of the bucket, unique in all of AWS.")
    deletion_protection: bool = Field(
        default=True, description="Whether the bucket and its key are protected from deletion."
    )
    replica_region: str | None = Field(
        default=None, description="The region that keeps a second copy of the backups. Default: none."
    )

    @field_validator("bucket")
    @classmethod
    def _not_reserved(cls, bucket: str) -> str:
        return free_bucket_name(bucket)

    @field_validator("replica_region")
    @classmethod
    def _a_region(cls, region: str | None) -> str | None:
        return known_region(region) if region is not None else None

    @model_validator(mode="after")
    def _copy_has_a_name(self) -> "ClusterStateSpec":
        longest = LONGEST_NAME - len(REPLICA)
        if self.replica_region and len(self.bucket) > longest:
            remedy = f"the name of the copy adds {REPLICA}; write at most {longest} characters"
            raise refuse_at("bucket", self.bucket, remedy)
        return self

    @model_validator(mode="after")
    def _reads_another(self) -> "ClusterStateSpec":
        if self.read_from == self.bucket:
            raise refuse_at("readFrom", self.read_from, "it is the bucket of these backups; name another, or remove it")
        return self
