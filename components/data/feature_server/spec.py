"""What a feature server is made from, and what is refused."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.cron import cron_schedule, too_frequent
from ...core.host_names import CLUSTER_HOST_PATTERN
from ...core.image_names import versioned_image
from ...core.namespace_names import ClientNamespaces, MonitoringNamespace
from ...core.pod_sizes import CPU_PATTERN, MEMORY_PATTERN, enough_cpu, enough_memory, mebibytes
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse

VIEW_PATTERN = r"[A-Za-z_][A-Za-z0-9_]*"
VIEW_REMEDY = "name of a feature view; use letters, digits and underscores"
_WORKER_MEBIBYTES = 250
"""What a process of the server takes before it answers."""
_RUN_MEBIBYTES = 512
_LEAST_MINUTES = 5
_RUN_COSTS = "each starts a pod, and Athena charges 5 USD a TB for what it scans of each feature view"


class MaterializationConfig(TypedDict):
    """When offline features are copied to the online store, and with what."""

    schedule: NotRequired[str]
    """When it begins, as the five places of cron, in UTC."""
    deadline_minutes: NotRequired[int]
    """How long a run may take before it is ended."""
    cpu: NotRequired[str]
    """The CPU of a run, such as 2 or 500m."""
    memory: NotRequired[str]
    """The memory of a run, such as 8Gi; what one feature view exports must fit."""
    views: NotRequired[list[str]]
    """The feature views that are copied; all when left out."""


class MaterializationSpec(Spec):
    """When offline features are copied to the online store, and with what."""

    schedule: str = Field(
        default="15 * * * *", description="When it begins, as the five places of cron, in UTC; one run at a time."
    )
    deadline_minutes: int = Field(
        default=55, ge=1, le=1440, description="How long a run may take before it is ended; the next one goes on."
    )
    cpu: str = Field(default="1", pattern=CPU_PATTERN, description="The CPU of a run, such as 2 or 500m.")
    memory: str = Field(
        default="4Gi",
        pattern=MEMORY_PATTERN,
        description="The memory of a run, such as 8Gi; what one feature view exports must fit.",
    )
    views: tuple[str, ...] = Field(
        default=(), description="The feature views that are copied; all when left out, as they are applied."
    )

    @field_validator("schedule")
    @classmethod
    def _five_places(cls, schedule: str) -> str:
        if problem := too_frequent(cron_schedule(schedule), _LEAST_MINUTES, _RUN_COSTS):
            raise refuse(schedule, problem)
        return schedule

    @field_validator("cpu")
    @classmethod
    def _enough_cpu(cls, cpu: str) -> str:
        return enough_cpu(cpu, "a run")

    @field_validator("memory")
    @classmethod
    def _enough_memory(cls, memory: str) -> str:
        return enough_memory(memory, _RUN_MEBIBYTES, "a run")

    @field_validator("views")
    @classmethod
    def _views(cls, views: tuple[str, ...]) -> tuple[str, ...]:
        for view in views:
            if not re.fullmatch(VIEW_PATTERN, view):
                raise refuse(view, f"{view!r} is not a valid {VIEW_REMEDY}")
        return views


class FeatureServerConfig(TypedDict):
    """A feature server, as a stack's config describes it."""

    project: str
    """The Feast project that it serves."""
    client_namespaces: list[str]
    """The namespaces whose pods may ask it; no other may."""
    minimum: NotRequired[int]
    """The fewest servers."""
    maximum: NotRequired[int]
    """The most servers."""
    cpu: NotRequired[str]
    """The CPU of a server, such as 1 or 500m."""
    memory: NotRequired[str]
    """The memory of a server, such as 2Gi."""
    workers: NotRequired[int]
    """Processes of a server that answer side by side."""
    keep_days: NotRequired[int]
    """Days after which features that weren't written again are forgotten; never when left out."""
    materialization: NotRequired[MaterializationConfig]
    """When offline features are copied to the online store, and with what."""
    scan_limit_gib: NotRequired[int]
    """The most that one of its queries may scan, in GiB."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    instrumentation_image: NotRequired[str]
    """An image with OpenTelemetry's packages for Python in /autoinstrumentation: servers send spans."""
    trace_collector: NotRequired[str]
    """The host of the OpenTelemetry collector that gets the spans, by HTTP at port 4318."""


