"""What the pods of this platform have in common: their security, their spread, their share of a node."""

from collections.abc import Mapping
from typing import Any

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""A container's security context as the Pod Security Standard "restricted" wants it, and without a writable root."""


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
