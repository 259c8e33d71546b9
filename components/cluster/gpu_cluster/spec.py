"""What a GPU cluster is made from, and what is refused."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...core.ip_range import IpRange
from ...core.log_retention import LogRetentionDays
from ...core.namespace_names import NAMESPACE_PATTERN, not_reserved
from ...core.node_labels import SYSTEM_TAINT
from ...core.problems import Problem, refuse_at
from ...core.spec import Inherits, Spec, refuse
from ...facts.versions import STANDARD_SUPPORT_ENDS, KubernetesVersion
from ..karpenter.spec import KarpenterConfig, KarpenterSpec
from ..node_pool.spec import NodePoolConfig, NodePoolSpec, TaintEffect, TaintSpec
from ..secure_namespace import SecureNamespaceConfig, SecureNamespaceSpec
from .autoscalers import rivals

_SERVICE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Source: EKS API reference, KubernetesNetworkConfigRequest.serviceIpv4Cidr."""

_SYSTEM_TAINT = TaintSpec(key=SYSTEM_TAINT, effect=TaintEffect.NO_SCHEDULE)


class AccessLevel(StrEnum):
    """What a principal may do in the cluster, as an EKS access policy."""

    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"


class AccessConfig(TypedDict):
    """Who may use the cluster."""

    name: str
    """A short name of the grant."""
    principal_arn: str
    """The IAM role or user; a role that people assume, rather than a user."""
    level: AccessLevel
    """What it may do."""
    namespaces: NotRequired[list[str]]
    """Where it may do it; the whole cluster by default."""


class AccessSpec(Spec):
    """Who may use the cluster."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", description="A short name of the grant.")
    principal_arn: str = Field(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$",
        description="The IAM role (or user) that is let in.",
    )
    level: AccessLevel = Field(description="What it may do.")
    namespaces: tuple[str, ...] = Field(default=(), description="Where it may do it; the whole cluster when empty.")


class GpuClusterConfig(TypedDict):
    """A GPU cluster, as a stack's config describes it."""

    cluster_name: str
    """The EKS cluster's name, unique in its account and region."""
    kubernetes_version: NotRequired[KubernetesVersion]
    """The EKS version."""
    endpoint_public_cidrs: NotRequired[list[str]]
    """Addresses that may reach the API server from outside; private alone when empty."""
    endpoint_private_cidrs: NotRequired[list[str]]
    """Private addresses, of a VPN or of pipelines, that may reach the API server beside the nodes."""
    session_manager: NotRequired[bool]
    """Whether people may open Session Manager sessions on nodes, and through them reach the API server."""
    access: NotRequired[list[AccessConfig]]
    """Who may use the cluster, beside the principal that creates it."""
    service_cidr: NotRequired[str]
    """Addresses of Kubernetes services."""
    log_retention_days: NotRequired[int]
    """Days that control-plane logs are kept."""
    deletion_protection: NotRequired[bool]
    """Whether EKS refuses to delete the cluster."""
    shared_system_pool: NotRequired[bool]
    """Whether pods of teams may run on the nodes of DNS, the controllers and Argo CD."""
    node_pools: list[NodePoolConfig]
    """Managed node pools; the first without accelerators and with two nodes or more carries the platform's own pods."""
    karpenter: NotRequired[KarpenterConfig]
    """Pools that Karpenter makes and removes as pods need them."""
    namespaces: NotRequired[list[SecureNamespaceConfig]]
    """Namespaces to make, each closed by default."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class GpuClusterArgs(GpuClusterConfig):
    """What a GpuCluster is made from: its config, and the network it lies in."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    private_subnet_ids: pulumi.Input[list[str]]
    """Private subnets of at least two zones."""