class FeatureServerArgs(FeatureServerConfig):
    """The arguments of a FeatureServer: its config, its cluster and its stores."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    store_cidrs: pulumi.Input[list[str]]
    """The ranges of the subnets of the database and the online store."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore that answers ExternalSecrets of the namespace feast."""
    secret_prefix: pulumi.Input[str]
    """What the names of the secrets begin with: <prefix>/database/feast and <prefix>/online-store/feast are read."""
    database_address: pulumi.Input[str]
    """The host of PostgreSQL, in which the registry is the database feast."""
    online_endpoint: pulumi.Input[str]
    """The configuration endpoint of the online store."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features; the results of queries go there, too."""
    catalog_database: pulumi.Input[str]
    """The Glue database over the offline store."""
    data_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the bucket."""
    client_namespaces_ready: NotRequired[pulumi.Input[str]]
    """What waits until the client namespaces exist, where the same program makes them."""


class FeatureServerSpec(Spec):
    """A feature server."""

    project: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,62}$", description="The Feast project that it serves; teams apply to it."
    )
    client_namespaces: ClientNamespaces = Field(
        min_length=1,
        description="The namespaces whose pods may call the servers. Other namespaces cannot, because Feast does not "
        "authenticate clients.",
    )
    minimum: int = Field(default=2, ge=1, le=200, description="The fewest servers.")
    maximum: int = Field(default=6, ge=1, le=200, description="The most servers; as many as the minimum: no scaling.")
    cpu: str = Field(default="1", pattern=CPU_PATTERN, description="The CPU of a server, such as 1 or 500m.")
    memory: str = Field(default="2Gi", pattern=MEMORY_PATTERN, description="The memory of a server, such as 2Gi.")
    workers: int = Field(
        default=2, ge=1, le=32, description="Processes of a server that answer side by side, some 250 MiB each."
    )
    keep_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="Days after which features that weren't written again are forgotten; never when left out.",
    )
    materialization: MaterializationSpec = Field(
        default=MaterializationSpec(),
        description="The runs that copy offline features to the online store.",
    )
    scan_limit_gib: int = Field(
        default=256,
        ge=1,
        le=1_000_000,
        description="The most that one of its queries may scan, in GiB; Athena charges 5 USD a TB.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace whose pods may read metrics.",
    )
    instrumentation_image: str | None = Field(
        default=None,
        description="An image with OpenTelemetry's packages for Python in /autoinstrumentation, with a digest or a "
        "version as tag: servers send spans. Default: they send none.",
    )
    trace_collector: str | None = Field(
        default=None,
        pattern=CLUSTER_HOST_PATTERN,
        description="The host of the OpenTelemetry collector that gets the spans, by HTTP at port 4318. A stack "
        "derives it from its section traces.",
    )

    @field_validator("instrumentation_image")
    @classmethod
    def _has_a_version(cls, image: str | None) -> str | None:
        return image if image is None else versioned_image(image)

    @field_validator("cpu")
    @classmethod
    def _enough_cpu(cls, cpu: str) -> str:
        return enough_cpu(cpu, "a server")

    @model_validator(mode="after")
    def _bounds(self) -> "FeatureServerSpec":
        least = self.workers * _WORKER_MEBIBYTES
        if mebibytes(self.memory) < least:
            remedy = f"workers = {self.workers} need {least}Mi or more; raise it, or lower workers"
            raise refuse_at("memory", self.memory, remedy)
        if self.maximum < self.minimum:
            raise refuse_at("maximum", self.maximum, f"must be at least minimum = {self.minimum}")
        return self
