"""What each pinned chart and add-on names by itself: read from its templates, rendered with our values.

Keep an entry when its version is raised only after rendering the new one (`helm template`): labels, accounts and ports
are the chart's own choice, and nothing in our program says them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.support.planner.chart_facts import EVERY_TAINT, ChartFacts, Pods, Toleration, named
from tests.support.planner.platform_charts import PLATFORM_CHARTS

__all__ = [
    "ADDONS",
    "CHARTS",
    "EVERY_TAINT",
    "KUBELET_PORT",
    "WELL_KNOWN_LABELS",
    "ChartFacts",
    "Pods",
    "Toleration",
    "value_at",
]

_CRITICAL: Toleration = {"key": "CriticalAddonsOnly", "operator": "Exists"}

CHARTS: dict[str, ChartFacts] = {
    "nvidia-device-plugin": ChartFacts(
        version="0.20.0",
        source="NVIDIA/k8s-device-plugin v0.20.0, deployments/helm/nvidia-device-plugin/templates",
        pods=(
            Pods(
                labels=named("nvidia-device-plugin"),
                account="nvidia-device-plugin-service-account",
                advertises="nvidia.com/gpu",
                asks_kubernetes=True,
                daemon=True,
                pod_security="privileged",
            ),
            Pods(
                labels=named("nvidia-device-plugin"),
                account="nvidia-device-plugin-service-account",
                selector={"nvidia.com/mps.capable": "true"},
                asks_kubernetes=True,
                daemon=True,
                pod_security="privileged",
                optional=True,
            ),
        ),
    ),
    "dcgm-exporter": ChartFacts(
        version="4.8.3",
        source="NVIDIA/dcgm-exporter, deployment/templates (chart 4.8.2, the newest whose source was read)",
        pods=(
            Pods(
                labels={**named("dcgm-exporter"), "app.kubernetes.io/component": "dcgm-exporter"},
                account="dcgm-exporter",
                ports=(9400,),
                daemon=True,
                pod_security="privileged",
            ),
        ),
    ),
    "aws-efa-k8s-device-plugin": ChartFacts(
        version="v0.5.30",
        source="aws/eks-charts, stable/aws-efa-k8s-device-plugin/templates/daemonset.yaml",
        pods=(
            Pods(
                labels={"name": "aws-efa-k8s-device-plugin"},
                account="default",
                tolerations=(_CRITICAL,),
                advertises="vpc.amazonaws.com/efa",
                daemon=True,
                pod_security="privileged",
                host_network=True,
            ),
        ),
    ),
    "neuron-helm-chart": ChartFacts(
        version="1.10.0",
        source="aws-neuron/neuron-helm-charts, charts/neuron-helm-chart/templates (1.0.0 was read)",
        pods=(
            Pods(
                labels={"name": "neuron-device-plugin-ds", **named("neuron-device-plugin", "neuron-helm-chart")},
                account="neuron-device-plugin",
                selector_path=("devicePlugin", "nodeSelector"),
                affinity_path=(),
                tolerations_path=("devicePlugin", "tolerations"),
                advertises="aws.amazon.com/neuron",
                asks_kubernetes=True,
                daemon=True,
                pod_security="privileged",
            ),
        ),
    ),
    "cluster-autoscaler": ChartFacts(
        version="9.59.0",
        source="kubernetes/autoscaler, cluster-autoscaler/charts/cluster-autoscaler/templates",
        pods=(
            Pods(
                labels=named("aws-cluster-autoscaler", "cluster-autoscaler"),
                account="values:rbac.serviceAccount.name",
                ports=(8085,),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
    ),
    "karpenter-crd": ChartFacts(
        version="1.14.3",
        source="aws/karpenter-provider-aws v1.14.3, charts/karpenter-crd/templates",
        defines=("karpenter.sh", "karpenter.k8s.aws", "autoscaling.x-k8s.io"),
    ),
    "karpenter": ChartFacts(
        version="1.14.3",
        source="aws/karpenter-provider-aws v1.14.3, charts/karpenter/templates/deployment.yaml",
        crds_folder=True,
        pods=(
            Pods(
                labels=named("karpenter"),
                account="values:serviceAccount.name",
                ports=(8080, 8081),
                tolerations=(_CRITICAL,),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
    ),
    **PLATFORM_CHARTS,
}


@dataclass(frozen=True)
class AddonFacts:
    """A managed add-on, which lives in kube-system: its pods' labels, the accounts that call AWS, what it provides."""

    source: str
    labels: Mapping[str, str]
    accounts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    called_by_api_server: tuple[int, ...] = ()
    provisioner: str = ""
    placed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Of a Deployment: where in the add-on's configuration its pods' place is, as fields of `Pods`."""
    needs_nodes: bool = False


_GUIDE = "EKS user guide, "
_AT_ROOT: Mapping[str, Any] = {"selector_path": ("nodeSelector",)}

ADDONS: dict[str, AddonFacts] = {
    "vpc-cni": AddonFacts(
        _GUIDE + "Configure Amazon VPC CNI plugin to use IRSA", {"k8s-app": "aws-node"}, ("aws-node",)
    ),
    "kube-proxy": AddonFacts(_GUIDE + "Manage kube-proxy", {"k8s-app": "kube-proxy"}),
    "eks-pod-identity-agent": AddonFacts(
        _GUIDE + "Set up the Amazon EKS Pod Identity Agent",
        {"app.kubernetes.io/name": "eks-pod-identity-agent"},
        (),
        (80,),
    ),
    "coredns": AddonFacts(
        _GUIDE + "Manage CoreDNS", {"k8s-app": "kube-dns"}, (), (53, 9153), needs_nodes=True, placed=_AT_ROOT
    ),
    "aws-ebs-csi-driver": AddonFacts(
        _GUIDE + "Use Kubernetes volume storage with Amazon EBS",
        {"app.kubernetes.io/name": "aws-ebs-csi-driver"},
        ("ebs-csi-controller-sa",),
        provisioner="ebs.csi.aws.com",
        placed={
            "selector_path": ("controller", "nodeSelector"),
            "affinity_path": ("controller", "affinity"),
            "tolerations_path": ("controller", "tolerations"),
        },
        needs_nodes=True,
    ),
    "metrics-server": AddonFacts(
        "terraform-aws-modules/terraform-aws-eks, issue 3557: the add-on listens on 10251",
        {"app.kubernetes.io/name": "metrics-server"},
        called_by_api_server=(10251,),
        placed=_AT_ROOT,
        needs_nodes=True,
    ),
    "eks-node-monitoring-agent": AddonFacts(
        "aws/eks-node-monitoring-agent v1.7.0, charts/eks-node-monitoring-agent/templates",
        {"app.kubernetes.io/name": "eks-node-monitoring-agent"},
        needs_nodes=True,
    ),
}

KUBELET_PORT = 10250
WELL_KNOWN_LABELS = {"kubernetes.io/os": "linux"}
"""What the kubelet sets on every Linux node. Source: Kubernetes, "Well-Known Labels, Annotations and Taints"."""


def value_at(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at `path`, or None where it is not given."""
    found: Any = values
    for part in path:
        found = cast(Mapping[str, Any], found).get(part) if isinstance(found, Mapping) else None
    return found if path else None
