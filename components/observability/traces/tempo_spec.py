"""The configuration of Grafana Tempo on the cluster, and its checks."""

from typing import NotRequired, TypedDict

from pydantic import Field, field_validator

from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.pod_sizes import MEMORY_PATTERN, enough_memory, mebibytes
from ...core.spec import Spec
from ...data.bucket_policies import free_bucket_name
from ...facts.names import BUCKET_PATTERN

TEMPO_NAMESPACE = "trace-store"
TEMPO = "tempo"
"""The name of Tempo's objects."""
TEMPO_PODS = {"app.kubernetes.io/name": TEMPO}
TEMPO_HOST = f"{TEMPO}.{TEMPO_NAMESPACE}.svc.cluster.local"
CPU = "250m"
"""The CPU that Tempo requests."""
_LEAST_MEBIBYTES = 1024


class TempoConfig(TypedDict):
    """Grafana Tempo on the cluster, which keeps traces in a bucket."""

    bucket: str
    """The name of the bucket of traces, unique in all of AWS."""
    retention_days: NotRequired[int]
    """Days that traces are kept."""
    memory: NotRequired[str]
    """The memory of Tempo, such as 2Gi."""
    storage_gib: NotRequired[int]
    """The disk of traces that are not yet in the bucket, in GiB."""
    megabytes_per_second: NotRequired[int]
    """Megabytes of spans that Tempo takes in a second. It refuses what is beyond."""
    trace_megabytes: NotRequired[int]
    """The largest trace, in megabytes. Tempo refuses further spans of it."""
    grafana_namespace: NotRequired[str]
    """The namespace of Grafana, whose pods may read traces. A stack derives it from its section metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the bucket is protected from deletion."""


class TempoSpec(Spec):
    """The checked settings of Grafana Tempo."""

    bucket: str = Field(
        pattern=BUCKET_PATTERN, description="The name of the bucket of traces, unique in all of AWS; without dots."
    )
    retention_days: int = Field(default=14, ge=1, le=365, description="Days that traces are kept.")
    memory: str = Field(
        default="2Gi",
        pattern=MEMORY_PATTERN,
        description="The memory of Tempo, such as 2Gi. Newest traces, queries and the merging of blocks share it.",
    )
    storage_gib: int = Field(
        default=20, ge=5, le=1024, description="The disk of traces that are not yet in the bucket, in GiB."
    )
    megabytes_per_second: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Megabytes of spans that Tempo takes in a second. It refuses more, and an alert tells so.",
    )
    trace_megabytes: int = Field(
        default=5,
        ge=1,
        le=50,
        description="The largest trace, in megabytes. Tempo refuses further spans of it, and an alert tells so.",
    )
    grafana_namespace: str | None = Field(
        default=None,
        pattern=NAMESPACE_PATTERN,
        description="The namespace of Grafana, whose pods may read traces. A stack derives it from its section "
        "metrics. Default: nobody may.",
    )
    deletion_protection: bool = Field(default=True, description="Whether the bucket is protected from deletion.")

    @field_validator("bucket")
    @classmethod
    def _not_reserved(cls, bucket: str) -> str:
        return free_bucket_name(bucket)

    @field_validator("memory")
    @classmethod
    def _enough(cls, memory: str) -> str:
        return enough_memory(memory, _LEAST_MEBIBYTES, "Tempo")

    @property
    def mebibytes(self) -> int:
        """The memory of Tempo."""
        return mebibytes(self.memory)
