"""Argo CD's project of Kubeflow: its repository, and the namespaces and kinds of the waves."""

from collections.abc import Iterable
from typing import Any

from .waves import Wave

NAME = "kubeflow"
IN_CLUSTER = "https://kubernetes.default.svc"
SYSTEM = "kube-system"
"""The namespace of the mesh's CNI plugin, and of Kueue's role for reading the cluster's configuration."""

CLUSTER_KINDS = (
    ("", "Namespace"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("trainer.kubeflow.org", "ClusterTrainingRuntime"),
)
"""The cluster-wide kinds of the overlays."""

KINDS = (
    ("", "ConfigMap"),
    ("", "Secret"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("cert-manager.io", "Certificate"),
    ("cert-manager.io", "Issuer"),
    ("elbv2.k8s.aws", "TargetGroupBinding"),
    ("external-secrets.io", "ExternalSecret"),
    ("networking.istio.io", "DestinationRule"),
    ("networking.istio.io", "Gateway"),
    ("networking.istio.io", "Sidecar"),
    ("networking.istio.io", "VirtualService"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("security.istio.io", "AuthorizationPolicy"),
    ("security.istio.io", "RequestAuthentication"),
)
"""The namespaced kinds of the overlays."""


def project(waves: Iterable[Wave], argo_cd: str, repository: str) -> dict[str, Any]:
    """The project. It has no roles, because only the repository changes Kubeflow."""
    places = sorted({SYSTEM, *(wave.namespace for wave in waves)})
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {
            "name": NAME,
            "namespace": argo_cd,
            # Applications need the project during their deletion.
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "description": "Kubeflow, in waves.",
            "sourceRepos": [repository],
            "destinations": [{"server": IN_CLUSTER, "namespace": place} for place in places],
            "clusterResourceWhitelist": [{"group": group, "kind": kind} for group, kind in CLUSTER_KINDS],
            "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in KINDS],
        },
    }
