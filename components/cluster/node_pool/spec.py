"""The arguments of a NodePool, and their validation."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...core.object_labels import label_owner, label_problem, node_labels
from ...core.problems import Place, Problem, problem_of, refusal
from ...core.spec import Spec, each_once, refuse
from ...facts.instances import InstanceType, instance_type, known_types, lacking
from ...facts.versions import KubernetesVersion
from .disks import beyond_gp3, on_own_disks, volume_gib, without_disk
from .releases import unfit
from .schedule import ScheduleConfig, ScheduleSpec, overlapping
from .sharing import SharingConfig, SharingSpec

LARGEST_GROUP = 450
"""The most nodes of a managed node group. Source: EKS user guide, "Service quotas", Nodes per managed node group."""

ZONE_PATTERN = r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$"
RESERVATION_PATTERN = r"^cr-[0-9a-f]{8,17}$"
"""The id of a capacity reservation or capacity block."""

_BOTTLEROCKET_MIG = ("A100", "H100", "H200")
"""GPUs with MIG in Bottlerocket. Source: its documentation, settings.kubelet-device-plugins.nvidia.mig.profile."""


class Purchase(StrEnum):
    """The purchase option of a pool's capacity."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    CAPACITY_RESERVATION = "capacity-reservation"
    CAPACITY_BLOCK = "capacity-block"


class AmiFamily(StrEnum):
    """The operating system of a pool's nodes. The instance types determine its accelerator variant."""

    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


class TaintEffect(StrEnum):
    """The effect of a taint on pods that do not tolerate it."""

    NO_SCHEDULE = "NO_SCHEDULE"
    PREFER_NO_SCHEDULE = "PREFER_NO_SCHEDULE"
    NO_EXECUTE = "NO_EXECUTE"


class TaintConfig(TypedDict):
    """A taint on each node of a pool."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value."""
    effect: TaintEffect
    """The effect on pods that do not tolerate the taint."""


class TaintSpec(Spec):
    """A taint on each node of a pool."""

    key: str = Field(min_length=1, max_length=63, description="The taint's key.")
    value: str = Field(default="", max_length=63, description="The taint's value.")
    effect: TaintEffect = Field(description="The effect on pods that do not tolerate the taint.")


