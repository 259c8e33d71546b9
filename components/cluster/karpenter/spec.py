"""What Karpenter is asked for, and what is refused."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.problems import Problem, problem_of, refusal
from ...core.spec import Spec, each_once
from ...facts.instances import InstanceType
from ..node_pool.spec import RESERVATION_PATTERN, AmiFamily, PoolSpec, TaintConfig


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


class KarpenterPoolSpec(PoolSpec):
    """Nodes that Karpenter makes as pods need them."""

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
    ami_version: str | None = Field(
        default=None,
        pattern=r"^(latest|v[0-9.]+)$",
        description="The image's release, such as v20261104; that of managed pools when left out. latest rolls nodes "
        "with each release.",
    )
    consolidation: Consolidation = Field(
        default=Consolidation.UNDERUTILIZED, description="Which nodes may be replaced or removed to save money."
    )
    consolidate_after_minutes: int = Field(
        default=5, ge=0, le=1440, description="Minutes a node must be eligible before it goes."
    )
    expire_after_hours: int = Field(
        default=336, ge=1, le=8760, description="Hours after which a node is replaced, so that images stay fresh."
    )

    @field_validator("capacity_reservation_ids", "capacity_block_ids")
    @classmethod
    def _reservations_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(
            ids, RESERVATION_PATTERN, "id of a capacity reservation; write one such as cr-0123456789abcdef0"
        )

    @model_validator(mode="after")
    def _bounded_and_buyable(self) -> "KarpenterPoolSpec":
        checks = (self._purchase, self._mixed, self._limits, self._neuron_problem, self._own_disk_problem)
        if error := refusal(check() for check in checks):
            raise error
        return self

    def _purchase(self) -> Problem | None:
        blocks = self.capacity_block_ids
        if blocks and (self.spot or self.on_demand or self.capacity_reservation_ids):
            return problem_of(
                self,
                "capacity_block_ids",
                "set spot and onDemand to false and leave capacityReservationIds out: the nodes of a block end with "
                "it; give other nodes a pool of their own",
            )
        if blocks and len(self.instance_types) > 1:
            remedy = f"a capacity block is of one instance type; leave {self.lead.name} alone in the list"
            return problem_of(self, "instance_types", remedy)
        if not (self.spot or self.on_demand or self.capacity_reservation_ids or blocks):
            remedy = "spot is false as well; one of them must be true, or name capacityReservationIds"
            return problem_of(self, "on_demand", remedy)
        if not (self.on_demand or blocks or any(each.spot for each in self.types)):
            remedy = f"{', '.join(self.instance_types)} is not sold as spot; set onDemand to true"
            return problem_of(self, "on_demand", remedy)
        return None

    def _mixed(self) -> Problem | None:
        if len({(each.accelerator_maker, each.architecture) for each in self.types}) > 1:
            return problem_of(self, "instance_types", "mixes accelerators or architectures; give each a pool")
        return None

    def _limits(self) -> Problem | None:
        if self.lead.accelerators and self.maximum_gpus is None:
            remedy = f"{self.lead.name} has accelerators; write the most that all nodes may have together"
            return problem_of(self, "maximum_gpus", remedy)
        if not any(self.admitted(each) for each in self.types):
            smallest = min(self.types, key=lambda each: each.vcpus)
            if self.maximum_vcpus < smallest.vcpus:
                remedy = f"admits no node of {', '.join(self.instance_types)}; write {smallest.vcpus} or more"
                return problem_of(self, "maximum_vcpus", remedy)
            remedy = f"admits no node of {', '.join(self.instance_types)}; write {smallest.accelerators} or more"
            return problem_of(self, "maximum_gpus", remedy)
        return None

    def admitted(self, kind: InstanceType) -> int:
        """How many nodes of one type the limits admit."""
        by_cpu = self.maximum_vcpus // kind.vcpus
        return (
            min(by_cpu, self.maximum_gpus // kind.accelerators) if self.maximum_gpus and kind.accelerators else by_cpu
        )


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

    def absent_in(self, region: str) -> Iterator[Problem]:
        """What `region` lacks of the pools."""
        for index, pool in enumerate(self.pools):
            yield from (problem.within("pools", index) for problem in pool.absent_in(region))
