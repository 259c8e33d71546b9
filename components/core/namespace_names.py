"""Valid names of namespaces, and reserved ones."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from .spec import each_once, refuse

NAMESPACE_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""Source: Kubernetes, "Object Names and IDs", RFC 1123 label names."""

KUBERNETES_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Source: Kubernetes, "Namespaces", Initial namespaces; every name that begins with kube- is reserved."""

PLATFORM_NAMESPACES = (
    "argocd",
    "aws-load-balancer-controller",
    "cert-manager",
    "cluster-autoscaler",
    "external-secrets",
    "feast",
    "feature-ingest",
    "gpu-system",
    "grafana",
    "istio-ingress",
    "istio-system",
    "karpenter",
    "keda",
    "knative-operator",
    "knative-serving",
    "kserve",
    "kserve-localmodel-jobs",
    "kubeflow",
    "kubeflow-system",
    "kueue-system",
    "kyverno",
    "logging",
    "mlflow",
    "model-quality",
    "node-exporter",
    "oauth2-proxy",
    "ray-system",
    "store-access",
    "trace-store",
    "tracing",
    "trainer-system",
    "velero",
)
"""The namespaces that components of the platform create."""


def namespaces_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, when each is a valid and unique namespace name; refused otherwise."""
    return each_once(names, NAMESPACE_PATTERN, "namespace name; use lower case letters, digits and hyphens")


def is_kubernetes(name: str) -> bool:
    """Whether Kubernetes reserves the namespace."""
    return name in KUBERNETES_NAMESPACES or name.startswith("kube-")


def not_of_kubernetes(name: str) -> str:
    """`name`, unless Kubernetes reserves the namespace; refused otherwise."""
    if is_kubernetes(name):
        raise refuse(name, f"the namespace {name} belongs to Kubernetes; choose another namespace")
    return name


MonitoringNamespace = Annotated[str, StringConstraints(pattern=NAMESPACE_PATTERN), AfterValidator(not_of_kubernetes)]
"""The namespace whose pods may read metrics. In one of Kubernetes, pods that have nothing to do with metrics could."""


def _clients_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        not_of_kubernetes(name)
    return namespaces_once(names)


ClientNamespaces = Annotated[tuple[str, ...], AfterValidator(_clients_once)]
"""Valid, unique namespaces to which a service may give an egress policy.

Pods that an egress policy selects lose every other connection: in kube-system, CoreDNS could ask no other server.
"""


def not_reserved(name: str) -> str:
    """`name`, unless the namespace belongs to Kubernetes or to a component of the platform; refused otherwise."""
    not_of_kubernetes(name)
    if name in PLATFORM_NAMESPACES:
        raise refuse(name, f"the namespace {name} belongs to a component of the platform; choose another name")
    return name


def _unreserved_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        not_reserved(name)
    return namespaces_once(names)


UnreservedNamespaces = Annotated[tuple[str, ...], AfterValidator(_unreserved_once)]
"""Valid, unique namespaces that a component creates for teams or models."""