def ec2_types(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, when each is an EC2 instance type and unique; refused otherwise.

    Raises:
        PydanticCustomError: names the first wrong type and the nearest valid one.
    """
    for name in names:
        plain = name.removeprefix("ml.")
        if plain != name and instance_type(plain):
            raise refuse(name, f"{name} is a SageMaker name; write {plain}, its name in EC2")
        if instance_type(name) is None:
            raise refuse(name, f"{name} is not an EC2 instance type", known_types(), "m7i.large")
        if names.count(name) > 1:
            raise refuse(name, f"{name} is named more than once; name each type once")
    return names


def node_taints(taints: tuple[TaintSpec, ...]) -> tuple[TaintSpec, ...]:
    """The further taints of a pool's nodes, when each is unique and not reserved; refused otherwise."""
    seen: set[tuple[str, TaintEffect]] = set()
    for taint in taints:
        if problem := label_problem(taint.key, taint.value):
            raise refuse(taint.key, problem)
        if owner := label_owner(taint.key):
            raise refuse(taint.key, f"the taint {taint.key} is reserved: {owner} sets it; remove it")
        if (taint.key, taint.effect) in seen:
            raise refuse(taint.key, f"the taint {taint.key} with effect {taint.effect} is listed twice; list it once")
        seen.add((taint.key, taint.effect))
    return taints


class NodePoolConfig(TypedDict):
    """The settings of a pool of equal nodes."""

    name: str
    """The pool's name within its cluster."""
    instance_types: list[str]
    """EC2 instance types in order of preference, of one size, so that the autoscaler calculates correctly."""
    minimum: int
    """The minimum number of nodes."""
    desired: NotRequired[int]
    """The initial number of nodes; the minimum by default. The autoscaler changes it later."""
    maximum: int
    """The maximum number of nodes outside scheduled hours."""
    purchase: NotRequired[Purchase]
    """The purchase option; on-demand by default."""
    capacity_reservation_id: NotRequired[str]
    """The reservation or capacity block to launch into."""
    zone: NotRequired[str]
    """The only zone of the nodes, such as us-east-1a; the reservation's zone with a reservation."""
    zones: NotRequired[list[str]]
    """Zones with a node group each, which share the pool's numbers: for pods with volumes in one zone."""
    system: NotRequired[bool]
    """Whether the platform's own pods run on the pool. They select its nodes by a label."""
    labels: NotRequired[dict[str, str]]
    """Further labels of each node."""
    taints: NotRequired[list[TaintConfig]]
    """Further taints of each node. Nodes with accelerators always have a taint."""
    disk_gib: NotRequired[int]
    """The encrypted gp3 volume of each node, in GiB. Default: 30 with containers on local disks, otherwise 100."""
    disk_iops: NotRequired[int]
    """The volume's IOPS; the price includes 3,000."""
    disk_throughput: NotRequired[int]
    """The volume's throughput in MiB/s; the price includes 125."""
    ami_family: NotRequired[AmiFamily]
    """The operating system."""
    release_version: NotRequired[str]
    """The image's release, such as 1.36.3-20260903. Default: the pinned release of the EKS version."""
    local_disk: NotRequired[bool]
    """Whether containers use local NVMe disks. Default: true when all instance types have them."""
    image_snapshot_id: NotRequired[str]
    """An EBS snapshot with container images, for Bottlerocket's data volume."""
    efa: NotRequired[bool]
    """Whether nodes have Elastic Fabric Adapters. The pool then has one placement group and zone."""
    sharing: NotRequired[SharingConfig]
    """How pods share a GPU."""
    schedules: NotRequired[list[ScheduleConfig]]
    """Hours with a higher maximum."""


class NodePoolArgs(NodePoolConfig):
    """The arguments of a NodePool."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster to join."""
    kubernetes_version: NotRequired[KubernetesVersion]
    """The EKS version of the cluster and its nodes. Without it, nodes keep their first version."""
    node_role_arn: pulumi.Input[str]
    """The IAM role of the nodes. The cluster needs an access entry for it, which EKS creates for managed nodes."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets, one per zone."""
    subnet_zones: NotRequired[pulumi.Input[list[str]]]
    """The zones of these subnets, in their order. Default: asked of AWS, if the pool is in one zone."""
    security_group_ids: pulumi.Input[list[str]]
    """Security groups of the nodes."""
    volume_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the nodes' volumes."""


class PoolSpec(Spec):
    """The settings of both managed pools and Karpenter's pools."""

    name: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", description="The pool's name within its cluster."
    )
    instance_types: tuple[str, ...] = Field(min_length=1, description="EC2 instance types.")
    labels: dict[str, str] = Field(default_factory=dict, description="Further labels of each node.")
    taints: tuple[TaintSpec, ...] = Field(default=(), description="Further taints of each node.")
    disk_gib: int | None = Field(
        default=None,
        ge=20,
        le=16384,
        description="The encrypted gp3 volume of each node, in GiB. Default: 30 with containers on local disks, "
        "otherwise 100.",
    )
    local_disk: bool | None = Field(
        default=None,
        description="Whether containers use local NVMe disks (RAID 0). Default: true when all instance types have "
        "them.",
    )
    ami_family: AmiFamily = Field(default=AmiFamily.AL2023, description="The operating system.")

    @field_validator("instance_types")
    @classmethod
    def _types_of_ec2(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return ec2_types(names)

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: dict[str, str]) -> dict[str, str]:
        return node_labels(labels)

    @field_validator("taints")
    @classmethod
    def _taints(cls, taints: tuple[TaintSpec, ...]) -> tuple[TaintSpec, ...]:
        return node_taints(taints)

    @property
    def types(self) -> Sequence[InstanceType]:
        """The instance types with their properties."""
        return [found for name in self.instance_types if (found := instance_type(name))]

    @property
    def lead(self) -> InstanceType:
        """The first instance type. All types of a managed pool have the same relevant properties."""
        return self.types[0]

    @property
    def own_disks(self) -> bool:
        """Whether containers use the nodes' local disks."""
        return on_own_disks(self.local_disk, self.types)

    @property
    def volume_gib(self) -> int:
        """The size of each node's EBS volume in GiB."""
        return volume_gib(self.disk_gib, self.own_disks)

    def absent_in(self, region: str) -> Iterator[Problem]:
        """The problems of instance types that `region` does not offer."""
        if remedy := lacking(self.instance_types, region):
            yield problem_of(self, "instance_types", remedy)

    def _own_disk_problem(self) -> Problem | None:
        remedy = without_disk(self.types) if self.local_disk else None
        return problem_of(self, "local_disk", remedy) if remedy else None

    def _neuron_problem(self) -> Problem | None:
        if self.lead.has_neuron and self.ami_family is not AmiFamily.AL2023:
            remedy = f"{self.lead.name} has Neuron devices, which require al2023; set amiFamily to al2023"
            return problem_of(self, "ami_family", remedy)
        return None


