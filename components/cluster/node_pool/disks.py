"""What a node's pods write to: its own NVMe disks where it has some, its EBS volume otherwise."""

from collections.abc import Sequence

from ...core.problems import Problem
from ...facts.instances import InstanceType

ROOT_GIB = 30
"""The volume of a node whose own disks carry containers: the image takes 20 GiB, the rest is for the system's logs.

Source: awslabs/amazon-eks-ami, templates/al2023/template.json, ami_block_device_mappings.
"""
VOLUME_GIB = 100
"""The volume of a node without disks of its own; inference images are large."""


def on_own_disks(wanted: bool | None, types: Sequence[InstanceType]) -> bool:
    """Whether containers are on the nodes' own disks; by default where every type of a pool has NVMe disks."""
    return all(each.nvme_gb for each in types) if wanted is None else wanted


def volume_gib(wanted: int | None, own_disks: bool) -> int:
    """The size of a node's EBS volume in GiB."""
    return wanted or (ROOT_GIB if own_disks else VOLUME_GIB)


def without_disk(types: Sequence[InstanceType]) -> str | None:
    """The remedy for `localDisk: true` of a pool of `types`, when one of them has no NVMe disk."""
    lacking = ", ".join(each.name for each in types if not each.nvme_gb)
    return f"{lacking} has no NVMe disk of its own; leave localDisk out" if lacking else None


def ephemeral_gib(types: Sequence[InstanceType], volume: int, own_disks: bool) -> int:
    """GiB that pods of the smallest node can write.

    The kubelet keeps back 1 GiB and evicts pods below 10 % of free space; the file system takes up to 1 GiB.
    Source: awslabs/amazon-eks-ami, nodeadm, internal/kubelet/config.go, kubeReserved and evictionHard.
    """
    smallest = min(each.nvme_gb for each in types) * 10**9 // 2**30 if own_disks else volume
    return int(smallest * 0.9) - 2


def beyond_gp3(gib: int, iops: int, throughput: int) -> Problem | None:
    """The problem of what no gp3 volume of the size gives: at most 500 IOPS a GiB, 0.25 MiB/s an IOPS.

    Source: EBS user guide, "General Purpose SSD volumes", gp3 volume performance.
    """
    if iops > (most := max(3000, gib * 500)):
        return Problem(
            ("diskIops",),
            iops,
            f"gp3 gives diskGib = {gib} at most {most:,}; lower it, or set diskGib to {-(-iops // 500)} or more",
        )
    if throughput * 4 > iops:
        return Problem(
            ("diskThroughput",),
            throughput,
            f"gp3 gives diskIops = {iops} at most {iops // 4} MiB/s; lower it, or set diskIops to {throughput * 4} or "
            "more",
        )
    return None
