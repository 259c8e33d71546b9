"""The arguments of Karpenter, and their validation."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import MonitoringNamespace
from ...core.problems import Problem, problem_of, refusal
from ...core.spec import Spec, each_once
from ...facts.instances import InstanceType
from ..node_pool.spec import RESERVATION_PATTERN, AmiFamily, PoolSpec, TaintConfig


class Consolidation(StrEnum):
    """How far Karpenter may consolidate nodes to save money."""

    EMPTY = "empty"
    UNDERUTILIZED = "underutilized"


class KarpenterPoolConfig(TypedDict):
    """A pool whose nodes Karpenter adds as pods need them."""

    name: str
    """The pool's name within its cluster."""
    instance_types: list[str]
    """EC2 instance types to choose from. More types mean fewer spot interruptions."""
    on_demand: NotRequired[bool]
    """Whether Karpenter may add on-demand nodes when no spot capacity is available."""
    spot: NotRequired[bool]
    """Whether Karpenter may add spot nodes, which it prefers to on-demand nodes."""
    capacity_reservation_ids: NotRequired[list[str]]
    """Capacity reservations to use first."""
    capacity_block_ids: NotRequired[list[str]]
    """Capacity Blocks for ML. The pool uses nothing else."""
    maximum_gpus: NotRequired[int]
    """The most GPUs (or Neuron devices) of all nodes together."""
    maximum_vcpus: int
    """The most vCPUs of all nodes together."""
    ami_family: NotRequired[AmiFamily]
    """The operating system."""
    ami_version: NotRequired[str]
    """The image's release, such as v20261104; the managed pools' by default. latest replaces nodes at each release."""
    disk_gib: NotRequired[int]
    """The encrypted gp3 volume of each node, in GiB. Default: 30 with containers on local disks, otherwise 100."""
    local_disk: NotRequired[bool]
    """Whether containers use local NVMe disks. Default: true when all instance types have them."""
    labels: NotRequired[dict[str, str]]
    """Further labels of each node."""
    taints: NotRequired[list[TaintConfig]]
    """Further taints of each node. Nodes with accelerators always have a taint."""
    consolidation: NotRequired[Consolidation]
    """The nodes that Karpenter may replace or remove to save money."""
    consolidate_after_minutes: NotRequired[int]
    """Minutes that a node must be eligible before Karpenter removes it."""
    expire_after_hours: NotRequired[int]
    """Hours until Karpenter replaces a node."""


class KarpenterConfig(TypedDict):
    """Karpenter and its pools."""

    pools: list[KarpenterPoolConfig]
    """The pools."""
    isolated_vpc: NotRequired[bool]
    """Whether the VPC has no internet access. Karpenter then uses its built-in prices."""


class KarpenterArgs(KarpenterConfig):
    """The arguments of Karpenter."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster. Its private subnets and node security group have the tag karpenter.sh/discovery."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """The subnets of nodes. Default: those with the tag karpenter.sh/discovery of the cluster."""
    node_role_name: NotRequired[pulumi.Input[str]]
    """The name of an IAM role that may join the cluster, such as the managed node groups' one. Default: a new role."""
    node_role_arn: NotRequired[pulumi.Input[str]]
    """The ARN of that role."""
    volume_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the nodes' volumes."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read the metrics."""


class KarpenterPoolSpec(PoolSpec):
    """A pool whose nodes Karpenter adds as pods need them."""

    instance_types: tuple[str, ...] = Field(
        min_length=1,
        max_length=60,
        description="EC2 instance types to choose from. More types mean fewer interruptions.",
    )
    on_demand: bool = Field(
        default=True, description="Whether Karpenter may add on-demand nodes when no spot capacity is available."
    )
    spot: bool = Field(
        default=True, description="Whether Karpenter may add spot nodes, which it prefers to on-demand nodes."
    )
    capacity_reservation_ids: tuple[str, ...] = Field(
        default=(),
        max_length=30,
        description="Capacity reservations to use first. Each is of one of the pool's instance types.",
    )
    capacity_block_ids: tuple[str, ...] = Field(
        default=(),
        max_length=30,
        description="Capacity Blocks for ML. The pool uses nothing else, so spot and onDemand must be false.",
    )
    maximum_gpus: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="The most GPUs (or Neuron devices) of all nodes together; required for types that have them.",
    )
    maximum_vcpus: int = Field(ge=1, le=1_000_000, description="The most vCPUs of all nodes together.")
    ami_version: str | None = Field(
        default=None,
        pattern=r"^(latest|v[0-9.]+)$",
        description="The image's release, such as v20261104; the managed pools' by default. latest replaces nodes at "
        "each release.",
    )
    consolidation: Consolidation = Field(
        default=Consolidation.UNDERUTILIZED, description="The nodes that Karpenter may replace or remove to save money."
    )
    consolidate_after_minutes: int = Field(
        default=5, ge=0, le=1440, description="Minutes that a node must be eligible before Karpenter removes it."
    )
    expire_after_hours: int = Field(
        default=336, ge=1, le=8760, description="Hours until Karpenter replaces a node, so that images stay current."
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
                "set spot and onDemand to false and remove capacityReservationIds: nodes of a capacity block end with "
                "it; put other nodes into another pool",
            )
        if blocks and len(self.instance_types) > 1:
            remedy = f"a capacity block has one instance type; remove all types except {self.lead.name}"
            return problem_of(self, "instance_types", remedy)
        if not (self.spot or self.on_demand or self.capacity_reservation_ids or blocks):
            remedy = "spot is false too; set one of them to true, or set capacityReservationIds"
            return problem_of(self, "on_demand", remedy)
        if not (self.on_demand or blocks or any(each.spot for each in self.types)):
            remedy = f"{', '.join(self.instance_types)} is not sold as spot; set onDemand to true"
            return problem_of(self, "on_demand", remedy)
        return None

    def _mixed(self) -> Problem | None:
        if len({(each.accelerator_maker, each.architecture) for each in self.types}) > 1:
            return problem_of(self, "instance_types", "mixes accelerators or architectures; use one pool for each")
        return None

    def _limits(self) -> Problem | None:
        if self.lead.accelerators and self.maximum_gpus is None:
            remedy = f"{self.lead.name} has accelerators; write the maximum of all nodes together"
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
        """The number of nodes of one type within the limits."""
        by_cpu = self.maximum_vcpus // kind.vcpus
        return (
            min(by_cpu, self.maximum_gpus // kind.accelerators) if self.maximum_gpus and kind.accelerators else by_cpu
        )


class KarpenterSpec(Spec):
    """Karpenter and its pools."""

    pools: tuple[KarpenterPoolSpec, ...] = Field(min_length=1, description="The pools.")
    isolated_vpc: bool = Field(
        default=False,
        description="Whether the VPC has no internet access. Karpenter then uses its built-in prices.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read the metrics."
    )

    def absent_in(self, region: str) -> Iterator[Problem]:
        """The problems of pools that `region` does not offer."""
        for index, pool in enumerate(self.pools):
            yield from (problem.within("pools", index) for problem in pool.absent_in(region))