class NodePoolSpec(PoolSpec):
    """A pool of equal nodes."""

    instance_types: tuple[str, ...] = Field(
        min_length=1,
        max_length=20,
        description="EC2 instance types in order of preference, of one size, so that the autoscaler calculates "
        "correctly.",
    )
    minimum: int = Field(ge=0, le=LARGEST_GROUP, description="The minimum number of nodes.")
    desired: int | None = Field(
        default=None, ge=0, le=LARGEST_GROUP, description="The initial number of nodes; the minimum by default."
    )
    maximum: int = Field(ge=1, le=LARGEST_GROUP, description="The maximum number of nodes outside scheduled hours.")
    purchase: Purchase = Field(default=Purchase.ON_DEMAND, description="The purchase option.")
    capacity_reservation_id: str | None = Field(
        default=None, pattern=RESERVATION_PATTERN, description="The reservation or capacity block to launch into."
    )
    zone: str | None = Field(
        default=None,
        pattern=ZONE_PATTERN,
        description="The only zone of the nodes, such as us-east-1a; the reservation's zone with a reservation. "
        "Default: all zones.",
    )
    zones: tuple[str, ...] = Field(
        default=(),
        description="Zones with a node group each, which share the pool's numbers, so that the autoscaler adds a node "
        "in the zone of a pod's volume. Default: one group in all zones.",
    )
    system: bool = Field(
        default=False,
        description="Whether the platform's own pods run on the pool. A GpuCluster sets it for one of its pools.",
    )
    disk_iops: int = Field(default=3000, ge=3000, le=16000, description="The volume's IOPS; the price includes 3,000.")
    disk_throughput: int = Field(
        default=125, ge=125, le=1000, description="The volume's throughput in MiB/s; the price includes 125."
    )
    kubernetes_version: KubernetesVersion | None = Field(
        default=None, description="The EKS version of the cluster and its nodes."
    )
    release_version: str | None = Field(
        default=None,
        description="The image's release, such as 1.36.3-20260903. Default: the pinned release of the EKS version.",
    )
    image_snapshot_id: str | None = Field(
        default=None,
        pattern=r"^snap-[0-9a-f]{8}([0-9a-f]{9})?$",
        description="An EBS snapshot with container images, for Bottlerocket's data volume.",
    )
    efa: bool = Field(
        default=False,
        description="Whether nodes have Elastic Fabric Adapters. The pool then has one placement group and zone.",
    )
    sharing: SharingSpec = Field(default=SharingSpec(), description="How pods share a GPU.")
    schedules: tuple[ScheduleSpec, ...] = Field(default=(), description="Hours with a higher maximum.")

    @field_validator("zones")
    @classmethod
    def _zones_once(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(zones, ZONE_PATTERN, "zone; write one such as us-east-1a")

    @field_validator("maximum")
    @classmethod
    def _above_the_minimum(cls, maximum: int, info: ValidationInfo) -> int:
        minimum, desired = info.data.get("minimum", 0), info.data.get("desired")
        if maximum < minimum:
            raise refuse(maximum, f"maximum must be at least minimum = {minimum}")
        if desired is not None and not minimum <= desired <= maximum:
            raise refuse(desired, f"desired = {desired} must be between minimum = {minimum} and maximum = {maximum}")
        return maximum

    @model_validator(mode="after")
    def _fits_its_instance_types(self) -> "NodePoolSpec":
        if self._unequal():
            # The other checks look at the first type only.
            checks = (self._unequal,)
        else:
            checks = (
                self._group_zones, self._reservation, self._spot, self._image_snapshot, self._disk, self._efa,
                self._system, self._own_disk_problem, self._neuron_problem, self._accelerator, self._release,
                self._sharing, self._schedules,
            )  # fmt: skip
        if error := refusal(check() for check in checks):
            raise error
        return self

    def _unequal(self) -> Problem | None:
        first = self.lead
        for other in self.types[1:]:
            same = (first.architecture, first.accelerator, first.accelerators, first.vcpus)
            if (other.architecture, other.accelerator, other.accelerators, other.vcpus) != same:
                remedy = f"{first.name} and {other.name} differ in architecture, accelerators or vCPUs; use a separate "
                return problem_of(self, "instance_types", f"{remedy}pool for each size")
        return None

    def _group_zones(self) -> Problem | None:
        if self.zones and (self.zone or self.efa):
            remedy = f"{'zone' if self.zone else 'efa'} puts all nodes into one zone; keep one of the two fields"
            return problem_of(self, "zones", remedy)
        numbers: dict[Place, int] = {("maximum",): self.maximum}
        numbers |= {
            ("schedules", index, "additionalNodes"): each.additional_nodes for index, each in enumerate(self.schedules)
        }
        for at, number in numbers.items():
            if number < (least := len(self.zones)):
                return Problem(at, number, f"each of the {least} zones has a group; write {least} or more")
        return None

    def _reservation(self) -> Problem | None:
        reserved = self.purchase in (Purchase.CAPACITY_RESERVATION, Purchase.CAPACITY_BLOCK)
        if reserved and not self.capacity_reservation_id:
            return problem_of(self, "purchase", "requires capacityReservationId; set it to the id of the reservation")
        if reserved and not self.zone:
            # EC2 user guide, "Launch instances using Capacity Blocks", Requirements.
            return problem_of(self, "purchase", "requires zone; set it to the zone of the reservation")
        if self.capacity_reservation_id and not reserved:
            remedy = f"purchase is {self.purchase}; set it to capacity-reservation, or remove capacityReservationId"
            return problem_of(self, "capacity_reservation_id", remedy)
        if self.purchase is Purchase.CAPACITY_BLOCK and len(self.instance_types) > 1:
            remedy = f"a capacity block has one instance type; remove all types except {self.lead.name}"
            return problem_of(self, "instance_types", remedy)
        return None

    def _spot(self) -> Problem | None:
        unsold = [each.name for each in self.types if not each.spot]
        if self.purchase is Purchase.SPOT and unsold:
            remedy = f"{', '.join(unsold)} is not sold as spot; set it to on-demand, or name other types"
            return problem_of(self, "purchase", remedy)
        return None

    def _image_snapshot(self) -> Problem | None:
        if self.image_snapshot_id and (self.ami_family is not AmiFamily.BOTTLEROCKET or self.own_disks):
            wrong = "localDisk stores images" if self.own_disks else f"amiFamily {self.ami_family} stores images"
            where = "on local disks" if self.own_disks else "on its system's volume"
            remedy = f"{wrong} {where}; set amiFamily bottlerocket and localDisk false"
            return problem_of(self, "image_snapshot_id", remedy)
        return None

    def _disk(self) -> Problem | None:
        return beyond_gp3(self.volume_gib, self.disk_iops, self.disk_throughput)

    def _efa(self) -> Problem | None:
        without = [each.name for each in self.types if not each.efa_interfaces]
        if self.efa and without:
            return problem_of(self, "efa", f"{without[0]} has no Elastic Fabric Adapter; remove efa")
        return None

    def _system(self) -> Problem | None:
        if self.system and self.lead.accelerators:
            remedy = f"{self.lead.name} has accelerators; set system on a pool without accelerators"
            return problem_of(self, "system", remedy)
        return None

    def _accelerator(self) -> Problem | None:
        if self.lead.accelerators and not (self.lead.has_nvidia or self.lead.has_neuron):
            maker = self.lead.accelerator_maker
            remedy = f"{self.lead.name} has an accelerator of {maker}, which EKS has no image for; choose another type"
            return problem_of(self, "instance_types", remedy)
        return None

    def _release(self) -> Problem | None:
        if not self.release_version:
            return None
        remedy = unfit(self.release_version, self.ami_family, self.kubernetes_version)
        return problem_of(self, "release_version", remedy) if remedy else None

    def _sharing(self) -> Problem | None:
        if self.sharing.exclusive:
            return None
        field = next(iter(self.sharing.model_dump(exclude_none=True)))
        sharing, profile = f"sharing.{field}", self.sharing.mig_profile
        if not self.lead.has_nvidia:
            return problem_of(self, sharing, f"{self.lead.name} has no NVIDIA GPU; remove sharing")
        if self.sharing.mps and self.ami_family is AmiFamily.BOTTLEROCKET:
            return problem_of(
                self, "sharing.mps", "requires amiFamily al2023; Bottlerocket supports MPS only in its newest releases"
            )
        for each in self.types if profile else ():
            if not each.mig_profiles:
                remedy = f"{each.name} has a {each.accelerator}, which does not support MIG; remove migProfile"
                return problem_of(self, "sharing.mig_profile", remedy)
            if profile not in each.mig_profiles:
                remedy = f"allowed on {each.name}: {', '.join(each.mig_profiles)}"
                return problem_of(self, "sharing.mig_profile", remedy)
        if profile and self.ami_family is AmiFamily.BOTTLEROCKET and self.lead.accelerator not in _BOTTLEROCKET_MIG:
            return problem_of(self, "sharing.mig_profile", f"requires amiFamily al2023 on a {self.lead.accelerator}")
        if profile and self.ami_family is AmiFamily.BOTTLEROCKET and self.sharing.time_slicing:
            return problem_of(self, "sharing.time_slicing", "requires amiFamily al2023 together with migProfile")
        return None

    def _schedules(self) -> Problem | None:
        names = [schedule.name for schedule in self.schedules]
        if twice := next((name for name in names if names.count(name) > 1), None):
            return Problem(("schedules",), names, f"{twice} is the name of two schedules; rename one")
        zones = sorted({schedule.time_zone for schedule in self.schedules})
        if len(zones) > 1:
            remedy = f"the hours of {' and '.join(zones)} can't be compared; use the same timeZone in all schedules"
            return Problem(("schedules",), names, remedy)
        if self.peak > LARGEST_GROUP:
            remedy = f"with additionalNodes the pool has {self.peak} nodes; EKS allows {LARGEST_GROUP}; use two pools"
            return problem_of(self, "maximum", remedy)
        if pair := overlapping(self.schedules):
            remedy = f"{pair[0]} and {pair[1]} overlap or adjoin, but each sets the maximum; leave time between them"
            return Problem(("schedules",), names, remedy)
        return None

    @property
    def parts(self) -> dict[str, "NodePoolSpec"]:
        """The node groups of the pool by the suffix of their names: one, or one for each of `zones`.

        The pool's numbers are divided between the groups; the first zones get the remainder.
        """
        if not self.zones:
            return {"": self}
        return {f"-{zone}": self._part(place, zone) for place, zone in enumerate(self.zones)}

    def _part(self, place: int, zone: str) -> "NodePoolSpec":
        def share(number: int) -> int:
            return number // len(self.zones) + (place < number % len(self.zones))

        schedules = (
            each.model_copy(update={"additional_nodes": share(each.additional_nodes)}) for each in self.schedules
        )
        divided = {
            "minimum": share(self.minimum),
            "desired": None if self.desired is None else share(self.desired),
            "maximum": share(self.maximum),
            "schedules": tuple(schedules),
        }
        return self.model_copy(update={**divided, "zone": zone, "zones": ()})

    @property
    def start(self) -> int:
        """The initial number of nodes."""
        return self.minimum if self.desired is None else self.desired

    @property
    def peak(self) -> int:
        """The maximum number of nodes at any hour."""
        return self.maximum + max((schedule.additional_nodes for schedule in self.schedules), default=0)

    def absent_in(self, region: str) -> Iterator[Problem]:
        """The problems of instance types and zones that `region` does not offer."""
        yield from super().absent_in(region)
        places: dict[Place, str] = {("zones", index): zone for index, zone in enumerate(self.zones)}
        if self.zone:
            places["zone",] = self.zone
        for at, zone in places.items():
            if zone[:-1] != region:
                yield Problem(at, zone, f"{zone} is not a zone of {region}; name one such as {region}a")
