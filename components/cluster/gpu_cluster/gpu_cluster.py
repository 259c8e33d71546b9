"""GpuCluster: an EKS cluster for GPU workloads."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from ...core.component import Component
from ...core.manifest import Manifest
from ...core.ordering import after
from ...core.spec import args_of
from ..cluster_addons import AFTER_NODES, BEFORE_NODES, cluster_addon
from ..cluster_autoscaler import ClusterAutoscaler
from ..gpu_software import GpuSoftware
from ..karpenter.karpenter import Karpenter
from ..karpenter.spec import KarpenterArgs
from ..node_pool.node_pool import NodePool
from ..node_pool.spec import NodePoolArgs
from ..node_role import node_role
from ..secure_namespace import TEAM_LABEL, PodSecurity, SecureNamespace, SecureNamespaceArgs, SecureNamespaceSpec
from .control_plane import ControlPlane, control_plane, existing_control_plane
from .existing_cluster import differences, found_cluster
from .security_groups import security_groups
from .spec import AccessLevel, GpuClusterArgs, GpuClusterSpec
from .team_pods import team_pods_policy

_POLICIES = {
    AccessLevel.ADMIN: "AmazonEKSClusterAdminPolicy",
    AccessLevel.EDIT: "AmazonEKSEditPolicy",
    AccessLevel.VIEW: "AmazonEKSViewPolicy",
}
_NAMESPACED_ADMIN = "AmazonEKSAdminPolicy"


class GpuCluster(Component[GpuClusterArgs, GpuClusterSpec]):
    """An EKS cluster with GPU pools.

    The API server is private by default, secrets have envelope encryption, access needs an access entry, and every
    namespace denies traffic by default. Programs create objects in the cluster with `kubernetes_provider`. To a cluster
    that exists, only nodes, access, namespaces and software are added.
    """

    cluster_name: pulumi.Output[str]
    """The EKS cluster's name."""
    namespaces: pulumi.Output[list[str]]
    """The namespaces of the config, resolved after their network policies exist."""
    ready: pulumi.Output[str]
    """The cluster's name, resolved after nodes have joined and add-ons are ready."""
    kubeconfig: pulumi.Output[str]
    """The kubeconfig of the cluster, as JSON; secret."""
    oidc_issuer: pulumi.Output[str]
    """The issuer of the cluster's service account tokens, without https://."""
    oidc_provider_arn: pulumi.Output[str]
    """The ARN of the IAM provider that trusts the issuer."""
    cluster_security_group_id: pulumi.Output[str]
    """The security group of the control plane's interfaces."""
    node_security_group_id: pulumi.Output[str]
    """The security group of nodes and their pods."""
    node_role_arn: pulumi.Output[str]
    """The IAM role of the nodes, for further pools."""
    volume_key_arn: pulumi.Output[str]
    """The KMS key of nodes' volumes, for further pools."""
    scaling_group_names: pulumi.Output[dict[str, str]]
    """The Auto Scaling group of each managed pool, by the pool's name."""
    interruption_queue_name: pulumi.Output[str]
    """The queue from which Karpenter reads interruptions; empty without Karpenter."""

    def __init__(self, name: str, args: GpuClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, GpuClusterArgs, GpuClusterSpec, opts)
        spec = self._spec
        if absent := [problem.sentence for problem in spec.absent_in(self._account.region)]:
            self._refuse(*absent)
        found = self._found()
        existing_id = spec.existing.security_group_id if spec.existing else None
        self._groups = security_groups(
            name, spec.cluster_name, args["vpc_id"], spec.endpoint_private_cidrs, self._child, existing_id
        )
        if found:
            self._plane = existing_control_plane(name, spec, found, self._account, self._child)
        else:
            self._plane = control_plane(name, spec, args, self._account, self._groups, self._child)
        self._kubeconfig = pulumi.Output.secret(self._plane.kubeconfig)
        self._role, self._node_grants = node_role(name, self._account, self._child, sessions=spec.session_manager)
        self._access()
        pools = self._node_pools(self._addons(BEFORE_NODES, self._plane.name))
        ready = after(self._plane.name, *pools.values())
        addons = self._addons(AFTER_NODES, ready)
        self.ready = after(ready, *addons)
        self._inside(self.ready)
        self._export(self._plane, pools)

    def _problem(self) -> str | None:
        return self._spec.contested_pods

    def _priced_inputs(self) -> Mapping[str, Any]:
        existing = self._spec.existing
        if not existing:
            return {}
        return {"clusterName": self._spec.cluster_name, "existing": existing.model_dump(by_alias=True)}

    def _found(self) -> aws.eks.GetClusterResult | None:
        """The cluster that exists, if the arguments name one and it can be used."""
        spec = self._spec
        if not spec.existing:
            return None
        found = found_cluster(spec.cluster_name, pulumi.InvokeOptions(parent=self))
        if wrong := list(differences(spec.existing, spec.cluster_name, str(spec.kubernetes_version), found)):
            self._refuse(*wrong)
        return found

    def _access(self) -> None:
        for grant in self._spec.access:
            entry = aws.eks.AccessEntry(
                f"{self._name}-access-{grant.name}",
                cluster_name=self._plane.name,
                principal_arn=grant.principal_arn,
                opts=self._child,
            )
            policy = _POLICIES[grant.level]
            if grant.namespaces and grant.level is AccessLevel.ADMIN:
                policy = _NAMESPACED_ADMIN
            scope: dict[str, Any] = {"type": "cluster"}
            if grant.namespaces:
                scope = {"type": "namespace", "namespaces": list(grant.namespaces)}
            aws.eks.AccessPolicyAssociation(
                f"{self._name}-access-{grant.name}-policy",
                cluster_name=self._plane.name,
                principal_arn=entry.principal_arn,
                policy_arn=f"arn:{self._account.partition}:eks::aws:cluster-access-policy/{policy}",
                access_scope=scope,  # pyright: ignore[reportArgumentType] - a plain mapping is an input too
                opts=self._child,
            )

    def _addons(self, addons: tuple[str, ...], cluster_name: pulumi.Output[str]) -> list[aws.eks.Addon]:
        version = str(self._spec.kubernetes_version)
        if self._spec.existing:
            # EKS refuses an add-on that the cluster has, and its owner updates those that it has.
            return []
        return [cluster_addon(self._name, addon, cluster_name, version, self._account, self._child) for addon in addons]

    def _node_pools(self, needed: list[aws.eks.Addon]) -> dict[str, NodePool]:
        """The managed pools. They wait for the add-ons that nodes need."""
        return {
            pool.name: NodePool(
                f"{self._name}-{pool.name}",
                args_of(
                    NodePoolArgs,
                    pool,
                    cluster_name=after(self._plane.name, *needed, *self._groups.rules),
                    node_role_arn=after(self._role.arn, *self._node_grants),
                    subnet_ids=self._args["private_subnet_ids"],
                    **self._subnet_zones(),
                    security_group_ids=self._groups.nodes.id.apply(lambda group: [group]),
                    volume_key_arn=self._plane.volume_key.arn,
                ),
                self._child,
            )
            for pool in self._spec.node_pools
        }

    def _subnet_zones(self) -> dict[str, Any]:
        return {"subnet_zones": self._args["subnet_zones"]} if "subnet_zones" in self._args else {}

    def _inside(self, cluster_name: pulumi.Output[str]) -> None:
        """The software in the cluster. It waits for nodes and the add-ons that need nodes."""
        spec, name = self._spec, self._name
        self.kubernetes_provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self._kubeconfig,
            enable_server_side_apply=True,
            # Objects need no deletion after EKS has deleted the cluster.
            delete_unreachable=False,
            opts=self._child,
        )
        inside = pulumi.ResourceOptions(parent=self, providers=[self.kubernetes_provider])
        Manifest(f"{name}-gp3", storage_class(self._plane.volume_key.arn), inside)
        if not spec.shared_system_pool:
            rule, binding = team_pods_policy()
            made = Manifest(f"{name}-team-pods", rule, inside)
            needed = pulumi.ResourceOptions(depends_on=[made])
            Manifest(f"{name}-team-pods-binding", binding, pulumi.ResourceOptions.merge(inside, needed))
        closed = [SecureNamespace(f"{name}-{each.namespace}", namespace_args(each), inside) for each in spec.namespaces]
        self.namespaces = after([each.namespace for each in spec.namespaces], *(each.namespace for each in closed))
        GpuSoftware(
            f"{name}-gpu-software",
            {
                "cluster_name": cluster_name,
                "fabric": any(pool.efa for pool in spec.node_pools),
                "neuron": any(pool.lead.has_neuron for pool in (*spec.node_pools, *self._karpenter_pools())),
                "monitoring_namespace": spec.monitoring_namespace,
            },
            inside,
        )
        if spec.autoscaled:
            ClusterAutoscaler(
                f"{name}-autoscaler",
                {
                    "cluster_name": cluster_name,
                    "kubernetes_version": spec.kubernetes_version,
                    "monitoring_namespace": spec.monitoring_namespace,
                },
                inside,
            )
        self.interruption_queue_name = pulumi.Output.from_input("")
        if spec.karpenter:
            untagged = {"subnet_ids": self._args["private_subnet_ids"]} if "subnet_zones" in self._args else {}
            karpenter = Karpenter(
                f"{name}-karpenter",
                args_of(
                    KarpenterArgs,
                    spec.karpenter,
                    cluster_name=cluster_name,
                    node_role_name=after(self._role.name, *self._node_grants),
                    node_role_arn=self._role.arn,
                    volume_key_arn=self._plane.volume_key.arn,
                    **untagged,
                ),
                inside,
            )
            self.interruption_queue_name = karpenter.queue_name

    def _karpenter_pools(self) -> tuple[Any, ...]:
        return self._spec.karpenter.pools if self._spec.karpenter else ()

    def _export(self, plane: ControlPlane, pools: dict[str, NodePool]) -> None:
        self.cluster_name = plane.name
        self.kubeconfig = self._kubeconfig
        self.oidc_issuer = plane.oidc_issuer
        self.oidc_provider_arn = plane.oidc_provider_arn
        self.cluster_security_group_id = self._groups.cluster_id.apply(str)
        self.node_security_group_id = self._groups.nodes.id.apply(str)
        self.node_role_arn = self._role.arn
        self.volume_key_arn = plane.volume_key.arn
        self.scaling_group_names = pulumi.Output.all(
            **{pool: each.scaling_group_name for pool, each in pools.items()}
        ).apply(lambda names: dict(names))
        self._publish()


def namespace_args(namespace: SecureNamespaceSpec) -> SecureNamespaceArgs:
    """The arguments of a namespace. It has the label of teams, unless it admits privileged pods or sets the label."""
    team = {} if namespace.pod_security is PodSecurity.PRIVILEGED else {TEAM_LABEL: "true"}
    return {
        "namespace": namespace.namespace,
        "pod_security": namespace.pod_security,
        "labels": {**team, **namespace.labels},
    }


def storage_class(volume_key_arn: pulumi.Input[str]) -> dict[str, Any]:
    """The default storage class: gp3, encrypted with the cluster's key, created in the zone of its first pod."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "gp3", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": volume_key_arn},
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "reclaimPolicy": "Delete",
    }
