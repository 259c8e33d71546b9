"""The arguments of a GpuCluster, and their validation."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import to_jsonable_python

from ...core.ip_range import IpRange
from ...core.log_retention import LogRetentionDays
from ...core.namespace_names import MonitoringNamespace, not_reserved
from ...core.node_labels import SYSTEM_TAINT
from ...core.problems import Problem, refuse_at
from ...core.spec import Inherits, Spec, refuse
from ...facts.versions import STANDARD_SUPPORT_ENDS, KubernetesVersion
from ..karpenter.spec import KarpenterConfig, KarpenterSpec
from ..node_pool.spec import NodePoolConfig, NodePoolSpec, TaintEffect, TaintSpec
from ..secure_namespace import SecureNamespaceConfig, SecureNamespaceSpec
from .autoscalers import rivals
from .existing_cluster import MADE_ONLY, ExistingClusterConfig, ExistingClusterSpec

_SERVICE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Source: EKS API reference, KubernetesNetworkConfigRequest.serviceIpv4Cidr."""

_SYSTEM_TAINT = TaintSpec(key=SYSTEM_TAINT, effect=TaintEffect.NO_SCHEDULE)


class AccessLevel(StrEnum):
    """The EKS access policy of a principal."""

    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"


class AccessConfig(TypedDict):
    """An IAM principal that may use the cluster."""

    name: str
    """A short name of the grant."""
    principal_arn: str
    """The ARN of the IAM role or user. Prefer a role that people assume."""
    level: AccessLevel
    """The access level."""
    namespaces: NotRequired[list[str]]
    """The namespaces of the grant; the whole cluster by default."""


class AccessSpec(Spec):
    """An IAM principal that may use the cluster."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", description="A short name of the grant.")
    principal_arn: str = Field(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$",
        description="The ARN of the IAM role (or user). Prefer a role that people assume.",
    )
    level: AccessLevel = Field(description="The access level.")
    namespaces: tuple[str, ...] = Field(
        default=(), description="The namespaces of the grant; the whole cluster when empty."
    )


class GpuClusterConfig(TypedDict):
    """The settings of a GPU cluster."""

    cluster_name: str
    """The EKS cluster's name, unique in its account and region."""
    existing: NotRequired[ExistingClusterConfig]
    """The cluster exists already, under `cluster_name`. Default: it is made."""
    kubernetes_version: NotRequired[KubernetesVersion]
    """The EKS version."""
    endpoint_public_cidrs: NotRequired[list[str]]
    """Public addresses that may reach the API server. When empty, the endpoint is private only."""
    endpoint_private_cidrs: NotRequired[list[str]]
    """Private addresses (CIDR) that may reach the API server in addition to the nodes, such as a VPN's."""
    session_manager: NotRequired[bool]
    """Whether people may open Session Manager sessions on nodes, and reach the API server through them."""
    access: NotRequired[list[AccessConfig]]
    """IAM principals that may use the cluster, in addition to its creator."""
    service_cidr: NotRequired[str]
    """The address range of Kubernetes services."""
    log_retention_days: NotRequired[int]
    """Days until control-plane logs are deleted."""
    deletion_protection: NotRequired[bool]
    """Whether the cluster is protected from deletion."""
    shared_system_pool: NotRequired[bool]
    """Whether pods of teams may run on the nodes of DNS, the controllers and Argo CD."""
    node_pools: list[NodePoolConfig]
    """Managed node pools. The first one without accelerators and with two or more nodes is the system pool."""
    karpenter: NotRequired[KarpenterConfig]
    """Pools whose nodes Karpenter adds and removes as pods need them."""
    namespaces: NotRequired[list[SecureNamespaceConfig]]
    """Namespaces to create. Each denies traffic by default."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class GpuClusterArgs(GpuClusterConfig):
    """The arguments of a GpuCluster."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    private_subnet_ids: pulumi.Input[list[str]]
    """Private subnets in at least two zones."""
    subnet_zones: NotRequired[pulumi.Input[list[str]]]
    """The zones of these subnets, in their order. Needed if they lack the tag karpenter.sh/discovery of the cluster."""


