"""The exporters of Kubernetes objects and of nodes, by their charts."""

from typing import Any

from ...core.pods import on_system_nodes, resources
from .targets import NODE_EXPORTER_PORT

_COLLECTORS = (
    "cronjobs",
    "daemonsets",
    "deployments",
    "horizontalpodautoscalers",
    "jobs",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "poddisruptionbudgets",
    "pods",
    "resourcequotas",
    "statefulsets",
)
"""The kinds that are read. The chart's role names these alone: it reads no Secret and no ConfigMap."""

_LABELS = (
    "namespaces=[mlplatform.io/team]",
    "nodes=[node.kubernetes.io/instance-type,topology.kubernetes.io/zone,karpenter.sh/capacity-type,"
    "karpenter.sh/nodepool,eks.amazonaws.com/capacityType,eks.amazonaws.com/nodegroup]",
    "pods=[mlplatform.io/model,app.kubernetes.io/name,kueue.x-k8s.io/queue-name]",
)
"""The labels of objects that become metrics."""


def kube_state_metrics_values() -> dict[str, Any]:
    """Values of kube-state-metrics: one pod, which keeps no state; a second one would export every series twice."""
    return {
        "replicas": 1,
        "collectors": list(_COLLECTORS),
        "metricLabelsAllowlist": list(_LABELS),
        "prometheusScrape": False,
        "resources": resources("50m", "256Mi", "500m"),
        "priorityClassName": "system-cluster-critical",
        **on_system_nodes(),
    }


def node_exporter_values() -> dict[str, Any]:
    """Values of the node exporter, on every node. It sees the node's files and network, and changes nothing.

    It answers at the node's address, which security groups open to nodes alone.
    """
    return {
        "service": {"port": NODE_EXPORTER_PORT, "targetPort": NODE_EXPORTER_PORT, "annotations": {}},
        "extraArgs": [
            # Mounts and interfaces of pods are theirs, and there are many.
            "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/kubelet/.+)($|/)",
            "--collector.netdev.device-exclude=^(veth.*|eni.*|lo|dummy.*)$",
            "--collector.netclass.ignored-devices=^(veth.*|eni.*|lo|dummy.*)$",
        ],
        "containerSecurityContext": {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "tolerations": [{"operator": "Exists"}],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "128Mi"}},
        "priorityClassName": "system-node-critical",
    }
