"""The arguments of a KubeflowCluster, and their validation."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict, cast

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ..cluster.job_pools import GuaranteeConfig, GuaranteeSpec, PoolConfig, PoolSpec, guaranteed, refuse_larger_quotas
from ..core.host_names import inside_zone
from ..core.namespace_names import PLATFORM_NAMESPACES, MonitoringNamespace
from ..core.problems import refuse_at
from ..core.spec import Inherits, Spec, each_once, refuse
from ..core.teams import TeamConfig, TeamSpec, distinct
from ..facts.names import DNS_NAME_PATTERN
from ..network.load_balancer.spec import ServingLoadBalancerOptions, ServingLoadBalancerSpec
from ..network.web_firewall.pages import PAGES, completed
from ..network.web_firewall.spec import WebFirewallConfig, WebFirewallSpec
from .notebooks import IMAGE_PATTERN, IMAGES

FIREWALL: Mapping[str, Any] = {
    **PAGES,
    # Paths and queries contain the names of notebook files and pipeline logs.
    "counted_rules": {"common": ("RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS")},
}
"""Defaults of a firewall for notebooks, where they differ from a firewall for models."""

TAKEN = frozenset({*PLATFORM_NAMESPACES, "monitoring", "pipelines", "athena-results"})
"""Reserved names of namespaces and of folders in buckets."""


class KubeflowConfig(TypedDict):
    """The settings of Kubeflow."""

    zone_name: str
    """The public Route 53 zone of the domain."""
    domain: str
    """Kubeflow's host name for browsers."""
    repository: str
    """The repository (https address) with the folder deploy/kubeflow."""
    revision: str
    """The full id of the commit to deploy."""
    teams: list[TeamConfig]
    """The teams; each has a profile."""
    pools: NotRequired[list[PoolConfig]]
    """A pool of nodes for queued workloads."""
    guarantees: NotRequired[list[GuaranteeConfig]]
    """GPUs that are guaranteed to teams. Default: a team's whole quota, if only one pool has GPUs."""
    borrowing: NotRequired[bool]
    """Whether a team may use what other teams do not need, up to its quota. Default: true."""
    services: NotRequired[list[str]]
    """Namespaces with services that every team may call, such as feast and mlflow. Default: none."""
    notebook_images: NotRequired[list[str]]
    """Images of notebooks to choose from; the first is the default. Default: Kubeflow's images."""
    models: NotRequired[bool]
    """Whether Kubeflow shows models of KServe in the same cluster. Default: false."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    firewall: NotRequired[WebFirewallConfig]
    """The settings of the firewall."""
    load_balancer: NotRequired[ServingLoadBalancerOptions]
    """The options of the load balancer."""
    wave_minutes: NotRequired[int]
    """Minutes that each wave may take to become healthy. Default: 30."""
    deletion_protection: NotRequired[bool]
    """Whether the namespaces of teams are protected from deletion. Default: true."""


class KubeflowClusterArgs(KubeflowConfig):
    """The arguments of a KubeflowCluster."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster. Its nodes must be ready."""
    argo_cd: pulumi.Input[str]
    """Argo CD's namespace. Argo CD must be ready, and must be allowed to change the whole cluster."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range."""
    load_balancer_subnet_ids: pulumi.Input[list[str]]
    """Subnets in two zones or more: public ones, or private ones where the load balancer is internal."""
    node_security_group_id: pulumi.Input[str]
    """The security group of the nodes that run the gateway."""
    zone_id: pulumi.Input[str]
    """The id of the Route 53 zone."""
    log_bucket_name: pulumi.Input[str]
    """The bucket for access logs; its policy must let load balancers write, as LogBucket's does."""
    raw_bucket: pulumi.Input[str]
    """The bucket of raw data."""
    training_bucket: pulumi.Input[str]
    """The bucket of training sets and pipeline artifacts."""
    models_bucket: pulumi.Input[str]
    """The bucket of models."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features."""
    data_key_arn: pulumi.Input[str]
    """The key that encrypts the buckets."""
    database_address: pulumi.Input[str]
    """The PostgreSQL address, for experiments and the model registry."""
    pipelines_database_address: pulumi.Input[str]
    """The MySQL address, for pipelines and their metadata."""
    databases_ready: NotRequired[pulumi.Input[str]]
    """An output that resolves after the databases and their roles exist, such as StoreAccess' `ready`."""
    database_identifier: NotRequired[pulumi.Input[str]]
    """The RDS instance of experiments and the model registry, for a snapshot before each new revision."""
    pipelines_database_identifier: NotRequired[pulumi.Input[str]]
    """The RDS instance of pipelines, for a snapshot before each new revision."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore. It must allow the namespaces kubeflow and oauth2-proxy."""
    secret_prefix: pulumi.Input[str]
    """The prefix of the secrets' names, before a slash."""
    issuer: pulumi.Input[str]
    """The user pool's issuer."""
    sign_in_url: pulumi.Input[str]
    """The address of the user pool's sign-in pages."""
    client_id: pulumi.Input[str]
    """Kubeflow's client of the user pool."""
    client_secret_name: pulumi.Input[str]
    """The name of the client's secret, resolved after it exists: <prefix>/kubeflow/sign-in."""
    controllers_ready: NotRequired[pulumi.Input[str]]
    """An output that waits for existing cert-manager and load balancer controller. Default: new ones."""
    controller_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role of the existing controller. It gets the permission to change Kubeflow's targets."""
    cognito_user_pool_arn: NotRequired[pulumi.Input[str]]
    """The user pool; required when the load balancer requires sign-in too."""
    cognito_client_id: NotRequired[pulumi.Input[str]]
    """The user pool's client for the load balancer, one with a secret."""
    cognito_domain: NotRequired[pulumi.Input[str]]
    """The user pool's domain."""
    oidc_client_secret: NotRequired[pulumi.Input[str]]
    """The secret of the OpenID Connect client."""
    failover_health_check_id: NotRequired[pulumi.Input[str]]
    """The Route 53 health check that decides which region answers; required for a primary."""


