"""The labels, taints and devices of a pool's nodes."""

from ...core.node_labels import (
    AUTOSCALER_GPU_LABEL,
    DEVICE_PLUGIN_CONFIG_LABEL,
    DEVICE_PLUGIN_LABEL,
    EFA_LABEL,
    MPS_LABEL,
    NEURON_LABEL,
    NEURON_TAINT,
    NVIDIA_LABEL,
    NVIDIA_TAINT,
    POOL_LABEL,
    SYSTEM_LABEL,
)
from ...facts.instances import InstanceType
from .disks import ephemeral_gib
from .spec import AmiFamily, NodePoolSpec, TaintEffect, TaintSpec


def labels(pool: NodePoolSpec) -> dict[str, str]:
    """The labels of each node of the pool."""
    found = {**pool.labels, POOL_LABEL: pool.name}
    if pool.system:
        found[SYSTEM_LABEL] = "true"
    if pool.efa:
        found[EFA_LABEL] = "true"
    if pool.lead.has_neuron:
        found[NEURON_LABEL] = "true"
    if pool.lead.has_nvidia:
        model = pool.lead.accelerator.lower().replace(" ", "-")
        found |= {NVIDIA_LABEL: "true", AUTOSCALER_GPU_LABEL: f"nvidia-{model}"}
        if pool.ami_family is AmiFamily.AL2023:
            found |= {DEVICE_PLUGIN_LABEL: "true", DEVICE_PLUGIN_CONFIG_LABEL: device_plugin_config(pool)}
    if pool.sharing.mps:
        found[MPS_LABEL] = "true"
    return found


def device_plugin_config(pool: NodePoolSpec) -> str:
    """The name of the device plugin's configuration for the pool's GPU sharing.

    Time-slicing with MIG has a separate configuration.
    """
    sharing = pool.sharing
    if sharing.mps:
        return f"mps-{sharing.mps}"
    parts = ["mig"] if sharing.mig_profile else []
    if sharing.time_slicing:
        parts.append(f"time-slicing-{sharing.time_slicing}")
    return "-".join(parts) or "exclusive"


def taints(pool: NodePoolSpec) -> list[TaintSpec]:
    """The taints of each node. They reserve accelerators for pods that need them."""
    return [*accelerator_taints(pool.lead), *pool.taints]


def accelerator_taints(kind: InstanceType) -> list[TaintSpec]:
    """The taint of a node with accelerators."""
    key = NVIDIA_TAINT if kind.has_nvidia else NEURON_TAINT if kind.has_neuron else None
    return [TaintSpec(key=key, value="present", effect=TaintEffect.NO_SCHEDULE)] if key else []


def resources(pool: NodePoolSpec) -> dict[str, int]:
    """The devices that a node of the pool advertises, for the autoscaler when the pool has no nodes.

    A GPU counts once for each pod that may share it. A GPU with MIG counts its instances.
    """
    lead, sharing = pool.lead, pool.sharing
    found: dict[str, int] = {}
    if lead.has_nvidia:
        instances = lead.mig_profiles[sharing.mig_profile] if sharing.mig_profile else 1
        found["nvidia.com/gpu"] = lead.accelerators * instances * (sharing.time_slicing or sharing.mps or 1)
    if lead.has_neuron:
        found["aws.amazon.com/neuron"] = lead.accelerators
    if pool.efa:
        found["vpc.amazonaws.com/efa"] = min(lead.network_cards, lead.efa_interfaces)
    return found


def node_template(pool: NodePoolSpec) -> dict[str, str]:
    """The resources of a new node besides CPU, memory and pods, as Kubernetes quantities.

    The cluster autoscaler reads them from tags when a group has no nodes. Without the tags it assumes that no node of
    the group can run a pod that requests `ephemeral-storage`. Source: cluster autoscaler, cloudprovider/aws,
    README, "Auto-Discovery Setup", and aws_manager.go, buildNodeFromTemplate.
    """
    return {
        **{name: str(count) for name, count in resources(pool).items()},
        "ephemeral-storage": f"{ephemeral_gib(pool.types, pool.volume_gib, pool.own_disks)}Gi",
    }
