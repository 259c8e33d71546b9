"""The disks of a node: its local NVMe disks, or its EBS volume."""

from collections.abc import Sequence

from ...core.problems import Problem
from ...facts.instances import InstanceType

ROOT_GIB = 30
"""The volume of a node with containers on local disks: 20 GiB for the image, the rest for system logs.

Source: awslabs/amazon-eks-ami, templates/al2023/template.json, ami_block_device_mappings.
"""
VOLUME_GIB = 100
"""The volume of a node without local disks; inference images are large."""


def on_own_disks(local_disk: bool | None, types: Sequence[InstanceType]) -> bool:
    """Whether containers use local disks. Default: true when all types have NVMe disks."""
    return all(each.nvme_gb for each in types) if local_disk is None else local_disk


def volume_gib(disk_gib: int | None, own_disks: bool) -> int:
    """The size of a node's EBS volume in GiB."""
    return disk_gib or (ROOT_GIB if own_disks else VOLUME_GIB)


def without_disk(types: Sequence[InstanceType]) -> str | None:
    """The remedy for `localDisk: true` of a pool of `types`, when one of them has no NVMe disk."""
    lacking = ", ".join(each.name for each in types if not each.nvme_gb)
    return f"{lacking} has no local NVMe disk; remove localDisk" if lacking else None


def ephemeral_gib(types: Sequence[InstanceType], volume: int, own_disks: bool) -> int:
    """GiB that pods can write on the smallest node.

    The kubelet reserves 1 GiB and evicts pods below 10 % of free space; the file system needs up to 1 GiB.
    Source: awslabs/amazon-eks-ami, nodeadm, internal/kubelet/config.go, kubeReserved and evictionHard.
    """
    smallest = min(each.nvme_gb for each in types) * 10**9 // 2**30 if own_disks else volume
    return int(smallest * 0.9) - 2


def beyond_gp3(gib: int, iops: int, throughput: int) -> Problem | None:
    """The problem of values above gp3's limits: 500 IOPS per GiB, 0.25 MiB/s per IOPS.

    Source: EBS user guide, "General Purpose SSD volumes", gp3 volume performance.
    """
    if iops > (most := max(3000, gib * 500)):
        return Problem(
            ("diskIops",),
            iops,
            f"gp3 allows at most {most:,} with diskGib = {gib}; lower it, or set diskGib to {-(-iops // 500)} or more",
        )
    if throughput * 4 > iops:
        return Problem(
            ("diskThroughput",),
            throughput,
            f"gp3 allows at most {iops // 4} MiB/s with diskIops = {iops}; lower it, or set diskIops to "
            f"{throughput * 4} or more",
        )
    return None
