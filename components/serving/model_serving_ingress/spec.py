"""The arguments of a ModelServingIngress, and what is refused."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict, cast

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...core.host_names import inside_zone
from ...core.namespace_names import NAMESPACE_PATTERN, MonitoringNamespace
from ...core.problems import refuse_at
from ...core.spec import Inherits, Spec, refuse
from ...facts.names import DNS_NAME_PATTERN
from ...network.load_balancer.spec import ServingLoadBalancerOptions, ServingLoadBalancerSpec
from ...network.web_firewall.spec import WebFirewallConfig, WebFirewallSpec
from ..model_service.spec import FOLDER_PATTERN, LONGEST_NAME, ModelConfig, ModelServiceSpec, model_folder
from ..serving_platform import names
from ..serving_platform.cache_spec import overfull
from ..serving_platform.spec import ServingPlatformOptions, ServingPlatformSpec


class NeighborConfig(TypedDict):
    """A service on the cluster that models ask."""

    namespace: str
    """Its namespace, which must admit the models' namespaces."""
    port: int
    """Its pods' port."""


class NeighborSpec(Spec):
    """A service on the cluster that models ask."""

    namespace: str = Field(
        pattern=NAMESPACE_PATTERN, description="Its namespace, which must admit the models' namespaces."
    )
    port: int = Field(ge=1, le=65535, description="Its pods' port.")


class DeliveredModelConfig(TypedDict):
    """A model that comes by GitOps; what it needs of AWS is made here."""

    name: str
    """The model's name, which its service account has."""
    namespace: str
    """One of the platform's namespaces for models."""
    folder: str
    """The folder of all its versions, as s3://<bucket>/<folder>/, which it alone reads."""
    cached: NotRequired[bool]
    """Whether the platform's modelCache may keep it, where other models on these nodes could read it."""
    aliases: NotRequired[list[str]]
    """Further names below the domain that its routes have, such as that of a scorer in front of it."""


class DeliveredModelSpec(Spec):
    """A model that comes by GitOps; what it needs of AWS is made here."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
        max_length=LONGEST_NAME,
        description="The model's name, which its service account has.",
    )
    namespace: str = Field(pattern=NAMESPACE_PATTERN, description="One of the platform's namespaces for models.")
    folder: str = Field(
        pattern=FOLDER_PATTERN,
        description="The folder of all its versions, as s3://<bucket>/<folder>/, which it alone reads.",
    )
    cached: bool = Field(
        default=False,
        description="Whether the platform's modelCache may keep it, where other models on these nodes could read it.",
    )
    aliases: tuple[Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$", max_length=63)], ...] = Field(
        default=(),
        description="Further names below the domain that its routes have, such as that of a scorer in front of it.",
        examples=[["fraud-scorer"]],
    )

    @field_validator("folder", mode="before")
    @classmethod
    def _an_address(cls, folder: object) -> object:
        return model_folder(folder)

    @field_validator("folder")
    @classmethod
    def _a_folder(cls, folder: str) -> str:
        if not folder.endswith("/"):
            raise refuse(folder, f"{folder} must end with /: it names a folder, whose objects alone the model may read")
        return folder


class ModelServingConfig(TypedDict):
    """Models and the way to them, as a stack's config describes it."""

    zone_name: str
    """The public Route 53 zone of the domain."""
    domain: str
    """Models answer at <model>.<domain>."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics, and whose Prometheus the autoscaler asks."""
    firewall: NotRequired[WebFirewallConfig]
    """The settings of the firewall."""
    load_balancer: NotRequired[ServingLoadBalancerOptions]
    """The options of the load balancer."""
    platform: NotRequired[ServingPlatformOptions]
    """The model servers, and the namespaces that use them."""
    neighbors: NotRequired[list[NeighborConfig]]
    """Services on the cluster that models ask, such as a feature server."""
    models: NotRequired[list[ModelConfig]]
    """The models that the program itself serves; others come by GitOps."""
    delivered_models: NotRequired[list[DeliveredModelConfig]]
    """The models that come by GitOps, each of which gets an identity of AWS."""


