"""What a model is asked for, and what is refused."""

import re
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...cluster.node_pool.schedule import Weekday, known_time_zone
from ...cluster.node_pool.sharing import LARGEST_REPLICAS
from ...core.ip_range import IpRange
from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.object_labels import label_problem
from ...core.spec import Spec, refuse
from ..serving_platform.cache_spec import NAME_PATTERN as CACHE_GROUP_PATTERN
from ..serving_platform.names import START_SECONDS, Protocol, Runtime
from ..serving_platform.runtimes import model_formats
from ..serving_platform.spec import DOMAIN_PATTERN
from .checks import problems

DEFAULT_PROMETHEUS = "http://prometheus-operated.monitoring.svc.cluster.local:9090"
"""The Service that Prometheus's operator makes for a Prometheus in the namespace monitoring."""
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
    """`value`, when it can be the address of a model's folder; refused otherwise."""
    if isinstance(value, str) and not re.fullmatch(FOLDER_PATTERN, value):
        raise refuse(
            value,
            f"{value!r} is not the address of a folder; write s3://<bucket>/<folder>/ with letters, digits, - _ and . "
            "in each name, and no . at a name's start",
        )
    return value


class GpuSharing(StrEnum):
    """How the pods of a GPU share it, as its node's pool says."""

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
    """Hours in which a model has a higher floor."""

    name: str
    """The schedule's name."""
    minimum: int
    """The fewest replicas in these hours."""
    start: str
    """When the floor rises, HH:MM."""
    end: str
    """When it falls back, HH:MM, later on the same day."""
    days: NotRequired[list[str]]
    """The days; every day by default."""
    time_zone: NotRequired[str]
    """The IANA time zone of the hours; Etc/UTC by default."""


class FloorSpec(Spec):
    """Hours in which a model has a higher floor."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", description="The schedule's name.")
    minimum: int = Field(ge=1, le=1000, description="The fewest replicas in these hours.")
    start: str = Field(pattern=_CLOCK, description="When the floor rises, HH:MM.")
    end: str = Field(pattern=_CLOCK, description="When it falls back, HH:MM, later on the same day.")
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
            raise refuse(self.days, f"days of schedule {self.name} names a day twice; name each once")
        return self


class CanaryConfig(TypedDict):
    """A model on trial beside the one that serves."""

    model_uri: str
    """Where the model on trial is, as s3://<bucket>/<folder>/."""
    percent: int
    """The part of the requests that it answers."""


class CanarySpec(Spec):
    """A model on trial beside the one that serves."""

    model_uri: str = Field(
        pattern=FOLDER_PATTERN, description="Where the model on trial is, as s3://<bucket>/<folder>/."
    )
    percent: int = Field(ge=0, le=100, description="The part of the requests that it answers.")

    @field_validator("model_uri", mode="before")
    @classmethod
    def _a_folder(cls, uri: object) -> object:
        return model_folder(uri)


class CachedModelConfig(TypedDict):
    """Where a model is kept, so that a replica starts without downloading it."""

    group: str
    """The group of the platform's modelCache on whose nodes the model is kept, and runs."""
    size_gib: int
    """How large the model is, in GiB."""


class CachedModelSpec(Spec):
    """Where a model is kept, so that a replica starts without downloading it."""

    group: str = Field(
        pattern=CACHE_GROUP_PATTERN,
        description="The group of the platform's modelCache on whose nodes the model is kept, and runs.",
    )
    size_gib: int = Field(ge=1, le=16384, description="How large the model is, in GiB.")


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
    """A model: where it is, what serves it, on what, and how much of it there may be."""

    name: str
    """The model's name, by which callers know it."""
    namespace: str
    """One of the serving platform's namespaces for models."""
    host: NotRequired[str]
    """Another name below the domain to answer at."""
    model_uri: str
    """The folder of the model, as s3://<bucket>/<folder>/."""
    runtime: Runtime
    """The model server."""
    model_format: NotRequired[str]
    """The model's format; the runtime's own by default, which mlserver has not."""
    gpus: NotRequired[int]
    """Whole GPUs of each replica."""
    gpu_share: NotRequired[GpuShareConfig]
    """A part of a GPU for each replica, in place of whole ones."""
    cpu: str
    """CPUs of each replica, such as 2 or 500m; its request and its limit."""
    memory: str
    """Memory of each replica, such as 8Gi; its request and its limit."""
    storage_gib: NotRequired[int]
    """Disk of each replica in GiB, in which the model must fit."""
    minimum: int
    """The fewest replicas; 0 with scaleToZero."""
    maximum: int
    """The most replicas."""
    target_concurrency: int
    """Requests under way at once that each replica should have."""
    scale_to_zero: NotRequired[bool]
    """Whether it has no replica while nobody asks it, on a platform that can; the first then waits for one."""
    protocol: NotRequired[Protocol]
    """What a model that scales to zero answers, REST or gRPC; the others answer both."""
    schedules: NotRequired[list[FloorConfig]]
    """Hours in which the floor is higher."""
    canary: NotRequired[CanaryConfig]
    """A model on trial that answers a part of the requests."""
    cache: NotRequired[CachedModelConfig]
    """Where the model is kept, and the one on trial; each replica downloads it by default."""
    timeout_seconds: NotRequired[int]
    """Seconds after which a request is given up."""
    startup_minutes: NotRequired[int]
    """Minutes that a replica may take until it is ready."""
    egress: NotRequired[list[EgressConfig]]
    """Addresses that the model may reach beside AWS's APIs, such as a cache."""
    labels: NotRequired[dict[str, str]]
    """Further labels of each object."""
    prometheus_url: NotRequired[str]
    """Where the autoscaler asks how many requests are under way."""
    monitoring: NotRequired[bool]
    """Whether Prometheus's operator is installed and shall scrape the model and watch it."""
    latency_milliseconds: NotRequired[int]
    """The latency of the slowest hundredth of requests that is worth an alert."""
    error_percent: NotRequired[int]
    """The part of failed requests that is worth an alert."""