class KubeflowSpec(Spec):
    """The settings of Kubeflow."""

    zone_name: str = Field(pattern=DNS_NAME_PATTERN, description="The public Route 53 zone of the domain.")
    domain: str = Field(pattern=DNS_NAME_PATTERN, max_length=64, description="Kubeflow's host name for browsers.")
    repository: str = Field(
        pattern=r"^https://[^\s*@?#]+$",
        description="The repository (https address) with the folder deploy/kubeflow.",
    )
    revision: str = Field(
        pattern=r"^[0-9a-f]{40}$",
        description="The full id of the commit to deploy. A branch is refused, because it changes without a review.",
    )
    teams: tuple[TeamSpec, ...] = Field(min_length=1, description="The teams; each has a profile.")
    pools: tuple[PoolSpec, ...] = Field(
        default=(),
        description="The pools for queued workloads. In a stack: the cluster's pools, without the system pool.",
    )
    guarantees: tuple[GuaranteeSpec, ...] = Field(
        default=(),
        description="GPUs that are guaranteed to teams. Default: a team's whole quota, if only one pool has GPUs.",
    )
    borrowing: bool = Field(
        default=True, description="Whether a team may use what other teams do not need, up to its quota."
    )
    services: tuple[str, ...] = Field(
        default=(), description="Namespaces with services that every team may call, such as feast and mlflow."
    )
    notebook_images: tuple[str, ...] = Field(
        default=IMAGES,
        min_length=1,
        description="Images of notebooks to choose from; the first is the default. Default: Kubeflow's images.",
    )
    models: bool = Field(default=False, description="Whether Kubeflow shows models of KServe in the same cluster.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    firewall: WebFirewallSpec = Field(
        default_factory=cast(Any, dict),
        validate_default=True,
        description="The settings of the firewall. By default it allows the methods, types and sizes of browsers and "
        "notebooks.",
    )
    load_balancer: Annotated[ServingLoadBalancerSpec, Inherits("zone_name", "domain")] = Field(
        default_factory=cast(Any, dict), validate_default=True, description="The options of the load balancer."
    )
    wave_minutes: int = Field(
        default=30, ge=5, le=240, description="Minutes that each wave may take to become healthy."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the namespaces of teams, with their volumes, are protected from deletion."
    )

    @property
    def guaranteed(self) -> dict[str, dict[str, int]]:
        """The GPUs guaranteed to each team, by pool."""
        return guaranteed(self.teams, self.pools, self.guarantees)

    @field_validator("domain")
    @classmethod
    def _inside_the_zone(cls, domain: str, info: ValidationInfo) -> str:
        return inside_zone(domain, info.data.get("zone_name"))

    @field_validator("notebook_images")
    @classmethod
    def _images(cls, images: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(images, IMAGE_PATTERN, "image reference; write <registry>/<name>:<tag> or @sha256:<digest>")

    @field_validator("firewall", mode="before")
    @classmethod
    def _for_notebooks(cls, section: Any) -> Any:
        return completed(section, FIREWALL)

    @field_validator("load_balancer", mode="before")
    @classmethod
    def _one_target_group(cls, section: Any) -> Any:
        """Browsers do not use gRPC, and clients of pipelines use HTTP."""
        return {"grpc": False, **cast(Mapping[str, Any], section)} if isinstance(section, Mapping) else section

    @field_validator("teams")
    @classmethod
    def _teams(cls, teams: tuple[TeamSpec, ...]) -> tuple[TeamSpec, ...]:
        for team in distinct(teams):
            home, *others = team.homes
            if others:
                raise refuse(
                    team.homes,
                    f"team {team.name} has {len(team.homes)} namespaces, but a profile has one; keep one, or use two "
                    "teams",
                )
            if home in TAKEN:
                raise refuse(home, f"{home} is reserved; choose another namespace")
            if not team.emails:
                raise refuse(
                    team.name,
                    f"team {team.name} has no emails; add at least one, because Kubeflow identifies people by email, "
                    f"and the first owns the "
                    "profile",
                )
            if team.iam_roles:
                raise refuse(
                    team.iam_roles,
                    f"team {team.name} has iamRoles, which have no effect in Kubeflow; remove it, and grant the roles "
                    "in gpuCluster.access instead",
                )
            if not team.quota.storage_gib:
                raise refuse(
                    team.name,
                    f"team {team.name} has no quota.storageGib; set it, because a notebook stores its files on a "
                    f"volume",
                )
        return teams

    @model_validator(mode="after")
    def _what_teams_share_is_there(self) -> "KubeflowSpec":
        names = [pool.name for pool in self.pools]
        if len(set(names)) < len(names):
            raise refuse_at("pools", names, "two pools have the same name; give each pool its own name")
        if self.pools:
            _ = self.guaranteed
            refuse_larger_quotas(self.teams, self.pools)
        homes = [team.homes[0] for team in self.teams]
        if strange := next((each for each in self.services if each in homes), None):
            raise refuse_at(
                "services", strange, "this is a team's namespace, and teams cannot reach each other; remove it"
            )
        return self