class ModelServingIngressArgs(ModelServingConfig):
    """The arguments of a ModelServingIngress: its config, its cluster and its network."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster. Its nodes must be ready."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range."""
    load_balancer_subnet_ids: pulumi.Input[list[str]]
    """Subnets in two zones or more: public ones, or private ones where the load balancer is internal."""
    load_balancer_cidrs: pulumi.Input[list[str]]
    """The ranges of those subnets, which alone reach the gateway."""
    node_security_group_id: pulumi.Input[str]
    """The security group of the nodes that run the gateway."""
    zone_id: pulumi.Input[str]
    """The id of the Route 53 zone."""
    log_bucket_name: pulumi.Input[str]
    """The bucket for access logs; its policy must let load balancers write, as LogBucket's does."""
    models_key_arn: pulumi.Input[str]
    """The key that the models' bucket is encrypted with."""
    cache_cidrs: NotRequired[pulumi.Input[list[str]]]
    """The ranges in which caches answer, for models to reach; none by default."""
    model_policies: NotRequired[dict[str, pulumi.Input[str]]]
    """Further IAM policy documents of each model's identity by a short name, as JSON, such as a cache's."""
    further_target_group_arns: NotRequired[pulumi.Input[list[str]]]
    """Target groups of other load balancers, whose bindings the cluster's controller shall keep as well."""
    cognito_user_pool_arn: NotRequired[pulumi.Input[str]]
    """The user pool; required when Cognito signs users in."""
    cognito_client_id: NotRequired[pulumi.Input[str]]
    """The user pool's client for the load balancer, one with a secret."""
    cognito_domain: NotRequired[pulumi.Input[str]]
    """The user pool's domain."""
    oidc_client_secret: NotRequired[pulumi.Input[str]]
    """The secret of the OpenID Connect client."""
    failover_health_check_id: NotRequired[pulumi.Input[str]]
    """The Route 53 health check that decides which region answers; required for a primary."""


