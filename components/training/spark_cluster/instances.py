"""A Spark cluster on EC2 instances: its fleets, its limits, and what is refused."""

from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ...cluster.node_pool.spec import ec2_types
from ...core.problems import refuse_at
from ...core.s3_paths import PATH_NAME
from ...core.spec import Spec
from ...facts.instances import InstanceType, instance_type

_MOST_TYPES = 30
"""Of a fleet with an allocation strategy. Source: EMR management guide, "Configure instance fleets"."""


class SparkInstancesConfig(TypedDict):
    """A Spark cluster on EC2 instances."""

    primary_types: list[str]
    """Instance types of the primary node, on demand."""
    core_types: list[str]
    """Instance types of core nodes, on demand."""
    task_types: NotRequired[list[str]]
    """Instance types of task nodes, on spot; none when left out."""
    core_vcpus: NotRequired[int]
    """vCPUs of core nodes, which always run."""
    maximum_vcpus: int
    """The most vCPUs of core and task nodes together."""
    disk_gb: NotRequired[int]
    """Disk of each node in GB."""
    certificates: str
    """The S3 address of a zip archive with the certificates for TLS between nodes."""
    idle_minutes: NotRequired[int]
    """Minutes without a job after which the cluster ends; 0 keeps it."""
    spot_wait_minutes: NotRequired[int]
    """Minutes that a new cluster waits for spot capacity before it starts on demand."""
    concurrent_steps: NotRequired[int]
    """Jobs that run at the same time."""
    image_id: NotRequired[str]
    """A custom AMI of Amazon Linux; EMR's own when left out."""
    block_public_access: NotRequired[bool]
    """Whether this stack owns the account's block of public access for EMR."""


class SparkInstancesSpec(Spec):
    """A Spark cluster on EC2 instances."""

    primary_types: tuple[str, ...] = Field(
        min_length=1, max_length=_MOST_TYPES, description="Instance types of the primary node, on demand."
    )
    core_types: tuple[str, ...] = Field(
        min_length=1, max_length=_MOST_TYPES, description="Instance types of core nodes, on demand."
    )
    task_types: tuple[str, ...] = Field(
        default=(), max_length=_MOST_TYPES, description="Instance types of task nodes, on spot; none when left out."
    )
    core_vcpus: int = Field(default=8, ge=1, le=100_000, description="vCPUs of core nodes, which always run.")
    maximum_vcpus: int = Field(ge=1, le=100_000, description="The most vCPUs of core and task nodes together.")
    disk_gb: int = Field(default=100, ge=10, le=16384, description="Disk of each node in GB, gp3, encrypted.")
    certificates: str = Field(
        pattern=rf"^s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/({PATH_NAME}/)*{PATH_NAME}\.zip$",
        description="The S3 address of a zip archive with privateKey.pem, certificateChain.pem and "
        "trustedCertificates.pem for TLS between nodes.",
    )
    idle_minutes: int = Field(
        default=60,
        ge=0,
        le=10080,
        description="Minutes without a job after which the cluster ends; 0 keeps it.",
    )
    spot_wait_minutes: int = Field(
        default=15,
        ge=5,
        le=1440,
        description="Minutes that a new cluster waits for spot capacity before it starts on demand.",
    )
    concurrent_steps: int = Field(default=10, ge=1, le=256, description="Jobs that run at the same time.")
    image_id: str | None = Field(
        default=None,
        pattern=r"^ami-[0-9a-f]{8}([0-9a-f]{9})?$",
        description="A custom AMI of Amazon Linux; EMR's own when left out.",
    )
    block_public_access: bool = Field(
        default=True,
        description="Whether this stack owns the account's block of public access for EMR; false when another does.",
    )

    @field_validator("primary_types", "core_types", "task_types")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return ec2_types(names)

    @model_validator(mode="after")
    def _spot_is_sold(self) -> "SparkInstancesSpec":
        for each in self.kinds(self.task_types):
            if not each.spot:
                raise refuse_at("taskTypes", each.name, "EC2 sells no spot capacity of it; write another type")
        return self

    @model_validator(mode="after")
    def _fits(self) -> "SparkInstancesSpec":
        if self.maximum_vcpus < self.core_vcpus:
            raise refuse_at(
                "maximumVcpus",
                self.maximum_vcpus,
                f"is below coreVcpus = {self.core_vcpus}; write {self.core_vcpus} or more",
            )
        if self.maximum_vcpus > self.core_vcpus and not self.task_types:
            raise refuse_at(
                "maximumVcpus",
                self.maximum_vcpus,
                f"only task nodes add to coreVcpus = {self.core_vcpus}; add taskTypes, or write {self.core_vcpus}",
            )
        return self

    @staticmethod
    def kinds(names: tuple[str, ...]) -> list[InstanceType]:
        """The properties of these instance types."""
        return [kind for kind in map(instance_type, names) if kind]

    @property
    def architectures(self) -> set[str]:
        """The architectures of all its types, such as arm64."""
        names = (*self.primary_types, *self.core_types, *self.task_types)
        return {kind.architecture for kind in self.kinds(names)}
