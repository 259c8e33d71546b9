"""The machines of a BatchQueue, as a config describes them."""

from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field, StringConstraints, field_validator, model_validator

from ...cluster.node_pool.spec import ec2_types
from ...core.problems import Problem, problem_of, refusal
from ...core.spec import Spec
from ...facts.instances import InstanceType, instance_type
from .machines import unsupported

NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=30)]


class MachinePurchase(StrEnum):
    """The purchase option of an environment's machines."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"


class BatchEnvironmentConfig(TypedDict):
    """Machines that start for jobs and end after them."""

    name: str
    """The environment's name within the component."""
    instance_types: list[str]
    """EC2 instance types of one architecture, all with NVIDIA GPUs or all without."""
    purchase: NotRequired[MachinePurchase]
    """The purchase option; on-demand by default."""
    maximum_vcpus: int
    """The most vCPUs of all machines together. Without jobs there are no machines."""
    disk_gib: NotRequired[int]
    """The encrypted gp3 volume of each machine, for images and, without local disks, for scratch, in GiB."""
    image_id: NotRequired[str]
    """The id of a machine image (AMI) with the ECS agent. Default: AWS's image of Amazon Linux 2023."""


class BatchEnvironmentSpec(Spec):
    """Machines that start for jobs and end after them."""

    name: Name = Field(description="The environment's name within the component.")
    instance_types: tuple[str, ...] = Field(
        min_length=1, description="EC2 instance types of one architecture, all with NVIDIA GPUs or all without."
    )
    purchase: MachinePurchase = Field(
        default=MachinePurchase.ON_DEMAND, description="The purchase option: on-demand or spot."
    )
    maximum_vcpus: int = Field(
        ge=1,
        le=100_000,
        description="The most vCPUs of all machines together. Without jobs there are no machines.",
    )
    disk_gib: int = Field(
        default=100,
        ge=30,
        le=16384,
        description="The encrypted gp3 volume of each machine, for images and, without local disks, for scratch, in "
        "GiB. 30 is the size of AWS's image.",
    )
    image_id: str | None = Field(
        default=None,
        pattern=r"^ami-[0-9a-f]{8,17}$",
        description="The id of a machine image (AMI) with the ECS agent. Default: AWS's image of Amazon Linux 2023.",
    )

    @field_validator("instance_types")
    @classmethod
    def _types(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return ec2_types(names)

    @property
    def kinds(self) -> tuple[InstanceType, ...]:
        """The instance types."""
        return tuple(kind for kind in map(instance_type, self.instance_types) if kind)

    @property
    def gpus(self) -> bool:
        """Whether the machines have GPUs."""
        return self.kinds[0].has_nvidia

    @property
    def architecture(self) -> str:
        """The CPU architecture of the machines: `x86_64` or `arm64`."""
        return self.kinds[0].architecture

    @property
    def spot(self) -> bool:
        """Whether AWS may take the machines back."""
        return self.purchase is MachinePurchase.SPOT

    @model_validator(mode="after")
    def _machines_fit_together(self) -> "BatchEnvironmentSpec":
        if error := refusal([self._unsupported(), self._mixed(), self._not_spot(), self._too_few_vcpus()]):
            raise error
        return self

    def _unsupported(self) -> Problem | None:
        reason = next((reason for kind in self.kinds if (reason := unsupported(kind))), None)
        return problem_of(self, "instance_types", reason) if reason else None

    def _mixed(self) -> Problem | None:
        if len({kind.architecture for kind in self.kinds}) > 1:
            remedy = "the types have different CPU architectures, and an image runs on one; make an environment of each"
            return problem_of(self, "instance_types", remedy)
        if len({kind.has_nvidia for kind in self.kinds}) > 1:
            remedy = "some types have GPUs and others have none; make an environment of each"
            return problem_of(self, "instance_types", remedy)
        return None

    def _not_spot(self) -> Problem | None:
        without = [kind.name for kind in self.kinds if not kind.spot]
        if self.spot and without:
            return problem_of(self, "purchase", f"EC2 has no spot instances of {', '.join(without)}; write on-demand")
        return None

    def _too_few_vcpus(self) -> Problem | None:
        largest = max(self.kinds, key=lambda kind: kind.vcpus)
        if self.maximum_vcpus >= largest.vcpus:
            return None
        remedy = f"a {largest.name} has {largest.vcpus} vCPUs; write {largest.vcpus} or more, or remove the type"
        return problem_of(self, "maximum_vcpus", remedy)
