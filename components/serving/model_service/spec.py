"""The arguments of a model, and their bounds."""

import re
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...cluster.node_pool.schedule import Weekday
from ...cluster.node_pool.sharing import LARGEST_REPLICAS
from ...core.host_names import CLUSTER_HOST_PATTERN
from ...core.ip_range import IpRange
from ...core.namespace_names import NAMESPACE_PATTERN, MonitoringNamespace
from ...core.object_labels import label_problem
from ...core.pod_sizes import CPU_PATTERN, MEMORY_PATTERN
from ...core.problems import refuse_at, refuse_sentence
from ...core.spec import Spec, refuse
from ...core.time_zones import known_time_zone
from ...facts.names import DNS_NAME_PATTERN
from ..serving_platform.cache_spec import NAME_PATTERN as CACHE_GROUP_PATTERN
from ..serving_platform.names import START_SECONDS, Protocol, Runtime
from ..serving_platform.runtimes import model_formats
from .checks import problems

DEFAULT_PROMETHEUS = "http://prometheus-operated.monitoring.svc.cluster.local:9090"
"""The Service that Prometheus's operator makes for a Prometheus in the namespace monitoring."""
DEFAULT_RUNBOOKS = "https://github.com/example/mlplatform/blob/main/docs/runbooks.md"
"""An example. Set the page of your own repository."""
LONGEST_NAME = 63 - len("-canary-predictor")
_FOLDER = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
"""No name of only dots, no wildcard: the model's IAM policy names the folder, where * and ? match other folders."""
FOLDER_PATTERN = rf"^s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/({_FOLDER}/)*{_FOLDER}/?$"
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CIDR = r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$"
_ZONE = r"^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+$"
_DEFAULT_FORMATS = {Runtime.TRITON: "triton", Runtime.HUGGINGFACE: "huggingface"}
_LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$")]


def model_folder(value: object) -> object:
    """`value` if it can be the address of a model's folder; refused otherwise."""
    if isinstance(value, str) and not re.fullmatch(FOLDER_PATTERN, value):
        raise refuse(
            value,
            f"{value!r} is not the address of a folder; write s3://<bucket>/<folder>/ with letters, digits, - _ and . "
            "in each name, and no . at a name's start",
        )
    return value


class GpuSharing(StrEnum):
    """How pods share a GPU, as the node pool's `sharing` says."""

    MPS = "mps"
    TIME_SLICING = "time-slicing"


class GpuShareConfig(TypedDict):
    """A part of a GPU."""

    mode: GpuSharing
    """How the GPU is shared."""
    pods: int
    """How many pods share one GPU, as the node pool's `sharing` says."""


class GpuShareSpec(Spec):
    """A part of a GPU."""

    mode: GpuSharing = Field(description="How the GPU is shared.")
    pods: int = Field(
        ge=2, le=LARGEST_REPLICAS, description="How many pods share one GPU, as the node pool's `sharing` says."
    )


class FloorConfig(TypedDict):
    """Hours in which a model has more replicas than its minimum."""

    name: str
    """The schedule's name."""
    minimum: int
    """The fewest replicas during these hours."""
    start: str
    """The start, HH:MM."""
    end: str
    """The end, HH:MM, later on the same day."""
    days: NotRequired[list[str]]
    """The days; every day by default."""
    time_zone: NotRequired[str]
    """The IANA time zone of the hours; Etc/UTC by default."""


