"""Settings that the platform's pods share: security context, spread over nodes, resources."""

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
"""A container's security context that meets the Pod Security Standard "restricted" and has a read-only root."""


SYSTEM_TOLERATION = {"key": SYSTEM_TAINT, "operator": "Exists"}


def on_system_nodes() -> dict[str, Any]:
    """Affinity and tolerations that keep the platform's own pods on the system pool.

    They share no node with pods of teams, and start no node of another pool. In a cluster without GpuCluster's pools,
    no node has these labels; there the pods run on every node that Karpenter does not manage.
    """
    on_system_pool = [{"key": SYSTEM_LABEL, "operator": "In", "values": ["true"]}]
    outside_pools = [{"key": key, "operator": "DoesNotExist"} for key in (POOL_LABEL, "karpenter.sh/nodepool")]
    terms = [{"matchExpressions": expressions} for expressions in (on_system_pool, outside_pools)]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"affinity": {"nodeAffinity": required}, "tolerations": [SYSTEM_TOLERATION]}


def spread(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Spreads pods over zones and nodes. A full zone does not block scheduling."""
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
    """Requests and limits. The memory request equals its limit, so that other pods' memory use cannot evict the pod."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": cpu_limit, "memory": memory}}