class GpuClusterSpec(Spec):
    """The settings of a GPU cluster."""

    cluster_name: str = Field(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$",
        description="The EKS cluster's name, unique in its account and region.",
    )
    existing: ExistingClusterSpec | None = Field(
        default=None,
        description="The cluster exists already, under clusterName; nodes, access and software are added to it. Its "
        "owner is responsible for endpoint, logs, encryption of secrets, versions and add-ons. Default: it is made.",
    )
    kubernetes_version: KubernetesVersion = Field(
        default=KubernetesVersion.V1_36, description="The EKS version, in quotes; one in standard support."
    )
    endpoint_public_cidrs: tuple[IpRange, ...] = Field(
        default=(),
        max_length=40,
        description="Public addresses (CIDR) that may reach the API server. When empty, the endpoint is private only.",
    )
    endpoint_private_cidrs: tuple[IpRange, ...] = Field(
        default=(),
        max_length=50,
        description="Private addresses (CIDR) that may reach the API server in addition to the nodes, such as a VPN's.",
    )
    session_manager: bool = Field(
        default=False,
        description="Whether people may open Session Manager sessions on nodes, and reach the API server through them.",
    )
    access: tuple[AccessSpec, ...] = Field(
        default=(), description="IAM principals that may use the cluster, in addition to its creator."
    )
    service_cidr: IpRange = Field(
        default="172.20.0.0/16",
        description="The range of Kubernetes services. It must not overlap the VPC or its peers.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=90, description="Days until CloudWatch deletes control-plane logs."
    )
    deletion_protection: bool = Field(default=True, description="Whether the cluster is protected from deletion.")
    shared_system_pool: bool = Field(
        default=False, description="Whether pods of teams may run on the nodes of DNS, the controllers and Argo CD."
    )
    node_pools: tuple[Annotated[NodePoolSpec, Inherits("kubernetes_version")], ...] = Field(
        min_length=1,
        description="Managed node pools. The first one without accelerators and with two or more nodes is the system "
        "pool: it runs the platform's own pods, and has the taint CriticalAddonsOnly.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    karpenter: Annotated[KarpenterSpec, Inherits("monitoring_namespace")] | None = Field(
        default=None, description="Pools whose nodes Karpenter adds and removes as pods need them. Default: none."
    )
    namespaces: tuple[SecureNamespaceSpec, ...] = Field(
        default=(), description="Namespaces to create. Each denies traffic by default."
    )

    @field_validator("access")
    @classmethod
    def _one_grant_a_principal(cls, grants: tuple[AccessSpec, ...]) -> tuple[AccessSpec, ...]:
        """EKS allows one access entry for each principal. Source: EKS user guide, "Create access entries"."""
        principals, names = [grant.principal_arn for grant in grants], [grant.name for grant in grants]
        for what, values in (("principal", principals), ("name", names)):
            if twice := [value for value in values if values.count(value) > 1]:
                raise refuse(twice[0], f"{twice[0]} is in more than one grant; give each {what} one grant")
        return grants

    @field_validator("kubernetes_version", mode="before")
    @classmethod
    def _in_support(cls, version: object) -> object:
        if isinstance(version, float):
            raise refuse(version, f'must be text, because YAML reads 1.30 as 1.3; write it in quotes: "{version}"')
        ended = STANDARD_SUPPORT_ENDS.get(str(version))
        if ended and str(version) not in list(KubernetesVersion):
            allowed = ", ".join(KubernetesVersion)
            raise refuse(version, f"EKS {version} leaves standard support on {ended}; allowed: {allowed}")
        return version

    @field_validator("node_pools")
    @classmethod
    def _system_pool_kept(cls, pools: tuple[NodePoolSpec, ...], info: ValidationInfo) -> tuple[NodePoolSpec, ...]:
        system = _system_pool(pools)
        if system is None:
            raise refuse(
                [pool.name for pool in pools],
                "nodePools needs a pool with minimum 2 or more, without accelerators and taints: the cluster's DNS, "
                "controllers and autoscaler run there",
            )
        shared = info.data.get("shared_system_pool", False)
        taints = system.taints or (() if shared else (_SYSTEM_TAINT,))
        kept = system.model_copy(update={"system": True, "taints": taints})
        return tuple(kept if pool is system else pool for pool in pools)

    @field_validator("endpoint_private_cidrs")
    @classmethod
    def _private(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        for cidr in cidrs:
            if not IPv4Network(cidr).is_private:
                raise refuse(cidr, f"{cidr} is a public range; move it to endpointPublicCidrs if it must reach the API")
        return cidrs

    @field_validator("service_cidr")
    @classmethod
    def _private_services(cls, cidr: str) -> str:
        network = IPv4Network(cidr)
        if not (12 <= network.prefixlen <= 24 and any(network.subnet_of(each) for each in _SERVICE_RANGES)):
            ranges = ", ".join(map(str, _SERVICE_RANGES))
            raise refuse(cidr, f"must be a /12 to /24 inside one of {ranges}; write one such as 172.20.0.0/16")
        return cidr

    @field_validator("namespaces")
    @classmethod
    def _namespaces_once(cls, namespaces: tuple[SecureNamespaceSpec, ...]) -> tuple[SecureNamespaceSpec, ...]:
        names = [not_reserved(each.namespace) for each in namespaces]
        for name in names:
            if names.count(name) > 1:
                raise refuse(name, f"the namespace {name} is listed more than once; list it once")
        return namespaces

    @model_validator(mode="after")
    def _existing_is_the_owners(self) -> "GpuClusterSpec":
        if self.existing and (given := next((name for name in MADE_ONLY if name in self.model_fields_set), None)):
            remedy = "configures a control plane that is made here, but existing names one; remove it"
            raise refuse_at(to_camel(given), to_jsonable_python(getattr(self, given)), remedy)
        return self

    @model_validator(mode="after")
    def _pools_are_told_apart(self) -> "GpuClusterSpec":
        managed = [pool.name for pool in self.node_pools]
        names = [*managed, *(pool.name for pool in (self.karpenter.pools if self.karpenter else ()))]
        if twice := next((name for name in names if names.count(name) > 1), None):
            field = "nodePools" if managed.count(twice) > 1 else "karpenter.pools"
            raise refuse_at(field, twice, "two pools have this name; give each pool its own name")
        if several := [pool.name for pool in self.node_pools if pool.system][1:]:
            raise refuse_at("nodePools", several, "system is true for an earlier pool too; set it for one pool only")
        return self

    @property
    def contested_pods(self) -> str | None:
        """A sentence about two pools whose autoscalers would both add a node for the same pod; None without such pools.

        No validator calls it, so that a stack reports it together with other problems between its sections.
        """
        # The platform's own pods select the system pool, which only the cluster autoscaler scales.
        growing = [pool for pool in self.node_pools if self.shared_system_pool or pool is not self.system_pool]
        return rivals(growing, self.karpenter.pools) if self.karpenter else None

    def absent_in(self, region: str) -> Iterator[Problem]:
        """The problems of all pools, with Karpenter's, that `region` does not offer."""
        for index, pool in enumerate(self.node_pools):
            yield from (problem.within("nodePools", index) for problem in pool.absent_in(region))
        if self.karpenter:
            yield from (problem.within("karpenter") for problem in self.karpenter.absent_in(region))

    @property
    def takes_any_pod(self) -> bool:
        """Whether a pool runs pods without accelerators and tolerations."""
        pools = (*self.node_pools, *(self.karpenter.pools if self.karpenter else ()))
        return any(
            not pool.lead.accelerators and all(taint.effect is TaintEffect.PREFER_NO_SCHEDULE for taint in pool.taints)
            for pool in pools
        )

    @property
    def system_pool(self) -> NodePoolSpec:
        """The pool of the platform's own pods."""
        return next(pool for pool in self.node_pools if pool.system)

    @property
    def autoscaled(self) -> bool:
        """Whether a pool needs the cluster autoscaler, because its size can change."""
        return any(pool.peak > pool.minimum for pool in self.node_pools)


def _system_pool(pools: tuple[NodePoolSpec, ...]) -> NodePoolSpec | None:
    """The pool of the platform's own pods: the one with `system` or the system taint, or the first suitable one."""
    able = [
        pool
        for pool in pools
        if pool.minimum >= 2 and not pool.lead.accelerators and {taint.key for taint in pool.taints} <= {SYSTEM_TAINT}
    ]
    chosen = [pool for pool in able if pool.system] or [pool for pool in able if pool.taints] or able
    return chosen[0] if chosen else None
