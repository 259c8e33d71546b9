"""What Karpenter is asked for, and what is refused."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.object_labels import node_labels
from ...core.spec import Spec, each_once, refuse
from ...facts.instances import InstanceType, instance_type, lacking
from ..node_pool.disks import on_own_disks, volume_gib, without_disk
from ..node_pool.spec import RESERVATION_PATTERN, AmiFamily, TaintConfig, TaintSpec, ec2_types, node_taints


class Consolidation(StrEnum):
    """Which nodes Karpenter may replace or remove to save money."""

    EMPTY = "empty"
    UNDERUTILIZED = "underutilized"


class KarpenterPoolConfig(TypedDict):
    """Nodes that Karpenter makes as pods need them."""

    name: str
    """The pool's name within its cluster."""
    instance_types: list[str]
    """EC2 instance types to choose from; the more, the fewer spot interruptions."""
    on_demand: NotRequired[bool]
    """Whether on-demand nodes may be bought where there is no spot capacity."""
    spot: NotRequired[bool]
    """Whether spot nodes may be bought; they come before on-demand nodes."""
    capacity_reservation_ids: NotRequired[list[str]]
    """Capacity reservations to launch into before anything is bought."""
    capacity_block_ids: NotRequired[list[str]]
    """Capacity Blocks for ML to launch into, and into nothing else."""
    maximum_gpus: NotRequired[int]
    """The most GPUs (or Neuron devices) of all nodes together."""
    maximum_vcpus: int
    """The most vCPUs of all nodes together."""
    ami_family: NotRequired[AmiFamily]
    """The operating system."""
    ami_version: NotRequired[str]
    """The image's release, such as v20261104; that of managed pools by default. latest rolls nodes with each."""
    disk_gib: NotRequired[int]
    """The encrypted gp3 volume of each node, in GiB: 30 where its own disks carry containers, 100 otherwise."""
    local_disk: NotRequired[bool]
    """Whether containers are on the instance's own NVMe disks; by default where every type has some."""
    labels: NotRequired[dict[str, str]]
    """Further labels of each node."""
    taints: NotRequired[list[TaintConfig]]
    """Further taints of each node; nodes with accelerators are tainted anyway."""
    consolidation: NotRequired[Consolidation]
    """Which nodes may be replaced or removed to save money."""
    consolidate_after_minutes: NotRequired[int]
    """Minutes a node must be eligible before it goes."""
    expire_after_hours: NotRequired[int]
    """Hours after which a node is replaced."""


class KarpenterConfig(TypedDict):
    """Karpenter and its pools."""

    pools: list[KarpenterPoolConfig]
    """The pools."""
    isolated_vpc: NotRequired[bool]
    """Whether the VPC has no way out, as without NAT; prices then come from Karpenter's own table."""


class KarpenterArgs(KarpenterConfig):
    """What Karpenter is made from: its config, and the cluster it serves."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster; its private subnets and node security group carry karpenter.sh/discovery with this name."""
    node_role_name: NotRequired[pulumi.Input[str]]
    """The name of an IAM role that may join the cluster, as that of managed node groups; one is made when left out."""
    node_role_arn: NotRequired[pulumi.Input[str]]
    """The ARN of that role."""
    volume_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the nodes' volumes."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read its metrics."""


