"""The quota of a team's namespace, as manifests."""

from typing import Any

from ..core.manifest import kubernetes_object
from ..core.teams import TeamQuotaSpec

Manifest = dict[str, Any]


def quota(namespace: str, limits: TeamQuotaSpec) -> Manifest:
    """The quota of a namespace. It also forbids Services of type LoadBalancer and NodePort."""
    hard = {
        "requests.cpu": str(limits.cpu),
        "requests.memory": f"{limits.memory_gib}Gi",
        "limits.memory": f"{limits.memory_gib}Gi",
        "requests.nvidia.com/gpu": str(limits.gpus),
        "requests.storage": f"{limits.storage_gib}Gi",
        "pods": str(limits.pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return kubernetes_object("v1", "ResourceQuota", "team", namespace, spec={"hard": hard})


def limit_range(namespace: str) -> Manifest:
    """Default requests of containers. Without them, the quota would refuse a pod without requests."""
    container = {
        "type": "Container",
        "defaultRequest": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
        "default": {"memory": "256Mi", "ephemeral-storage": "1Gi"},
    }
    return kubernetes_object("v1", "LimitRange", "team", namespace, spec={"limits": [container]})
