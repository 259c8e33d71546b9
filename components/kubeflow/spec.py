"""What a KubeflowCluster is made from, and what is refused."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict, cast

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ..core.host_names import inside_zone
from ..core.namespace_names import NAMESPACE_PATTERN, PLATFORM_NAMESPACES
from ..core.problems import refuse_at
from ..core.spec import Inherits, Spec, each_once, refuse
from ..core.teams import TeamConfig, TeamSpec, distinct
from ..network.load_balancer.spec import ServingLoadBalancerOptions, ServingLoadBalancerSpec
from ..network.web_firewall.pages import PAGES, completed
from ..network.web_firewall.spec import WebFirewallConfig, WebFirewallSpec
from ..serving.serving_platform.spec import DOMAIN_PATTERN
from .notebooks import IMAGE_PATTERN, IMAGES
from .pools import GuaranteeConfig, GuaranteeSpec, PoolConfig, PoolSpec, guaranteed

FIREWALL: Mapping[str, Any] = {
    **PAGES,
    # Files of notebooks, and logs of pipelines, are named in paths and in queries.
    "counted_rules": {"common": ("RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS")},
}
"""What a firewall before notebooks lets through, where it differs from one before models."""

TAKEN = frozenset({*PLATFORM_NAMESPACES, "monitoring", "pipelines", "athena-results"})
"""Namespaces, and folders of the buckets, that are not a team's."""


class KubeflowConfig(TypedDict):
    """Kubeflow, as a stack's config describes it."""

    zone_name: str
    """The public Route 53 zone that holds the domain."""
    domain: str
    """Where browsers reach Kubeflow."""
    repository: str
    """The repository, as an https address, that has the folder deploy/kubeflow."""
    revision: str
    """The commit of it that is deployed, in full."""
    teams: list[TeamConfig]
    """The teams; each has a profile."""
    pools: NotRequired[list[PoolConfig]]
    """Nodes that queued work runs on."""
    guarantees: NotRequired[list[GuaranteeConfig]]
    """GPUs that are kept for teams; by default all that a team's quota allows, where one pool has GPUs."""
    borrowing: NotRequired[bool]
    """Whether a team may use what others leave, up to its quota. Default: true."""
    services: NotRequired[list[str]]
    """Namespaces whose services every team may call, such as feast and mlflow. Default: none."""
    notebook_images: NotRequired[list[str]]
    """The images of notebooks that people may choose, the first by default. Default: Kubeflow's own."""
    models: NotRequired[bool]
    """Whether Kubeflow shows the models of a KServe on the same cluster. Default: false."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    firewall: NotRequired[WebFirewallConfig]
    """What the firewall lets through."""
    load_balancer: NotRequired[ServingLoadBalancerOptions]
    """How the load balancer serves."""
    wave_minutes: NotRequired[int]
    """How long each wave may take until it is healthy. Default: 30."""
    deletion_protection: NotRequired[bool]
    """Whether the namespaces of teams are protected from deletion. Default: true."""


class KubeflowClusterArgs(KubeflowConfig):
    """What a KubeflowCluster is made from: its config, the cluster, the stores, the sign-in and Argo CD."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, whose nodes must be ready."""
    argo_cd: pulumi.Input[str]
    """Argo CD's namespace, once Applications can be made; it must be allowed to change the whole cluster."""
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
    """The bucket of training sets, in which pipelines leave their artifacts."""
    models_bucket: pulumi.Input[str]
    """The bucket of models."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features."""
    data_key_arn: pulumi.Input[str]
    """The key that encrypts the buckets."""
    database_address: pulumi.Input[str]
    """PostgreSQL of experiments and the model registry."""
    pipelines_database_address: pulumi.Input[str]
    """MySQL of pipelines and their metadata."""
    databases_ready: NotRequired[pulumi.Input[str]]
    """What waits for the databases and their roles, as StoreAccess' `ready`."""
    database_identifier: NotRequired[pulumi.Input[str]]
    """The RDS instance of experiments and the model registry, which is then backed up before another version comes."""
    pipelines_database_identifier: NotRequired[pulumi.Input[str]]
    """That of pipelines, which is then backed up before another version comes."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore; it must answer the namespaces kubeflow and oauth2-proxy."""
    secret_prefix: pulumi.Input[str]
    """What the names of the secrets begin with, before a slash."""
    issuer: pulumi.Input[str]
    """The user pool's issuer."""
    sign_in_url: pulumi.Input[str]
    """Where the user pool's sign-in pages are."""
    client_id: pulumi.Input[str]
    """Kubeflow's client of the user pool."""
    client_secret_name: pulumi.Input[str]
    """The client's secret, once it is there: <prefix>/kubeflow/sign-in."""
    controllers_ready: NotRequired[pulumi.Input[str]]
    """Where cert-manager and the load balancer controller are there already: what waits for them; made otherwise."""
    controller_role_arn: NotRequired[pulumi.Input[str]]
    """The role of that controller, which may then change the targets of Kubeflow's gateway as well."""
    cognito_user_pool_arn: NotRequired[pulumi.Input[str]]
    """The user pool, where the load balancer asks for the sign-in as well."""
    cognito_client_id: NotRequired[pulumi.Input[str]]
    """The user pool's client for the load balancer, one with a secret."""
    cognito_domain: NotRequired[pulumi.Input[str]]
    """The user pool's domain."""
    oidc_client_secret: NotRequired[pulumi.Input[str]]
    """The secret of the OpenID Connect client."""