class ModelServiceConfig(ModelConfig):
    """A model, the domain that it answers in, and who watches it."""

    domain: str
    """The serving platform's domain; the model answers at <name>.<domain>."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class ModelServiceArgs(ModelServiceConfig):
    """What a ModelService is made from: its config, the cluster, and the key of the models."""

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
        description="The model's name, by which callers know it.",
    )
    namespace: str = Field(
        pattern=NAMESPACE_PATTERN, description="One of the serving platform's namespaces for models."
    )
    domain: str = Field(
        pattern=DOMAIN_PATTERN,
        max_length=190,
        description="The serving platform's domain; the model answers at <name>.<domain>.",
    )
    host: str | None = Field(
        default=None, pattern=DOMAIN_PATTERN, description="Another name below the domain to answer at."
    )
    model_uri: str = Field(pattern=FOLDER_PATTERN, description="The folder of the model, as s3://<bucket>/<folder>/.")
    runtime: Runtime = Field(description="The model server.")
    model_format: str | None = Field(
        default=None, description="The model's format; the runtime's own by default, which mlserver has not."
    )
    gpus: int = Field(default=0, ge=0, le=8, description="Whole GPUs of each replica.")
    gpu_share: GpuShareSpec | None = Field(
        default=None, description="A part of a GPU for each replica, in place of whole ones."
    )
    cpu: str = Field(
        pattern=r"^[1-9][0-9]*m?$",
        description="CPUs of each replica, such as 2 or 500m; its request and its limit.",
    )
    memory: str = Field(
        pattern=r"^[1-9][0-9]*(Mi|Gi)$",
        description="Memory of each replica, such as 8Gi; its request and its limit.",
    )
    storage_gib: int = Field(
        default=20, ge=1, le=1000, description="Disk of each replica in GiB, in which the model must fit."
    )
    minimum: int = Field(ge=0, le=1000, description="The fewest replicas; 0 with scaleToZero.")
    maximum: int = Field(ge=1, le=1000, description="The most replicas.")
    target_concurrency: int = Field(
        ge=1, le=10000, description="Requests under way at once that each replica should have."
    )
    scale_to_zero: bool = Field(
        default=False,
        description="Whether it has no replica while nobody asks it, on a platform that can; the first then waits for "
        "one.",
    )
    protocol: Protocol | None = Field(
        default=None, description="What a model that scales to zero answers, REST or gRPC; the others answer both."
    )
    schedules: tuple[FloorSpec, ...] = Field(default=(), description="Hours in which the floor is higher.")
    canary: CanarySpec | None = Field(default=None, description="A model on trial that answers a part of the requests.")
    cache: CachedModelSpec | None = Field(
        default=None,
        description="Where the model is kept, and the one on trial; each replica downloads it by default.",
    )
    timeout_seconds: int = Field(default=60, ge=1, le=3600, description="Seconds after which a request is given up.")
    startup_minutes: int = Field(
        default=START_SECONDS // 60, ge=1, le=180, description="Minutes that a replica may take until it is ready."
    )
    egress: tuple[EgressSpec, ...] = Field(
        default=(), description="Addresses that the model may reach beside AWS's APIs, such as a cache."
    )
    labels: dict[str, _LabelValue] = Field(default_factory=dict, description="Further labels of each object.")
    prometheus_url: str = Field(
        default=DEFAULT_PROMETHEUS,
        pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?$",
        description="Where the autoscaler asks how many requests are under way.",
    )
    monitoring: bool = Field(
        default=False,
        description="Whether Prometheus's operator is installed and shall scrape the model and watch it.",
    )
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read metrics."
    )
    latency_milliseconds: int = Field(
        default=1000,
        ge=1,
        le=3_600_000,
        description="The latency of the slowest hundredth of requests that is worth an alert.",
    )
    error_percent: int = Field(
        default=5, ge=1, le=100, description="The part of failed requests that is worth an alert."
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
            raise refuse(self.name, problem)
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
        """The model's folder, and that of the one on trial."""
        return (self.model_uri, *((self.canary.model_uri,) if self.canary else ()))