class FloorSpec(Spec):
    """Hours in which a model has more replicas than its minimum."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", description="The schedule's name.")
    minimum: int = Field(ge=1, le=1000, description="The fewest replicas during these hours.")
    start: str = Field(pattern=_CLOCK, description="The start, HH:MM.")
    end: str = Field(pattern=_CLOCK, description="The end, HH:MM, later on the same day.")
    days: tuple[Weekday, ...] = Field(
        default=tuple(Weekday), min_length=1, description="The days; every day by default."
    )
    time_zone: str = Field(default="Etc/UTC", pattern=_ZONE, description="The IANA time zone of the hours.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return known_time_zone(zone)

    @model_validator(mode="after")
    def _days_once(self) -> "FloorSpec":
        if len(set(self.days)) != len(self.days):
            raise refuse_at("days", self.days, "a day is listed twice; list it once")
        return self


class CanaryConfig(TypedDict):
    """A new version of the model that answers a part of the requests."""

    model_uri: str
    """The folder of the new version, as s3://<bucket>/<folder>/."""
    percent: int
    """The percentage of the requests that it answers."""


class CanarySpec(Spec):
    """A new version of the model that answers a part of the requests."""

    model_uri: str = Field(
        pattern=FOLDER_PATTERN, description="The folder of the new version, as s3://<bucket>/<folder>/."
    )
    percent: int = Field(ge=0, le=100, description="The percentage of the requests that it answers.")

    @field_validator("model_uri", mode="before")
    @classmethod
    def _a_folder(cls, uri: object) -> object:
        return model_folder(uri)


class CachedModelConfig(TypedDict):
    """Where a model is kept, so that a replica starts without a download."""

    group: str
    """A group of the platform's modelCache. The model runs on its nodes."""
    size_gib: int
    """The size of the model in GiB."""


class CachedModelSpec(Spec):
    """Where a model is kept, so that a replica starts without a download."""

    group: str = Field(
        pattern=CACHE_GROUP_PATTERN,
        description="A group of the platform's modelCache. The model runs on its nodes.",
    )
    size_gib: int = Field(ge=1, le=16384, description="The size of the model in GiB.")


class LoggedEvents(StrEnum):
    """What KServe sends to the collector of predictions."""

    ALL = "all"
    REQUEST = "request"
    RESPONSE = "response"


class PredictionLogsConfig(TypedDict):
    """The predictions of a model that ModelQuality stores."""

    mode: LoggedEvents
    """Requests, responses, or all."""


class PredictionLogsSpec(Spec):
    """The predictions of a model that ModelQuality stores."""

    mode: LoggedEvents = Field(description="Requests, responses, or all.")


class EgressConfig(TypedDict):
    """Addresses that a model may reach."""

    cidr: str
    """The range of addresses."""
    port: int
    """The TCP port."""


class EgressSpec(Spec):
    """Addresses that a model may reach."""

    cidr: IpRange = Field(json_schema_extra={"pattern": _CIDR}, description="The range of addresses.")
    port: int = Field(ge=1, le=65535, description="The TCP port.")