class GpuClusterSpec(Spec):
    """A GPU cluster."""

    cluster_name: str = Field(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$",
        description="The EKS cluster's name, unique in its account and region.",
    )
    kubernetes_version: KubernetesVersion = Field(
        default=KubernetesVersion.V1_36, description="The EKS version, in quotes; one in standard support."
    )
    endpoint_public_cidrs: tuple[IpRange, ...] = Field(
        default=(), description="Addresses (CIDR) that may reach the API server from outside; private alone when empty."
    )
    endpoint_private_cidrs: tuple[IpRange, ...] = Field(
        default=(),
        description="Private addresses (CIDR), of a VPN or of pipelines, that may reach the API server as well.",
    )
    session_manager: bool = Field(
        default=False,
        description="Whether people may open Session Manager sessions on nodes, and through them reach the API server.",
    )
    access: tuple[AccessSpec, ...] = Field(
        default=(), description="Who may use the cluster, beside the principal that creates it."
    )
    service_cidr: IpRange = Field(
        default="172.20.0.0/16", description="Addresses of Kubernetes services, apart from the VPC's and its peers'."
    )
    log_retention_days: LogRetentionDays = Field(
        default=90, description="Days that control-plane logs are kept in CloudWatch."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether EKS refuses to delete the cluster until it is lifted."
    )
    shared_system_pool: bool = Field(
        default=False, description="Whether pods of teams may run on the nodes of DNS, the controllers and Argo CD."
    )
    node_pools: tuple[Annotated[NodePoolSpec, Inherits("kubernetes_version")], ...] = Field(
        min_length=1,
        description="Managed node pools; the first without accelerators and with two nodes or more carries the "
        "platform's own pods, and is tainted CriticalAddonsOnly.",
    )
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read metrics."
    )
    karpenter: Annotated[KarpenterSpec, Inherits("monitoring_namespace")] | None = Field(
        default=None, description="Pools that Karpenter makes and removes as pods need them; none when left out."
    )
    namespaces: tuple[SecureNamespaceSpec, ...] = Field(
        default=(), description="Namespaces to make, each closed by default."
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
            raise refuse(version, f'a version is text, or 1.30 would become 1.3; put it in quotes: "{version}"')
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
                "nodePools needs one with minimum 2 or more, without accelerators and taints: the cluster's DNS, "
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
                raise refuse(cidr, f"{cidr} is a public range; name it in endpointPublicCidrs if it must reach the API")
        return cidrs

    @field_validator("service_cidr")
    @classmethod
    def _private_services(cls, cidr: str) -> str:
        network = IPv4Network(cidr)
        if not (12 <= network.prefixlen <= 24 and any(network.subnet_of(each) for each in _SERVICE_RANGES)):
            ranges = ", ".join(map(str, _SERVICE_RANGES))
            raise refuse(cidr, f"services need a /12 to a /24 inside one of {ranges}; write one such as 172.20.0.0/16")
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
        """Why two autoscalers would both add a node for one pod; None where they would not.

        No validator asks it, so that a stack can tell it together with what else is wrong among its sections.
        """
        # The platform's own pods select the system pool, which no other autoscaler than its own can grow.
        growing = [pool for pool in self.node_pools if self.shared_system_pool or pool is not self.system_pool]
        return rivals(growing, self.karpenter.pools) if self.karpenter else None

    def absent_in(self, region: str) -> Iterator[Problem]:
        """What `region` lacks of the pools, Karpenter's among them."""
        for index, pool in enumerate(self.node_pools):
            yield from (problem.within("nodePools", index) for problem in pool.absent_in(region))
        if self.karpenter:
            yield from (problem.within("karpenter") for problem in self.karpenter.absent_in(region))

    @property
    def takes_any_pod(self) -> bool:
        """Whether a pod that needs no accelerator and tolerates no taint finds a node."""
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
        """Whether a pool's size can move, so that an autoscaler must run."""
        return any(pool.peak > pool.minimum for pool in self.node_pools)


def _system_pool(pools: tuple[NodePoolSpec, ...]) -> NodePoolSpec | None:
    """The pool that carries the platform's own pods: the one that says so or is tainted for them, or the first able."""
    able = [
        pool
        for pool in pools
        if pool.minimum >= 2 and not pool.lead.accelerators and {taint.key for taint in pool.taints} <= {SYSTEM_TAINT}
    ]
    chosen = [pool for pool in able if pool.system] or [pool for pool in able if pool.taints] or able
    return chosen[0] if chosen else None
