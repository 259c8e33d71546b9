"""The arguments of a serving platform, and their checks."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.host_names import CLUSTER_HOST_PATTERN
from ...core.images import ADDRESS_PATTERN
from ...core.namespace_names import MonitoringNamespace, UnreservedNamespaces
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...facts.names import DNS_NAME_PATTERN
from ...facts.versions import RUNTIME_IMAGES, STORAGE_INITIALIZER_IMAGE
from .cache_spec import CacheGroupConfig, CacheGroupSpec, separate
from .names import DeploymentMode, Runtime


class ServingPlatformOptions(TypedDict):
    """The model servers, and the namespaces that use them."""

    mode: NotRequired[DeploymentMode]
    """How KServe runs models that don't say otherwise."""
    scale_to_zero: NotRequired[bool]
    """Whether Knative is installed, for models that scale to zero replicas without requests."""
    runtimes: NotRequired[list[str]]
    """The model servers to offer: triton, huggingface, mlserver; all by default."""
    model_namespaces: NotRequired[list[str]]
    """Namespaces to make for models; the gateway reaches these alone."""
    gateway_minimum: NotRequired[int]
    """The fewest gateway pods."""
    gateway_maximum: NotRequired[int]
    """The most gateway pods."""
    monitoring: NotRequired[bool]
    """Whether Prometheus's operator is installed and shall scrape the gateway, by whose counts models scale."""
    model_cache: NotRequired[list[CacheGroupConfig]]
    """Nodes that keep models on their disks, for models that ask for it; none by default."""
    image_caches: NotRequired[dict[str, str]]
    """Where the images of model servers and downloads are pulled from instead, by registry such as docker.io."""
    trace_collector: NotRequired[str]
    """The host of an OpenTelemetry collector in the cluster to which the gateway sends spans, by gRPC at port 4317."""


class ServingPlatformConfig(ServingPlatformOptions):
    """Where models are served, and by which servers."""

    domain: str
    """Models answer at <model>.<domain>."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class ServingPlatformArgs(ServingPlatformConfig):
    """What a ServingPlatform is made from: its config, the cluster, and the load balancer in front of it."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_id: pulumi.Input[str]
    """The VPC of the cluster and of the target groups."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    load_balancer_cidrs: pulumi.Input[list[str]]
    """The ranges of the load balancer's subnets, which alone reach the gateway."""
    rest_target_group_arn: pulumi.Input[str]
    """The target group (type ip, HTTP/1.1) that carries REST."""
    grpc_target_group_arn: NotRequired[pulumi.Input[str]]
    """The target group (type ip, gRPC) that carries gRPC, where there is one."""
    further_target_group_arns: NotRequired[pulumi.Input[list[str]]]
    """Target groups of other load balancers, whose bindings the cluster's controller shall keep as well."""
    cache_policy: NotRequired[pulumi.Input[str]]
    """The IAM policy document, as JSON, by which the model cache reads models; required where there is one."""


class ServingPlatformSpec(Spec):
    """The checked arguments of a ServingPlatform."""

    domain: str = Field(pattern=DNS_NAME_PATTERN, max_length=190, description="Models answer at <model>.<domain>.")
    mode: DeploymentMode = Field(
        default=DeploymentMode.STANDARD, description="How KServe runs models that don't say otherwise."
    )
    scale_to_zero: bool = Field(
        default=False,
        description="Whether Knative is installed, for models that scale to zero replicas without requests.",
    )
    runtimes: tuple[Runtime, ...] = Field(
        default=tuple(Runtime), min_length=1, description="The model servers to offer."
    )
    model_namespaces: UnreservedNamespaces = Field(
        default=("models",),
        min_length=1,
        description="Namespaces to make for models; the gateway reaches these alone.",
    )
    gateway_minimum: int = Field(default=2, ge=1, le=100, description="The fewest gateway pods.")
    gateway_maximum: int = Field(default=6, ge=1, le=100, description="The most gateway pods.")
    monitoring: bool = Field(
        default=False,
        description="Whether Prometheus's operator is installed and shall scrape the gateway, by whose counts models "
        "scale.",
    )
    model_cache: tuple[CacheGroupSpec, ...] = Field(
        default=(), description="Nodes that keep models on their disks, for models that ask for it."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    image_caches: dict[str, str] = Field(
        default_factory=dict,
        description="Where the images of model servers and downloads are pulled from instead, by registry such as "
        "docker.io.",
    )

    trace_collector: str | None = Field(
        default=None,
        pattern=CLUSTER_HOST_PATTERN,
        description="The host of an OpenTelemetry collector in the cluster to which the gateway sends spans, by gRPC "
        "at port 4317. A stack derives it from its section traces. Default: the gateway sends none.",
    )

    @field_validator("image_caches")
    @classmethod
    def _of_registries(cls, caches: dict[str, str]) -> dict[str, str]:
        used = sorted({image.partition("/")[0] for image in (*RUNTIME_IMAGES.values(), STORAGE_INITIALIZER_IMAGE)})
        for registry, address in caches.items():
            if registry not in used:
                raise refuse(registry, f"no image comes from {registry}; name one of {', '.join(used)}")
            if not re.fullmatch(ADDRESS_PATTERN, address):
                raise refuse(
                    address,
                    f"{address} is no registry with a folder; write it without scheme, such as "
                    "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub",
                )
        return caches

    @field_validator("mode")
    @classmethod
    def _deliverable(cls, mode: DeploymentMode) -> DeploymentMode:
        if mode is DeploymentMode.KNATIVE:
            raise refuse(
                mode,
                "Knative lets a model have one port, for REST or for gRPC, and our model servers have both; keep "
                "Standard, and set scaleToZero for the models that say so",
            )
        return mode

    @field_validator("runtimes")
    @classmethod
    def _once(cls, runtimes: tuple[Runtime, ...]) -> tuple[Runtime, ...]:
        if twice := next((each for each in runtimes if runtimes.count(each) > 1), None):
            raise refuse(twice, f"{twice} is named more than once; name each once")
        return runtimes

    @field_validator("model_cache")
    @classmethod
    def _separate(cls, groups: tuple[CacheGroupSpec, ...]) -> tuple[CacheGroupSpec, ...]:
        return separate(groups)

    @model_validator(mode="after")
    def _consistent(self) -> "ServingPlatformSpec":
        if self.monitoring_namespace in self.model_namespaces:
            raise refuse_at(
                "modelNamespaces",
                self.monitoring_namespace,
                "this is monitoringNamespace; choose another namespace for models",
            )
        if self.gateway_maximum < self.gateway_minimum:
            raise refuse_at(
                "gatewayMaximum", self.gateway_maximum, f"must be at least gatewayMinimum = {self.gateway_minimum}"
            )
        return self
