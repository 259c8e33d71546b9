"""ClusterAutoscaler: scales managed node pools between their minimum and maximum."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ..core.component import Component
from ..core.iam import Condition, allow, document
from ..core.manifest import Manifest, Release
from ..core.namespace_names import MonitoringNamespace
from ..core.network_policies import allow_apis, allow_metrics
from ..core.pods import on_system_nodes
from ..core.spec import Spec
from ..facts.versions import CLUSTER_AUTOSCALER, CLUSTER_AUTOSCALER_IMAGE, KubernetesVersion
from .secure_namespace import SecureNamespace
from .workload_identity import WorkloadIdentity

NAMESPACE = "cluster-autoscaler"
METRICS_PORT = 8085
_PODS = {"app.kubernetes.io/name": "aws-cluster-autoscaler"}
_NOBODY = 65534


class ClusterAutoscalerArgs(TypedDict):
    """The arguments of a ClusterAutoscaler."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster whose managed pools it scales."""
    kubernetes_version: KubernetesVersion
    """The cluster's version. The autoscaler has the same version."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read the metrics."""


class ClusterAutoscalerSpec(Spec):
    """The checked arguments of a ClusterAutoscaler."""

    kubernetes_version: KubernetesVersion = Field(
        description="The cluster's version. The autoscaler has the same version."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read the metrics."
    )


class ClusterAutoscaler(Component[ClusterAutoscalerArgs, ClusterAutoscalerSpec]):
    """The cluster autoscaler in its own namespace. It may scale only the Auto Scaling groups of its cluster.

    Pass a Kubernetes provider in the option `providers`.
    """

    role_arn: pulumi.Output[str]
    """The IAM role of the autoscaler."""

    def __init__(self, name: str, args: ClusterAutoscalerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ClusterAutoscalerArgs, ClusterAutoscalerSpec, opts)
        spec = self._spec
        child = pulumi.ResourceOptions(parent=self)
        cluster = pulumi.Output.from_input(args["cluster_name"])
        namespace = SecureNamespace(f"{name}-namespace", {"namespace": NAMESPACE}, child)
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": cluster,
                "namespace": NAMESPACE,
                "service_account": CLUSTER_AUTOSCALER.name,
                "policies": {"scaling": cluster.apply(scaling_policy)},
            },
            child,
        )
        rules = [
            Manifest(f"{name}-apis", allow_apis(NAMESPACE, _PODS), inside),
            Manifest(
                f"{name}-metrics", allow_metrics(NAMESPACE, _PODS, METRICS_PORT, spec.monitoring_namespace), inside
            ),
        ]
        values = autoscaler_values(cluster, self._account.region, spec.kubernetes_version)
        needed = pulumi.ResourceOptions(parent=self, depends_on=[namespace, identity, *rules])
        Release(f"{name}-release", CLUSTER_AUTOSCALER, NAMESPACE, values, needed)
        self.role_arn = identity.role_arn
        self._publish()


def scaling_policy(cluster: str) -> str:
    """Reads scaling groups and instance types, and scales only groups with the cluster's EKS tag.

    Source: cluster autoscaler on AWS, "Full Cluster Autoscaler Features Policy".
    """
    ours: Condition = {
        "StringEquals": {
            "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
            f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned",
        }
    }
    groups = ("AutoScalingGroups", "AutoScalingInstances", "LaunchConfigurations", "ScalingActivities")
    reads = [f"autoscaling:Describe{what}" for what in groups]
    reads += [f"ec2:Describe{what}" for what in ("Images", "InstanceTypes", "LaunchTemplateVersions")]
    reads += ["ec2:GetInstanceTypesFromInstanceRequirements", "eks:DescribeNodegroup"]
    moves = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    return document(allow("Plan", reads, ["*"]), allow("Move", moves, ["*"], ours))


def autoscaler_values(cluster: pulumi.Input[str], region: str, version: str) -> dict[str, Any]:
    """Values of the chart: two replicas with leader election, and the expander least-waste.

    Source: cluster autoscaler FAQ, "What are the parameters to CA?", for the defaults that differ here.
    """
    return {
        "fullnameOverride": CLUSTER_AUTOSCALER.name,
        "cloudProvider": "aws",
        "awsRegion": region,
        "autoDiscovery": {"clusterName": cluster},
        "image": {"tag": CLUSTER_AUTOSCALER_IMAGE[version]},
        "replicaCount": 2,
        "rbac": {"serviceAccount": {"name": CLUSTER_AUTOSCALER.name}},
        "extraArgs": {
            "expander": "least-waste",
            "balance-similar-node-groups": True,
            "skip-nodes-with-system-pods": False,
            # By default the autoscaler never removes a node with an emptyDir pod, and every model server has an
            # emptyDir.
            "skip-nodes-with-local-storage": False,
            "scale-down-unneeded-time": "10m",
            "max-node-provision-time": "15m",
        },
        "podDisruptionBudget": {"maxUnavailable": 1},
        **on_system_nodes(),
        "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "fsGroup": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
