"""The kinds of Kubernetes objects that a team may deliver."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

READ = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of namespaced object. Deleting a `stateful` object loses data."""

    group: str
    kind: str
    plural: str
    stateful: bool = False


HARMLESS = (
    Kind("", "ConfigMap", "configmaps"),
    Kind("", "PersistentVolumeClaim", "persistentvolumeclaims", stateful=True),
    Kind("", "Service", "services"),
    Kind("", "ServiceAccount", "serviceaccounts"),
    Kind("apps", "Deployment", "deployments"),
    Kind("apps", "StatefulSet", "statefulsets", stateful=True),
    Kind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Kind("batch", "CronJob", "cronjobs"),
    Kind("batch", "Job", "jobs"),
    Kind("keda.sh", "ScaledObject", "scaledobjects"),
    Kind("monitoring.coreos.com", "PodMonitor", "podmonitors"),
    Kind("monitoring.coreos.com", "PrometheusRule", "prometheusrules"),
    Kind("monitoring.coreos.com", "ServiceMonitor", "servicemonitors"),
    Kind("networking.istio.io", "VirtualService", "virtualservices"),
    Kind("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    Kind("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
    Kind("ray.io", "RayCluster", "rayclusters"),
    Kind("ray.io", "RayJob", "rayjobs"),
    Kind("serving.kserve.io", "InferenceService", "inferenceservices"),
    Kind("serving.kserve.io", "LocalModelNamespaceCache", "localmodelnamespacecaches"),
    Kind("trainer.kubeflow.org", "TrainJob", "trainjobs"),
)
"""The kinds in a model's chart, kinds that accompany a model, and jobs.

Roles, bindings, secrets, ExternalSecrets, quotas and namespaces are not allowed. The quota refuses a Service of type
LoadBalancer.
"""

_SEEN = (Kind("", "Pod", "pods"), Kind("", "Pod", "pods/log"), Kind("", "Event", "events"))
_CHILDREN = (Kind("apps", "ReplicaSet", "replicasets"), Kind("apps", "ControllerRevision", "controllerrevisions"))


def looking() -> list[dict[str, Any]]:
    """The rules of a role that reads these kinds and the objects that they create, without secrets."""
    return _rules((*HARMLESS, *_SEEN, *_CHILDREN), READ)


def delivering() -> list[dict[str, Any]]:
    """The rules of a role that creates, changes and deletes these kinds."""
    return [*looking(), *_rules(HARMLESS, WRITE)]


def _rules(kinds: Iterable[Kind], verbs: list[str]) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        groups.setdefault(kind.group, []).append(kind.plural)
    return [{"apiGroups": [group], "resources": plurals, "verbs": verbs} for group, plurals in groups.items()]
