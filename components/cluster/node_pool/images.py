"""The image of a pool's nodes: its type and its release."""

from ...facts.versions import NODE_IMAGES
from .releases import newest
from .spec import AmiFamily, NodePoolSpec


def ami_type(pool: NodePoolSpec) -> str:
    """The EKS AMI type of the pool. Source: EKS API reference, Nodegroup.amiType."""
    lead = pool.lead
    architecture = "ARM_64" if lead.architecture == "arm64" else "x86_64"
    nvidia = "_NVIDIA" if lead.has_nvidia else ""
    if pool.ami_family is AmiFamily.BOTTLEROCKET:
        return f"BOTTLEROCKET_{architecture}{nvidia}"
    if lead.has_neuron:
        return f"AL2023_{architecture}_NEURON"
    return f"AL2023_{architecture}{nvidia or '_STANDARD'}"


def image_release(pool: NodePoolSpec, live: str | None) -> str | None:
    """The release to deploy: the pool's, or else the newer of the pinned release and the running one.

    EKS updates a group to the newest release when only its launch template or Kubernetes version changes, and never
    back to an older one. With None, EKS chooses. Source: EKS API reference, UpdateNodegroupVersion;
    hashicorp/terraform-provider-aws issue 40902.
    """
    pinned = pool.release_version
    if pinned is None and pool.kubernetes_version:
        pinned = NODE_IMAGES[pool.kubernetes_version][pool.ami_family]
    return newest(pinned, live) if pinned and live else pinned
