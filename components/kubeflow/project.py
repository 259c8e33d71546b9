"""Argo CD's project of Kubeflow: the one repository, the namespaces of the waves, and the kinds that they bring."""

from collections.abc import Iterable
from typing import Any

from .waves import Wave

NAME = "kubeflow"
IN_CLUSTER = "https://kubernetes.default.svc"
SYSTEM = "kube-system"
"""Where the mesh's plugin of nodes runs, and where the queue's rights to the cluster's own configuration lie."""

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
"""What the overlays have outside namespaces."""

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
"""What they have inside."""


def project(waves: Iterable[Wave], argo_cd: str, repository: str) -> dict[str, Any]:
    """The project. Nobody has a role in it: what Kubeflow is, its repository says."""
    places = sorted({SYSTEM, *(wave.namespace for wave in waves)})
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {
            "name": NAME,
            "namespace": argo_cd,
            # It outlives the Applications that need it to be removed.
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