class ModelServingSpec(Spec):
    """Models and the route to them. What its sections share is set once, above them."""

    zone_name: str = Field(pattern=DNS_NAME_PATTERN, description="The public Route 53 zone of the domain.")
    domain: str = Field(
        pattern=DNS_NAME_PATTERN,
        max_length=64,
        description="Models answer at <model>.<domain>, for which the certificate is.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace whose pods may read metrics, and whose Prometheus the autoscaler asks.",
    )
    firewall: WebFirewallSpec = Field(
        default_factory=WebFirewallSpec, description="What the firewall in front of the load balancer lets through."
    )
    load_balancer: Annotated[ServingLoadBalancerSpec, Inherits("zone_name", "domain")] = Field(
        default_factory=cast(Any, dict), validate_default=True, description="The options of the load balancer."
    )
    platform: Annotated[ServingPlatformSpec, Inherits("domain", "monitoring_namespace")] = Field(
        default_factory=cast(Any, dict),
        validate_default=True,
        description="The model servers, and the namespaces that use them.",
    )
    neighbors: tuple[NeighborSpec, ...] = Field(
        default=(), description="Services on the cluster that models ask, such as a feature server."
    )
    models: tuple[Annotated[ModelServiceSpec, Inherits("domain", "monitoring_namespace")], ...] = Field(
        default=(), description="The models that the program itself serves; others come by GitOps."
    )
    delivered_models: tuple[DeliveredModelSpec, ...] = Field(
        default=(), description="The models that come by GitOps, each of which gets an identity of AWS."
    )

    @field_validator("domain")
    @classmethod
    def _inside_the_zone(cls, domain: str, info: ValidationInfo) -> str:
        return inside_zone(domain, info.data.get("zone_name"))

    @field_validator("load_balancer", mode="before")
    @classmethod
    def _answers_for_models(cls, section: Any, info: ValidationInfo) -> Any:
        """A model's name is one label below the domain, which the certificate and the rules must cover."""
        if not isinstance(section, Mapping) or "domain" not in info.data:
            return cast(Any, section)
        given = cast(Mapping[str, Any], section)
        wildcard = f"*.{info.data['domain']}"
        names = given.get("alternative_names", given.get("alternativeNames", ()))
        if not isinstance(names, list | tuple):
            return given
        others = [name for name in cast(list[Any], names) if name != wildcard]
        rest = {key: value for key, value in given.items() if key != "alternativeNames"}
        return {**rest, "alternative_names": [wildcard, *others]}

    @model_validator(mode="after")
    def _balancer_meets_the_gateway(self) -> "ModelServingSpec":
        balancer = self.load_balancer
        answered = {
            "gatewayPort": (balancer.gateway_port, names.GATEWAY_PORT),
            "gatewayTls": (balancer.gateway_tls, False),
            "healthCheckPort": (balancer.health_check_port, names.GATEWAY_STATUS_PORT),
            "healthCheckPath": (balancer.health_check_path, names.GATEWAY_HEALTH_PATH),
        }
        for field, (given, own) in answered.items():
            if given != own:
                remedy = f"the platform's gateway has {own}; remove the field"
                raise refuse_at(f"loadBalancer.{field}", given, remedy)
        if balancer.deregistration_seconds > names.GATEWAY_DRAIN_SECONDS:
            raise refuse_at(
                "loadBalancer.deregistrationSeconds",
                balancer.deregistration_seconds,
                f"a gateway that shuts down answers for {names.GATEWAY_DRAIN_SECONDS} seconds; write at most that",
            )
        for index, model in enumerate(self.models):
            if model.timeout_seconds > balancer.idle_timeout_seconds:
                raise refuse_at(
                    f"models[{index}].timeoutSeconds",
                    model.timeout_seconds,
                    "the load balancer closes idle connections earlier, after loadBalancer.idleTimeoutSeconds = "
                    f"{balancer.idle_timeout_seconds}; raise that, or lower this",
                )
        return self

    @model_validator(mode="after")
    def _models_have_a_place(self) -> "ModelServingSpec":
        for models, field in ((self.models, "models"), (self.delivered_models, "deliveredModels")):
            for index, model in enumerate(models):
                known = self.platform.model_namespaces
                if model.namespace not in known:
                    remedy = f"platform.modelNamespaces = {', '.join(known)} lacks it; add it there"
                    raise refuse_at(f"{field}[{index}].namespace", model.namespace, remedy, known)
        for index, model in enumerate(self.models):
            if model.runtime not in self.platform.runtimes:
                remedy = f"platform.runtimes = {', '.join(self.platform.runtimes)} lacks it; add it there"
                raise refuse_at(f"models[{index}].runtime", model.runtime.value, remedy)
            if model.scale_to_zero and not self.platform.scale_to_zero:
                remedy = "platform.scaleToZero is not set; set it, or set scaleToZero: false for the model"
                raise refuse_at(f"models[{index}].scaleToZero", True, remedy)
        return self

    @model_validator(mode="after")
    def _each_answers_at_a_host_of_its_own(self) -> "ModelServingSpec":
        hosts: dict[str, str] = {}
        for model, host in self.addressed:
            own = f"{model.namespace}/{model.name}"
            if other := hosts.get(host):
                both = f"two entries of {own}" if other == own else f"both {other} and {own}"
                remedy = f"{both} have it; give one another name or host"
                raise refuse_at("models" if isinstance(model, ModelServiceSpec) else "deliveredModels", host, remedy)
            hosts[host] = own
        return self

    @model_validator(mode="after")
    def _each_reads_a_folder_of_its_own(self) -> "ModelServingSpec":
        for index, model in enumerate(self.delivered_models):
            for other in self.delivered_models:
                if other is not model and other.folder.startswith(model.folder):
                    remedy = f"it contains {other.folder}, the folder of {other.name}; give each model its own folder"
                    raise refuse_at(f"deliveredModels[{index}].folder", model.folder, remedy)
        return self

    @model_validator(mode="after")
    def _kept_models_have_room(self) -> "ModelServingSpec":
        groups = self.platform.model_cache
        kept = [(model.name, folder, model.cache) for model in self.models if model.cache for folder in model.folders]
        if problem := overfull(groups, kept):
            raise refuse_at("models", [name for name, *_ in kept], problem)
        if groups and not self.kept_folders:
            raise refuse_at(
                "platform.modelCache",
                [group.name for group in groups],
                "no model uses the cache; remove it, or set cache or cached for a model",
            )
        return self

    @property
    def addressed(self) -> tuple[tuple[ModelServiceSpec | DeliveredModelSpec, str], ...]:
        """Each model with a host name that it answers at. A delivered model can have several."""
        own = ((model, model.address) for model in self.models)
        delivered = ((model, name) for model in self.delivered_models for name in (model.name, *model.aliases))
        return (*own, *((model, f"{name}.{self.domain}") for model, name in delivered))

    @property
    def kept_folders(self) -> tuple[str, ...]:
        """What the platform's cache may read: the folders of models that are kept."""
        own = (folder for model in self.models if model.cache for folder in model.folders)
        return (*own, *(model.folder for model in self.delivered_models if model.cached))