class ModelConfig(TypedDict):
    """A model: its folder, its model server, its resources and its number of replicas."""

    name: str
    """The model's name."""
    namespace: str
    """One of the serving platform's modelNamespaces."""
    host: NotRequired[str]
    """Another host name, one label below the domain."""
    model_uri: str
    """The folder of the model, as s3://<bucket>/<folder>/."""
    runtime: Runtime
    """The model server."""
    model_format: NotRequired[str]
    """The model's format. triton and huggingface have a default; mlserver has none."""
    gpus: NotRequired[int]
    """The whole GPUs of each replica."""
    gpu_share: NotRequired[GpuShareConfig]
    """A part of a GPU for each replica, instead of gpus."""
    cpu: str
    """The CPUs of each replica, such as 2 or 500m: request and limit."""
    memory: str
    """The memory of each replica, such as 8Gi: request and limit."""
    storage_gib: NotRequired[int]
    """The disk of each replica in GiB. The model must fit."""
    minimum: int
    """The fewest replicas: 0 with scaleToZero, otherwise 1 or more."""
    maximum: int
    """The most replicas."""
    target_concurrency: int
    """The requests in progress that each replica should have."""
    scale_to_zero: NotRequired[bool]
    """Run no replicas while there are no requests. The platform must have Knative."""
    protocol: NotRequired[Protocol]
    """Required with scaleToZero, and only then. Without it the model answers both."""
    schedules: NotRequired[list[FloorConfig]]
    """Hours with more replicas than minimum."""
    canary: NotRequired[CanaryConfig]
    """A new version of the model that answers a part of the requests."""
    cache: NotRequired[CachedModelConfig]
    """Keep the model on the disks of nodes; by default each replica downloads it."""
    prediction_logs: NotRequired[PredictionLogsConfig]
    """Send REST requests and responses to the collector of ModelQuality. Default: none."""
    trace_collector: NotRequired[str]
    """The host of an OpenTelemetry collector in the cluster that gets the model's spans."""
    timeout_seconds: NotRequired[int]
    """The timeout of a request in seconds."""
    startup_minutes: NotRequired[int]
    """The minutes that a replica may take to start."""
    egress: NotRequired[list[EgressConfig]]
    """What the model may reach besides AWS, such as a cache."""
    labels: NotRequired[dict[str, str]]
    """Further labels of each object."""
    prometheus_url: NotRequired[str]
    """The Prometheus that counts the requests in progress."""
    monitoring: NotRequired[bool]
    """Scrape the model and alert. The cluster must have Prometheus's operator."""
    latency_milliseconds: NotRequired[int]
    """Alert if one request in a hundred takes longer than this many milliseconds."""
    error_percent: NotRequired[int]
    """Alert if more than this percentage of requests fails."""
    runbook_url: NotRequired[str]
    """The page of the runbooks, to which each alert links."""


class ModelServiceConfig(ModelConfig):
    """A model, its domain and its monitoring."""

    domain: str
    """The serving platform's domain; the model answers at <name>.<domain>."""
    monitoring_namespace: NotRequired[str]
    """The namespace of Prometheus, whose pods may read metrics."""


class ModelServiceArgs(ModelServiceConfig):
    """The arguments of a ModelService: its config, the cluster and the key of the models' bucket."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, whose serving platform must be ready."""
    models_key_arn: pulumi.Input[str]
    """The key that the models' bucket is encrypted with."""
    policies: NotRequired[dict[str, pulumi.Input[str]]]
    """Further IAM policy documents of its identity by a short name, as JSON, such as a cache's."""


