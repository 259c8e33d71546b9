"""What the parts of the serving platform are built with: order, namespaces with their policies, spread."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..manifest import Manifest
from ..secure_namespace import SecureNamespace
from .allowances import Policy

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""A container's security context as the Pod Security Standard "restricted" wants it, and without a writable root."""


def after(value: pulumi.Input[Any], *needed: pulumi.Input[str]) -> pulumi.Output[Any]:
    """`value`, which whoever reads it gets only once `needed` exist: a component's dependencies don't reach its
    children, those of its arguments do."""
    return pulumi.Output.all(value, *needed).apply(lambda known: known[0])


def closed_namespace(
    name: str, namespace: str, policies: Sequence[Policy], parent: pulumi.Resource, **labels: str
) -> list[pulumi.Resource]:
    """A SecureNamespace with what it lets in and out; whatever depends on all of it starts with a way to talk."""
    made = SecureNamespace(name, {"namespace": namespace, "labels": labels}, pulumi.ResourceOptions(parent=parent))
    inside = pulumi.ResourceOptions(parent=parent, depends_on=[made])
    return [made, *(Manifest(f"{name}-{policy['metadata']['name']}", policy, inside) for policy in policies)]


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