class KarpenterPoolSpec(Spec):
    """Nodes that Karpenter makes as pods need them."""

    name: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", description="The pool's name within its cluster."
    )
    instance_types: tuple[str, ...] = Field(
        min_length=1, max_length=60, description="EC2 instance types to choose from; the more, the fewer interruptions."
    )
    on_demand: bool = Field(
        default=True, description="Whether on-demand nodes may be bought where there is no spot capacity."
    )
    spot: bool = Field(default=True, description="Whether spot nodes may be bought; they come before on-demand nodes.")
    capacity_reservation_ids: tuple[str, ...] = Field(
        default=(),
        max_length=30,
        description="Capacity reservations to launch into before anything is bought; of one of the pool's types each.",
    )
    capacity_block_ids: tuple[str, ...] = Field(
        default=(),
        max_length=30,
        description="Capacity Blocks for ML to launch into, and into nothing else: spot and onDemand must be false.",
    )
    maximum_gpus: int | None = Field(
        default=None,
        ge=1,
        description="The most GPUs (or Neuron devices) of all nodes together; required for types that have them.",
    )
    maximum_vcpus: int = Field(ge=1, description="The most vCPUs of all nodes together.")
    ami_family: AmiFamily = Field(default=AmiFamily.AL2023, description="The operating system.")
    ami_version: str | None = Field(
        default=None,
        pattern=r"^(latest|v[0-9.]+)$",
        description="The image's release, such as v20261104; that of managed pools when left out. latest rolls nodes "
        "with each release.",
    )
    disk_gib: int | None = Field(
        default=None,
        ge=20,
        le=16384,
        description="The encrypted gp3 volume of each node, in GiB: 30 where its own disks carry containers, 100 "
        "otherwise.",
    )
    local_disk: bool | None = Field(
        default=None,
        description="Whether containers are on the instance's own NVMe disks (RAID 0); by default where every type has "
        "some.",
    )
    labels: dict[str, str] = Field(default_factory=dict, description="Further labels of each node.")
    taints: tuple[TaintSpec, ...] = Field(default=(), description="Further taints of each node.")
    consolidation: Consolidation = Field(
        default=Consolidation.UNDERUTILIZED, description="Which nodes may be replaced or removed to save money."
    )
    consolidate_after_minutes: int = Field(
        default=5, ge=0, le=1440, description="Minutes a node must be eligible before it goes."
    )
    expire_after_hours: int = Field(
        default=336, ge=1, le=8760, description="Hours after which a node is replaced, so that images stay fresh."
    )

    @field_validator("instance_types")
    @classmethod
    def _types_of_ec2(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return ec2_types(names)

    @field_validator("capacity_reservation_ids", "capacity_block_ids")
    @classmethod
    def _reservations_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(
            ids, RESERVATION_PATTERN, "id of a capacity reservation; write one such as cr-0123456789abcdef0"
        )

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: dict[str, str]) -> dict[str, str]:
        return node_labels(labels)

    @field_validator("taints")
    @classmethod
    def _taints(cls, taints: tuple[TaintSpec, ...]) -> tuple[TaintSpec, ...]:
        return node_taints(taints)

    @model_validator(mode="after")
    def _bounded_and_buyable(self) -> "KarpenterPoolSpec":
        if problem := self._purchase():
            raise refuse(self.name, f"pool {self.name}: {problem}")
        if not any(self.admitted(each) for each in self.types):
            raise refuse(
                self.name,
                f"pool {self.name}: maximumVcpus = {self.maximum_vcpus} and maximumGpus = {self.maximum_gpus} admit no "
                f"node of {', '.join(self.instance_types)}; raise them",
            )
        if self.lead.accelerators and self.maximum_gpus is None:
            raise refuse(
                self.name, f"pool {self.name}: maximumGpus is missing; {self.lead.name} has accelerators, so bound them"
            )
        if len({(each.accelerator_maker, each.architecture) for each in self.types}) > 1:
            raise refuse(
                self.name, f"pool {self.name}: instanceTypes mixes accelerators or architectures; give each a pool"
            )
        if self.lead.has_neuron and self.ami_family is not AmiFamily.AL2023:
            raise refuse(self.name, f"pool {self.name}: Neuron devices need amiFamily al2023")
        if self.local_disk and (lacking := without_disk(self.types)):
            raise refuse(self.name, f"pool {self.name}: {lacking}")
        return self

    def _purchase(self) -> str | None:
        if self.capacity_block_ids and (self.spot or self.on_demand or self.capacity_reservation_ids):
            return (
                "capacityBlockIds is set, so set spot and onDemand to false and leave capacityReservationIds out: the "
                "nodes of a block end with it; give other nodes a pool of their own"
            )
        if self.capacity_block_ids and len(self.instance_types) > 1:
            return f"a capacity block is of one instance type; leave {self.lead.name} alone in instanceTypes"
        if not (self.spot or self.on_demand or self.capacity_reservation_ids or self.capacity_block_ids):
            return "spot and onDemand are both off; one of them must be on, or name capacityReservationIds"
        if not (self.on_demand or self.capacity_block_ids or any(each.spot for each in self.types)):
            return f"onDemand is false, but {', '.join(self.instance_types)} is not sold as spot; set onDemand to true"
        return None

    @property
    def types(self) -> Sequence[InstanceType]:
        """The facts of the instance types."""
        return [found for name in self.instance_types if (found := instance_type(name))]

    @property
    def lead(self) -> InstanceType:
        """The facts of the first instance type."""
        return self.types[0]

    @property
    def own_disks(self) -> bool:
        """Whether containers are on the nodes' own disks."""
        return on_own_disks(self.local_disk, self.types)

    @property
    def volume_gib(self) -> int:
        """The size of each node's EBS volume in GiB."""
        return volume_gib(self.disk_gib, self.own_disks)

    def admitted(self, kind: InstanceType) -> int:
        """How many nodes of one type the limits admit."""
        by_cpu = self.maximum_vcpus // kind.vcpus
        return (
            min(by_cpu, self.maximum_gpus // kind.accelerators) if self.maximum_gpus and kind.accelerators else by_cpu
        )

    def not_in(self, region: str) -> str | None:
        """The sentence that refuses the pool in `region`, when the region lacks one of its instance types."""
        problem = lacking(self.instance_types, region)
        return f"pool {self.name}: {problem}" if problem else None


class KarpenterSpec(Spec):
    """Karpenter and its pools."""

    pools: tuple[KarpenterPoolSpec, ...] = Field(min_length=1, description="The pools.")
    isolated_vpc: bool = Field(
        default=False,
        description="Whether the VPC has no way out, as without NAT; prices then come from Karpenter's own table.",
    )
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read its metrics."
    )
