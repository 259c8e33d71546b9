"""The resources that the nodes of a cluster's pools offer to pods, as the scheduler counts them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.cluster.karpenter import manifests
from components.cluster.karpenter.spec import KarpenterPoolSpec
from components.cluster.node_pool.disks import ephemeral_gib
from components.cluster.node_pool.labels import labels, resources, taints
from components.cluster.node_pool.spec import NodePoolSpec, TaintEffect
from components.core.problems import Place
from components.facts.instances import InstanceType

GPU = "nvidia.com/gpu"
_SYSTEM_CPU, _SYSTEM_MEMORY = 150, 120
"""The requests of the VPC CNI, kube-proxy and the EBS driver on every node, in millicpu and MiB."""
_GPU_CPU, _GPU_MEMORY = 100, 256
"""The additional requests of the GPU exporter on a node with GPUs, in millicpu and MiB."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The resources that pods can request on one node: CPU in millicpu, memory in MiB, disk in GiB, and GPUs."""

    instance_type: str
    cpu: int
    memory: int
    disk: int
    gpus: int


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of one pool.

    Nodes of a managed pool have one shape. Their number is at most `maximum`, and `peak` in scheduled hours. Karpenter
    selects from several shapes within `cpu_limit` (millicpu) and `gpu_limit`.
    """

    name: str
    at: Place
    architecture: str
    shapes: Sequence[Shape]
    labels: Mapping[str, str]
    taints: frozenset[str]
    maximum: int
    peak: int
    cpu_limit: int | None = None
    gpu_limit: int | None = None

    @property
    def is_managed(self) -> bool:
        """Whether the pool limits the number of its nodes, instead of their CPUs."""
        return self.cpu_limit is None

    @property
    def has_gpus(self) -> bool:
        """Whether its nodes advertise NVIDIA GPUs."""
        return any(shape.gpus for shape in self.shapes)


def nodes_of(cluster: GpuClusterSpec) -> list[Nodes]:
    """The pools of a cluster. Karpenter's pools come last."""
    return [*_managed(cluster), *_karpenter(cluster)]


def _managed(cluster: GpuClusterSpec) -> Iterator[Nodes]:
    for index, pool in enumerate(cluster.node_pools):
        disk = ephemeral_gib(pool.types, pool.volume_gib, pool.own_disks)
        gpus = resources(pool).get(GPU, 0)
        smallest = min(pool.types, key=lambda each: each.memory_mib)
        yield Nodes(
            pool.name,
            ("gpuCluster", "nodePools", index),
            pool.lead.architecture,
            (_shape(smallest, disk, gpus),),
            labels(pool),
            _repelling(pool),
            pool.maximum,
            pool.peak,
        )


def _karpenter(cluster: GpuClusterSpec) -> Iterator[Nodes]:
    for index, pool in enumerate(cluster.karpenter.pools if cluster.karpenter else ()):
        disk = ephemeral_gib(pool.types, pool.volume_gib, pool.own_disks)
        shapes = [_shape(each, disk, each.accelerators if each.has_nvidia else 0) for each in pool.types]
        most = _most_nodes(pool)
        yield Nodes(
            pool.name,
            ("gpuCluster", "karpenter", "pools", index),
            pool.lead.architecture,
            shapes,
            manifests.labels(pool),
            frozenset(each["key"] for each in manifests.taints(pool) if each["effect"] != "PreferNoSchedule"),
            most,
            most,
            pool.maximum_vcpus * 1000,
            pool.maximum_gpus if pool.lead.has_nvidia else None,
        )


def _repelling(pool: NodePoolSpec) -> frozenset[str]:
    return frozenset(each.key for each in taints(pool) if each.effect is not TaintEffect.PREFER_NO_SCHEDULE)


def _shape(instance: InstanceType, disk: int, gpus: int) -> Shape:
    """The resources of an instance that are left for pods.

    The result is never below the real value, so a pod that fits is never refused. The kubelet reserves 6 % of the
    first core, 1 % of the second, half a percent of two more and a quarter of a percent of the rest, 255 MiB and
    11 for each pod, and evicts below 100 MiB. The instance's kernel has some 6 % less memory than the type's.
    Source: awslabs/amazon-eks-ami, nodeadm, internal/kubelet/config.go.
    """
    cores = instance.vcpus
    reserved = 60 + 10 * (cores > 1) + 5 * max(0, min(cores, 4) - 2) + 2.5 * max(0, cores - 4)
    pods = instance.interfaces * (instance.addresses_per_interface - 1) + 2
    cpu = int(cores * 1000 - reserved) - _SYSTEM_CPU - (_GPU_CPU if gpus else 0)
    memory = int(instance.memory_mib * 0.94) - 255 - 11 * min(pods, 110) - 100 - _SYSTEM_MEMORY
    return Shape(instance.name, cpu, max(0, memory - (_GPU_MEMORY if gpus else 0)), disk, gpus)


def _most_nodes(pool: KarpenterPoolSpec) -> int:
    """The maximum number of nodes of the smallest type within a pool's limits."""
    most = pool.maximum_vcpus // min(each.vcpus for each in pool.types)
    if pool.lead.accelerators and pool.maximum_gpus:
        return min(most, pool.maximum_gpus // min(each.accelerators for each in pool.types))
    return most
