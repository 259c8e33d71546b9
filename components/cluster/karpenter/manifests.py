"""Karpenter's objects: the node classes and node pools."""

from typing import Any

import pulumi

from ...core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL, DEVICE_PLUGIN_LABEL, NEURON_LABEL, NVIDIA_LABEL, POOL_LABEL
from ...facts.versions import NODE_IMAGES
from ..node_pool.labels import accelerator_taints
from ..node_pool.spec import AmiFamily, TaintEffect
from ..node_pool.user_data import NODE_CONFIG
from .spec import Consolidation, KarpenterPoolSpec

_EFFECTS = {
    TaintEffect.NO_SCHEDULE: "NoSchedule",
    TaintEffect.PREFER_NO_SCHEDULE: "PreferNoSchedule",
    TaintEffect.NO_EXECUTE: "NoExecute",
}

RESERVATION_TYPE = "karpenter.k8s.aws/capacity-reservation-type"


def node_class(
    pool: KarpenterPoolSpec,
    cluster: pulumi.Input[str],
    instance_profile: pulumi.Input[str],
    volume_key_arn: pulumi.Input[str],
    tags: pulumi.Input[dict[str, str]],
    subnet_ids: pulumi.Input[list[str]] | None = None,
) -> dict[str, Any]:
    """The EC2NodeClass of a pool: pinned image, encrypted disk, IMDSv2, instance profile, discovery by tag.

    With `subnet_ids`, the nodes are in these subnets, which need no tag.
    """
    discovery = [{"tags": {"karpenter.sh/discovery": cluster}}]
    subnets = discovery
    if subnet_ids is not None:
        subnets = pulumi.Output.from_input(subnet_ids).apply(lambda ids: [{"id": each} for each in ids])
    ebs = {"encrypted": True, "kmsKeyID": volume_key_arn, "volumeType": "gp3", "deleteOnTermination": True}
    data = {**ebs, "volumeSize": f"{pool.volume_gib}Gi"}
    bottlerocket = pool.ami_family is AmiFamily.BOTTLEROCKET
    system = [{"deviceName": "/dev/xvda", "ebs": {**ebs, "volumeSize": "4Gi"}}] if bottlerocket else []
    reserved = [{"id": each} for each in (*pool.capacity_reservation_ids, *pool.capacity_block_ids)]
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": pool.name},
        "spec": {
            "amiSelectorTerms": [{"alias": f"{pool.ami_family}@{pool.ami_version or pinned(pool.ami_family)}"}],
            "instanceProfile": instance_profile,
            "subnetSelectorTerms": subnets,
            "securityGroupSelectorTerms": discovery,
            "associatePublicIPAddress": False,
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpProtocolIPv6": "disabled",
                "httpPutResponseHopLimit": 1,
                "httpTokens": "required",
            },
            "blockDeviceMappings": [*system, {"deviceName": "/dev/xvdb" if bottlerocket else "/dev/xvda", "ebs": data}],
            **({"capacityReservationSelectorTerms": reserved} if reserved else {}),
            **({"instanceStorePolicy": "RAID0"} if pool.own_disks else {}),
            # Karpenter merges it with its own user data. Bottlerocket's settings have another format.
            **({"userData": NODE_CONFIG} if pool.own_disks and not bottlerocket else {}),
            "kubelet": {"maxPods": min(each.maximum_pods for each in pool.types)},
            "detailedMonitoring": True,
            "tags": tags,
        },
    }


def pinned(family: AmiFamily) -> str:
    """The image release of managed pools in Karpenter's format, the same for all Kubernetes versions."""
    release = NODE_IMAGES[max(NODE_IMAGES)][family]
    version, _, build = release.partition("-")
    return f"v{build}" if family is AmiFamily.AL2023 else f"v{version}"


def node_pool(pool: KarpenterPoolSpec) -> dict[str, Any]:
    """The NodePool: reservations first, then spot if allowed; with limits; consolidates a tenth of the nodes at a time.

    Source: Karpenter 1.14, "Utilizing On-Demand Capacity Reservations and Capacity Blocks".
    """
    reserved = bool(pool.capacity_reservation_ids or pool.capacity_block_ids)
    ways = (("reserved", reserved), ("spot", pool.spot), ("on-demand", pool.on_demand))
    purchases = [name for name, allowed in ways if allowed]
    # Only reserved nodes have this label, so the requirement excludes others.
    block = [_one_of(RESERVATION_TYPE, ["capacity-block"])] if pool.capacity_block_ids else []
    limits: dict[str, Any] = {"cpu": str(pool.maximum_vcpus)}
    if pool.maximum_gpus is not None:
        limits["nvidia.com/gpu" if pool.lead.has_nvidia else "aws.amazon.com/neuron"] = str(pool.maximum_gpus)
    underutilized = pool.consolidation is Consolidation.UNDERUTILIZED
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": pool.name},
        "spec": {
            "template": {
                "metadata": {"labels": labels(pool)},
                "spec": {
                    "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": pool.name},
                    "requirements": [
                        _one_of("karpenter.sh/capacity-type", purchases),
                        _one_of("node.kubernetes.io/instance-type", list(pool.instance_types)),
                        _one_of("kubernetes.io/arch", ["arm64" if pool.lead.architecture == "arm64" else "amd64"]),
                        *block,
                    ],
                    "taints": taints(pool),
                    "expireAfter": f"{pool.expire_after_hours}h",
                    "terminationGracePeriod": "1h",
                },
            },
            "disruption": {
                "consolidationPolicy": "WhenEmptyOrUnderutilized" if underutilized else "WhenEmpty",
                "consolidateAfter": f"{pool.consolidate_after_minutes}m",
                "budgets": [{"nodes": "10%"}],
            },
            "limits": limits,
        },
    }


def labels(pool: KarpenterPoolSpec) -> dict[str, str]:
    """The labels of each node. Karpenter's label karpenter.k8s.aws/instance-gpu-name has the GPU's name.

    A pool may mix GPUs, so our labels do not name the GPU. GPUs are not shared, because Karpenter counts them by
    instance type. Source: Karpenter 1.14, "Scheduling", Well-Known Labels.
    """
    found = {**pool.labels, POOL_LABEL: pool.name}
    if pool.lead.has_neuron:
        found[NEURON_LABEL] = "true"
    if pool.lead.has_nvidia:
        found[NVIDIA_LABEL] = "true"
        if pool.ami_family is AmiFamily.AL2023:
            found |= {DEVICE_PLUGIN_LABEL: "true", DEVICE_PLUGIN_CONFIG_LABEL: "exclusive"}
    return found


def taints(pool: KarpenterPoolSpec) -> list[dict[str, str]]:
    """The taints of each node, accelerators first."""
    all_taints = (*accelerator_taints(pool.lead), *pool.taints)
    return [{"key": taint.key, "value": taint.value, "effect": _EFFECTS[taint.effect]} for taint in all_taints]


def _one_of(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}
