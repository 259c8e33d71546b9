"""What AWS Batch can do with EC2 instance types, and how much of a machine a job can have."""

from collections.abc import Sequence

from ...facts.instances import InstanceType

_RESERVED_MIB = 32
"""Memory that Batch's setting of the ECS agent reserves. Source: AWS Batch user guide, "Memory management"."""
_OVERHEAD = 0.075
"""The share of memory that the hypervisor and the kernel take: what Karpenter assumes (`vmMemoryOverheadPercent`)."""

_WITHOUT_AL2023 = ("a1", "g3", "g3s", "p3", "p3dn")
"""Families that the images of Amazon Linux 2023 do not support.

Source: AWS Batch API reference, Ec2Configuration, imageType.
"""


def unsupported(kind: InstanceType) -> str | None:
    """Why Batch's images for Amazon Linux 2023 cannot run jobs on `kind`; None where they can."""
    if kind.family in _WITHOUT_AL2023:
        return f"{kind.name} has no image of Amazon Linux 2023; choose a newer family, such as g4dn, g5 or g6"
    if kind.has_nvidia and kind.architecture != "x86_64":
        return f"{kind.name} has GPUs and a Graviton CPU, and the GPU image is for x86_64 only; choose g5 or g6"
    if kind.accelerators and not kind.has_nvidia:
        return f"{kind.name} has accelerators that a Batch job cannot request; choose a type with NVIDIA GPUs, or none"
    return None


def image_type(kinds: Sequence[InstanceType]) -> str:
    """The image type for machines of `kinds`: with NVIDIA's driver, or without."""
    return "ECS_AL2023_NVIDIA" if kinds[0].has_nvidia else "ECS_AL2023"


def usable_mib(kind: InstanceType) -> int:
    """The memory in MiB that a job can have on a machine of `kind`. The true value is slightly higher."""
    return int(kind.memory_mib * (1 - _OVERHEAD)) - _RESERVED_MIB