class KubeflowSpec(Spec):
    """Kubeflow, its teams, and what they share."""

    zone_name: str = Field(pattern=DOMAIN_PATTERN, description="The public Route 53 zone that holds the domain.")
    domain: str = Field(pattern=DOMAIN_PATTERN, max_length=64, description="Where browsers reach Kubeflow.")
    repository: str = Field(
        pattern=r"^https://[^\s*@?#]+$",
        description="The repository, as an https address, that has the folder deploy/kubeflow.",
    )
    revision: str = Field(
        pattern=r"^[0-9a-f]{40}$",
        description="The commit of it that is deployed, in full: a branch moves on without a gate.",
    )
    teams: tuple[TeamSpec, ...] = Field(min_length=1, description="The teams; each has a profile.")
    pools: tuple[PoolSpec, ...] = Field(
        default=(),
        description="Nodes that queued work runs on; in a stack those of its cluster, but for the system's own.",
    )
    guarantees: tuple[GuaranteeSpec, ...] = Field(
        default=(),
        description="GPUs that are kept for teams; all that a team's quota allows, where one pool alone has GPUs.",
    )
    borrowing: bool = Field(
        default=True, description="Whether a team may use what others leave, up to its quota, until they ask for it."
    )
    services: tuple[str, ...] = Field(
        default=(), description="Namespaces whose services every team may call, such as feast and mlflow."
    )
    notebook_images: tuple[str, ...] = Field(
        default=IMAGES,
        min_length=1,
        description="Images of notebooks that people may choose, the first by default; Kubeflow's own when left out.",
    )
    models: bool = Field(
        default=False, description="Whether Kubeflow shows the models of a KServe on the same cluster."
    )
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read metrics."
    )
    firewall: WebFirewallSpec = Field(
        default_factory=cast(Any, dict),
        validate_default=True,
        description="What the firewall lets through; methods, types and sizes of browsers and notebooks by default.",
    )
    load_balancer: Annotated[ServingLoadBalancerSpec, Inherits("zone_name", "domain")] = Field(
        default_factory=cast(Any, dict), validate_default=True, description="How the load balancer serves."
    )
    wave_minutes: int = Field(
        default=30, ge=5, le=240, description="How long each wave may take until it is healthy, in minutes."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the namespaces of teams, with their volumes, are protected from deletion."
    )

    @property
    def guaranteed(self) -> dict[str, dict[str, int]]:
        """The GPUs kept for each team, by pool."""
        return guaranteed(self.teams, self.pools, self.guarantees)

    @field_validator("domain")
    @classmethod
    def _inside_the_zone(cls, domain: str, info: ValidationInfo) -> str:
        return inside_zone(domain, info.data.get("zone_name"))

    @field_validator("notebook_images")
    @classmethod
    def _images(cls, images: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(
            images, IMAGE_PATTERN, "image that stays the same: <registry>/<name>:<tag> or @sha256:<digest>"
        )

    @field_validator("firewall", mode="before")
    @classmethod
    def _for_notebooks(cls, section: Any) -> Any:
        return completed(section, FIREWALL)

    @field_validator("load_balancer", mode="before")
    @classmethod
    def _one_target_group(cls, section: Any) -> Any:
        """Browsers speak no gRPC; that of pipelines' clients goes by HTTP."""
        return {"grpc": False, **cast(Mapping[str, Any], section)} if isinstance(section, Mapping) else section

    @field_validator("teams")
    @classmethod
    def _teams(cls, teams: tuple[TeamSpec, ...]) -> tuple[TeamSpec, ...]:
        for team in distinct(teams):
            home, *others = team.homes
            if others:
                raise refuse(
                    team.homes,
                    f"team {team.name} has {len(team.homes)} namespaces, and a profile is one; name one, or make two "
                    "teams",
                )
            if home in TAKEN:
                raise refuse(home, f"{home} is not for a team; name another namespace")
            if not team.emails:
                raise refuse(
                    team.name,
                    f"team {team.name} has no emails: Kubeflow knows people by their address, and the first owns the "
                    "profile",
                )
            if team.iam_roles:
                raise refuse(
                    team.iam_roles,
                    f"team {team.name} has iamRoles, which have no effect in Kubeflow: people sign in; grant a role "
                    "in gpuCluster.access instead",
                )
            if not team.quota.storage_gib:
                raise refuse(
                    team.name,
                    f"team {team.name} has no quota.storageGib: a notebook keeps its files on a volume",
                )
        return teams

    @model_validator(mode="after")
    def _what_teams_share_is_there(self) -> "KubeflowSpec":
        names = [pool.name for pool in self.pools]
        if len(set(names)) < len(names):
            raise refuse_at("pools", names, "two pools have the same name; give each pool its own name")
        if self.pools:
            _ = self.guaranteed
            _refuse_larger(self)
        homes = [team.homes[0] for team in self.teams]
        if strange := next((each for each in self.services if each in homes), None):
            raise refuse_at(
                "services", strange, "this is a team's namespace, and teams cannot reach each other; remove it"
            )
        return self


def _refuse_larger(spec: KubeflowSpec) -> None:
    there = {
        "cpu": sum(pool.all_cpus for pool in spec.pools),
        "memoryGib": sum(pool.all_memory_gib for pool in spec.pools),
    }
    for index, team in enumerate(spec.teams):
        wanted = {"cpu": team.quota.cpu, "memoryGib": team.quota.memory_gib}
        for field, amount in wanted.items():
            if amount > there[field]:
                remedy = f"the pools have {there[field]} for teams; lower the quota, or add pools"
                raise refuse_at(f"teams[{index}].quota.{field}", amount, remedy)
