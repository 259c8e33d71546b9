"""What the pods of this platform have in common: their security, their spread, their share of a node."""

from collections.abc import Mapping
from typing import Any

from ..core.node_labels import POOL_LABEL, SYSTEM_LABEL, SYSTEM_TAINT

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""A container's security context as the Pod Security Standard "restricted" wants it, and without a writable root."""


SYSTEM_TOLERATION = {"key": SYSTEM_TAINT, "operator": "Exists"}


def on_system_nodes() -> dict[str, Any]:
    """Affinity and tolerations of the platform's own pods: they run on the system pool, and nowhere else.

    So that they share no node with pods of teams, and no autoscaler but that of the system pool answers them. On a
    cluster that GpuCluster did not make, no node has these labels: there they run on any node that is not Karpenter's.
    """
    ours = [{"key": SYSTEM_LABEL, "operator": "In", "values": ["true"]}]
    foreign = [{"key": key, "operator": "DoesNotExist"} for key in (POOL_LABEL, "karpenter.sh/nodepool")]
    terms = [{"matchExpressions": expressions} for expressions in (ours, foreign)]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"affinity": {"nodeAffinity": required}, "tolerations": [SYSTEM_TOLERATION]}


def spread(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Pods over zones and nodes, without waiting for a zone that has no room."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(labels)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def resources(cpu: str, memory: str, cpu_limit: str) -> dict[str, Any]:
    """Requests and limits; memory is requested in full, so that no neighbor's use ends the pod."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": cpu_limit, "memory": memory}}