class ModelServiceSpec(Spec):
    """The checked arguments of a ModelService, and the values of its chart."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
        max_length=LONGEST_NAME,
        description="The model's name.",
    )
    namespace: str = Field(pattern=NAMESPACE_PATTERN, description="One of the serving platform's modelNamespaces.")
    domain: str = Field(
        pattern=DNS_NAME_PATTERN,
        max_length=190,
        description="The serving platform's domain; the model answers at <name>.<domain>.",
    )
    host: str | None = Field(
        default=None, pattern=DNS_NAME_PATTERN, description="Another host name, one label below the domain."
    )
    model_uri: str = Field(pattern=FOLDER_PATTERN, description="The folder of the model, as s3://<bucket>/<folder>/.")
    runtime: Runtime = Field(description="The model server.")
    model_format: str | None = Field(
        default=None, description="The model's format. triton and huggingface have a default; mlserver has none."
    )
    gpus: int = Field(default=0, ge=0, le=8, description="The whole GPUs of each replica.")
    gpu_share: GpuShareSpec | None = Field(
        default=None, description="A part of a GPU for each replica, instead of gpus."
    )
    cpu: str = Field(
        pattern=CPU_PATTERN,
        description="The CPUs of each replica, such as 2 or 500m: request and limit.",
    )
    memory: str = Field(
        pattern=MEMORY_PATTERN,
        description="The memory of each replica, such as 8Gi: request and limit.",
    )
    storage_gib: int = Field(
        default=20, ge=1, le=1000, description="The disk of each replica in GiB. The model must fit."
    )
    minimum: int = Field(ge=0, le=1000, description="The fewest replicas: 0 with scaleToZero, otherwise 1 or more.")
    maximum: int = Field(ge=1, le=1000, description="The most replicas.")
    target_concurrency: int = Field(
        ge=1, le=10000, description="The requests in progress that each replica should have."
    )
    scale_to_zero: bool = Field(
        default=False,
        description="Run no replicas while there are no requests. The platform must have Knative.",
    )
    protocol: Protocol | None = Field(
        default=None, description="Required with scaleToZero, and only then. Without it the model answers both."
    )
    schedules: tuple[FloorSpec, ...] = Field(default=(), description="Hours with more replicas than minimum.")
    canary: CanarySpec | None = Field(
        default=None, description="A new version of the model that answers a part of the requests."
    )
    cache: CachedModelSpec | None = Field(
        default=None,
        description="Keep the model on the disks of nodes; by default each replica downloads it.",
    )
    prediction_logs: PredictionLogsSpec | None = Field(
        default=None,
        description="Send REST requests and responses to the collector of ModelQuality. Default: none.",
    )
    trace_collector: str | None = Field(
        default=None,
        pattern=CLUSTER_HOST_PATTERN,
        description="The host of an OpenTelemetry collector in the cluster that gets the model's spans. Default: none "
        "are sent.",
    )
    timeout_seconds: int = Field(default=60, ge=1, le=3600, description="The timeout of a request in seconds.")
    startup_minutes: int = Field(
        default=START_SECONDS // 60, ge=1, le=180, description="The minutes that a replica may take to start."
    )
    egress: tuple[EgressSpec, ...] = Field(
        default=(), description="What the model may reach besides AWS, such as a cache."
    )
    labels: dict[str, _LabelValue] = Field(default_factory=dict, description="Further labels of each object.")
    prometheus_url: str = Field(
        default=DEFAULT_PROMETHEUS,
        pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?$",
        description="The Prometheus that counts the requests in progress.",
    )
    monitoring: bool = Field(
        default=False,
        description="Scrape the model and alert. The cluster must have Prometheus's operator.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace of Prometheus, whose pods may read metrics.",
    )
    latency_milliseconds: int = Field(
        default=1000,
        ge=1,
        le=3_600_000,
        description="Alert if one request in a hundred takes longer than this many milliseconds.",
    )
    error_percent: int = Field(
        default=5, ge=1, le=100, description="Alert if more than this percentage of requests fails."
    )
    runbook_url: str = Field(
        default=DEFAULT_RUNBOOKS,
        pattern=r"^https://[A-Za-z0-9./_-]+$",
        description="The page of the runbooks, to which each alert links.",
    )

    @field_validator("model_uri", mode="before")
    @classmethod
    def _a_folder(cls, uri: object) -> object:
        return model_folder(uri)

    @field_validator("labels")
    @classmethod
    def _label_keys(cls, labels: dict[str, str]) -> dict[str, str]:
        for key, value in labels.items():
            if problem := label_problem(key, value):
                raise refuse(key, problem)
        return labels

    @model_validator(mode="after")
    def _consistent(self) -> "ModelServiceSpec":
        for problem in problems(self):
            raise refuse_sentence(problem)
        return self

    @property
    def address(self) -> str:
        """The host name that the model answers at."""
        return self.host or f"{self.name}.{self.domain}"

    @property
    def uses_gpu(self) -> bool:
        """Whether a replica has a GPU or a part of one."""
        return bool(self.gpus or self.gpu_share)

    @property
    def known_formats(self) -> tuple[str, ...]:
        """The formats that the model server loads."""
        return model_formats(self.runtime)

    @property
    def loaded_format(self) -> str | None:
        """The model's format; None if the model names none and its runtime has no default."""
        return self.model_format or _DEFAULT_FORMATS.get(self.runtime)

    @property
    def served_protocol(self) -> Protocol:
        """The protocol of a model that scales to zero."""
        return self.protocol or Protocol.REST

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the model and of its canary."""
        return (self.model_uri, *((self.canary.model_uri,) if self.canary else ()))
