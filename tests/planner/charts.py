"""What each pinned chart and add-on names by itself: read from its templates, rendered with our values.

Keep an entry when its version is raised only after rendering the new one (`helm template`): labels, accounts and ports
are the chart's own choice, and nothing in our program says them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

Toleration = Mapping[str, str]
EVERY_TAINT: Toleration = {"operator": "Exists"}


@dataclass(frozen=True)
class Pods:
    """One workload of a chart. Paths lead into the release's values; `ports` are those it listens on."""

    labels: Mapping[str, str]
    account: str
    """Its service account, or the path of the value that names it, after "values:"."""
    ports: tuple[int, ...] = ()
    selector_path: tuple[str, ...] = ("nodeSelector",)
    affinity_path: tuple[str, ...] = ("affinity",)
    tolerations_path: tuple[str, ...] = ("tolerations",)
    selector: Mapping[str, str] = field(default_factory=dict[str, str])
    """What its template asks of a node beside our values."""
    tolerations: tuple[Toleration, ...] = ()
    """What it tolerates beside our values, or by default."""
    advertises: str = ""
    """The resource that nodes have through it alone."""
    asks_kubernetes: bool = False
    asks_aws: bool = False
    daemon: bool = False
    host_network: bool = False
    optional: bool = False
    """Whether a plan may hold no node for it."""
    pod_security: str = "restricted"
    """The strictest Pod Security Standard that admits it; host paths need `privileged`."""


@dataclass(frozen=True)
class ChartFacts:
    """A chart at a version: its workloads, and the API groups it brings definitions for."""

    version: str
    source: str
    pods: tuple[Pods, ...] = ()
    defines: tuple[str, ...] = ()
    makes: tuple[Pods, ...] = ()
    """Pods that its controller makes for the objects of others, in whichever namespace those are."""


def _named(name: str, instance: str | None = None) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance or name}


_CRITICAL: Toleration = {"key": "CriticalAddonsOnly", "operator": "Exists"}

CHARTS: dict[str, ChartFacts] = {
    "nvidia-device-plugin": ChartFacts(
        version="0.20.0",
        source="NVIDIA/k8s-device-plugin v0.20.0, deployments/helm/nvidia-device-plugin/templates",
        pods=(
            Pods(
                labels=_named("nvidia-device-plugin"),
                account="nvidia-device-plugin-service-account",
                advertises="nvidia.com/gpu",
                asks_kubernetes=True,
                daemon=True,
                pod_security="privileged",
            ),
            Pods(
                labels=_named("nvidia-device-plugin"),
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
                labels={**_named("dcgm-exporter"), "app.kubernetes.io/component": "dcgm-exporter"},
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
                labels={"name": "neuron-device-plugin-ds", **_named("neuron-device-plugin", "neuron-helm-chart")},
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
                labels=_named("aws-cluster-autoscaler", "cluster-autoscaler"),
                account="values:rbac.serviceAccount.name",
                ports=(8085,),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
    ),
    "karpenter-crd": ChartFacts(
        version="1.14.1",
        source="aws/karpenter-provider-aws, charts/karpenter-crd/templates",
        defines=("karpenter.sh", "karpenter.k8s.aws", "autoscaling.x-k8s.io"),
    ),
    "karpenter": ChartFacts(
        version="1.14.1",
        source="aws/karpenter-provider-aws, charts/karpenter/templates/deployment.yaml",
        pods=(
            Pods(
                labels=_named("karpenter"),
                account="values:serviceAccount.name",
                ports=(8080, 8081),
                tolerations=(_CRITICAL,),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
    ),
    "cert-manager": ChartFacts(
        version="v1.21.1",
        source="cert-manager/cert-manager v1.21.1, deploy/charts/cert-manager/templates",
        pods=(
            Pods(
                labels={**_named("cert-manager"), "app.kubernetes.io/component": "controller"},
                account="cert-manager",
                ports=(9402, 9403),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={**_named("cainjector", "cert-manager"), "app.kubernetes.io/component": "cainjector"},
                account="cert-manager-cainjector",
                ports=(9402,),
                selector_path=("cainjector", "nodeSelector"),
                affinity_path=("cainjector", "affinity"),
                tolerations_path=("cainjector", "tolerations"),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={**_named("webhook", "cert-manager"), "app.kubernetes.io/component": "webhook"},
                account="cert-manager-webhook",
                ports=(10250, 6080, 9402),
                selector_path=("webhook", "nodeSelector"),
                affinity_path=("webhook", "affinity"),
                tolerations_path=("webhook", "tolerations"),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
        ),
        defines=("cert-manager.io", "acme.cert-manager.io"),
    ),
    "aws-load-balancer-controller": ChartFacts(
        version="3.5.0",
        source="kubernetes-sigs/aws-load-balancer-controller v3.5.0, helm/aws-load-balancer-controller",
        pods=(
            Pods(
                labels=_named("aws-load-balancer-controller"),
                account="values:serviceAccount.name",
                ports=(9443, 8080, 61779),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
        defines=("elbv2.k8s.aws", "aga.k8s.aws", "gateway.k8s.aws"),
    ),
    "base": ChartFacts(
        version="1.29.1",
        source="istio/istio 1.29.1, manifests/charts/base/templates",
        defines=(
            "networking.istio.io",
            "security.istio.io",
            "telemetry.istio.io",
            "extensions.istio.io",
        ),
    ),
    "istiod": ChartFacts(
        version="1.29.1",
        source="istio/istio 1.29.1, manifests/charts/istio-control/istio-discovery/templates",
        pods=(
            Pods(
                labels={"app": "istiod", "istio": "pilot", "app.kubernetes.io/name": "istiod"},
                account="istiod",
                ports=(8080, 15010, 15012, 15014, 15017),
                asks_kubernetes=True,
            ),
        ),
    ),
    "gateway": ChartFacts(
        version="1.29.1",
        source="istio/istio 1.29.1, manifests/charts/gateway/templates",
        pods=(
            Pods(
                labels={"app": "istio-ingressgateway", "istio": "ingressgateway", **_named("istio-ingressgateway")},
                account="istio-ingressgateway",
                # 8080 is where the release's own Service leads to, on which the Gateway then listens.
                ports=(8080, 15020, 15021, 15090),
            ),
        ),
    ),
    "keda": ChartFacts(
        version="2.20.2",
        source="kedacore/charts 2.20.2, keda/templates",
        pods=(
            Pods(
                labels={"app": "keda-operator", **_named("keda-operator", "keda")},
                account="keda-operator",
                ports=(9666, 8080, 8081),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={
                    "app": "keda-operator-metrics-apiserver",
                    **_named("keda-operator-metrics-apiserver", "keda"),
                },
                account="keda-metrics-server",
                ports=(6443, 8080),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={"app": "keda-admission-webhooks", **_named("keda-admission-webhooks", "keda")},
                account="keda-webhook",
                ports=(9443, 8080, 8081),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
        ),
        defines=("keda.sh", "eventing.keda.sh"),
    ),
    "external-secrets": ChartFacts(
        version="2.9.0",
        source="external-secrets/external-secrets, deploy/charts/external-secrets/templates",
        pods=(
            Pods(
                labels=_named("external-secrets"),
                account="external-secrets",
                ports=(8080, 8082),
                asks_kubernetes=True,
                asks_aws=True,
            ),
            Pods(
                labels=_named("external-secrets-webhook", "external-secrets"),
                account="external-secrets-webhook",
                ports=(8080, 8081, 10250),
                selector_path=("webhook", "nodeSelector"),
                affinity_path=("webhook", "affinity"),
                tolerations_path=("webhook", "tolerations"),
                asks_kubernetes=True,
            ),
            Pods(
                labels=_named("external-secrets-cert-controller", "external-secrets"),
                account="external-secrets-cert-controller",
                ports=(8080, 8081),
                selector_path=("certController", "nodeSelector"),
                affinity_path=("certController", "affinity"),
                tolerations_path=("certController", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        defines=("external-secrets.io", "generators.external-secrets.io"),
    ),
    "argo-cd": ChartFacts(
        version="10.1.1",
        source="argoproj/argo-helm argo-cd-10.1.1, charts/argo-cd/templates, and its redis-ha 4.38.0, rendered",
        pods=(
            *(
                Pods(
                    labels={
                        **_named(f"argocd-{part}", "argocd"),
                        "app.kubernetes.io/component": part,
                        "app.kubernetes.io/part-of": "argocd",
                    },
                    account=f"argocd-{part}",
                    ports=ports,
                    selector_path=("global", "nodeSelector"),
                    affinity_path=(),
                    tolerations_path=("global", "tolerations"),
                    selector={"kubernetes.io/os": "linux"},
                    asks_kubernetes=True,
                )
                for part, ports in {
                    "application-controller": (8082,),
                    "applicationset-controller": (7000, 8080, 8081),
                    "notifications-controller": (9001,),
                    "redis-secret-init": (),
                    "repo-server": (8081, 8084),
                    "server": (8080, 8083),
                }.items()
            ),
            # One of both kinds of Redis is there.
            Pods(
                labels={**_named("argocd-redis", "argocd"), "app.kubernetes.io/part-of": "argocd"},
                account="default",
                ports=(6379,),
                affinity_path=(),
            ),
            Pods(
                labels={"app": "redis-ha", "release": "argocd", "argocd-redis-ha": "replica"},
                account="argocd-redis-ha",
                ports=(6379, 26379),
                selector_path=("redis-ha", "nodeSelector"),
                affinity_path=(),
                tolerations_path=("redis-ha", "tolerations"),
            ),
            Pods(
                labels={
                    "app": "redis-ha-haproxy",
                    "release": "argocd",
                    "app.kubernetes.io/name": "argocd-redis-ha-haproxy",
                },
                account="argocd-redis-ha-haproxy",
                ports=(6379, 8888, 9101),
                selector_path=("redis-ha", "nodeSelector"),
                affinity_path=(),
                tolerations_path=("redis-ha", "haproxy", "tolerations"),
            ),
        ),
        defines=("argoproj.io",),
    ),
    "kserve-crd": ChartFacts(
        version="v0.20.0", source="kserve/kserve v0.20.0, charts/kserve-crd", defines=("serving.kserve.io",)
    ),
    "kserve-resources": ChartFacts(
        version="v0.20.0",
        source="kserve/kserve v0.20.0, charts/kserve-resources/templates",
        pods=(
            Pods(
                labels={
                    "app.kubernetes.io/name": "kserve-controller-manager",
                    "control-plane": "kserve-controller-manager",
                },
                account="kserve-controller-manager",
                ports=(9443, 8080, 8081, 8443),
                selector_path=("kserve", "controller", "nodeSelector"),
                affinity_path=("kserve", "controller", "affinity"),
                tolerations_path=("kserve", "controller", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        # Ports as our serving runtimes declare them: REST, gRPC and metrics.
        makes=(Pods(labels={"component": "predictor"}, account="default", ports=(8080, 9000, 8002, 8082)),),
    ),
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
    needs_nodes: bool = False


_GUIDE = "EKS user guide, "

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
    "coredns": AddonFacts(_GUIDE + "Manage CoreDNS", {"k8s-app": "kube-dns"}, (), (53, 9153), needs_nodes=True),
    "aws-ebs-csi-driver": AddonFacts(
        _GUIDE + "Use Kubernetes volume storage with Amazon EBS",
        {"app.kubernetes.io/name": "aws-ebs-csi-driver"},
        ("ebs-csi-controller-sa",),
        provisioner="ebs.csi.aws.com",
        needs_nodes=True,
    ),
    "metrics-server": AddonFacts(
        "terraform-aws-modules/terraform-aws-eks, issue 3557: the add-on listens on 10251",
        {"app.kubernetes.io/name": "metrics-server"},
        called_by_api_server=(10251,),
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
