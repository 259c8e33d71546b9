"""An application of EMR Serverless: its workers, its limits, and what is refused."""

from typing import NotRequired, TypedDict

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...facts.emr_workers import (
    LEAST_DISK_GB,
    MEMORY,
    MOST_DISK_GB,
    MOST_SHUFFLE_DISK_GB,
    Capacity,
    capacity_for,
    sum_of,
)


class SparkWorkerConfig(TypedDict):
    """The size of a driver or an executor."""

    vcpus: NotRequired[int]
    """vCPUs: 1, 2, 4, 8 or 16."""
    memory_gb: NotRequired[int]
    """Memory in GB, in the range that EMR Serverless has for the vCPUs."""
    disk_gb: NotRequired[int]
    """Disk in GB. The first 20 GB are free."""
    warm: NotRequired[int]
    """Pre-initialized workers, which are charged while the application is started."""


class SparkApplicationConfig(TypedDict):
    """An application of EMR Serverless."""

    maximum_vcpus: int
    """The most vCPUs that all its jobs use together."""
    driver: NotRequired[SparkWorkerConfig]
    """The size of each job's driver."""
    executor: NotRequired[SparkWorkerConfig]
    """The size of each executor."""
    shuffle_optimized_disks: NotRequired[bool]
    """Whether executors have faster disks, for jobs that shuffle much data."""
    idle_minutes: NotRequired[int]
    """Minutes without a job after which it stops."""


class SparkWorkerSpec(Spec):
    """The size of a driver or an executor."""

    vcpus: int = Field(default=4, description="vCPUs: 1, 2, 4, 8 or 16.")
    memory_gb: int = Field(default=16, description="Memory in GB, in the range that EMR Serverless has for the vCPUs.")
    disk_gb: int = Field(
        default=LEAST_DISK_GB,
        ge=LEAST_DISK_GB,
        le=MOST_SHUFFLE_DISK_GB,
        description=f"Disk in GB, up to {MOST_DISK_GB}, or {MOST_SHUFFLE_DISK_GB} with shuffleOptimizedDisks. The "
        "first 20 GB are free.",
    )
    warm: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Pre-initialized workers: jobs start in seconds. They are charged while the application is "
        "started, whether jobs use them or not.",
    )

    @field_validator("vcpus")
    @classmethod
    def _a_size(cls, vcpus: int) -> int:
        if vcpus not in MEMORY:
            nearest = min(MEMORY, key=lambda size: abs(size - vcpus))
            raise refuse(vcpus, f"a worker has {', '.join(map(str, MEMORY))} vCPUs; write {nearest}")
        return vcpus

    @model_validator(mode="after")
    def _memory_fits(self) -> "SparkWorkerSpec":
        allowed = MEMORY[self.vcpus]
        if self.memory_gb not in allowed:
            raise refuse_at(
                "memoryGb",
                self.memory_gb,
                f"a worker with vcpus = {self.vcpus} has {allowed}; write {allowed.nearest(self.memory_gb)}",
            )
        return self

    @property
    def size(self) -> Capacity:
        """What one worker uses."""
        return Capacity(self.vcpus, self.memory_gb, self.disk_gb)


class SparkApplicationSpec(Spec):
    """An application of EMR Serverless."""

    maximum_vcpus: int = Field(ge=2, le=100_000, description="The most vCPUs that all its jobs use together.")
    driver: SparkWorkerSpec = Field(default=SparkWorkerSpec(), description="The size of each job's driver.")
    executor: SparkWorkerSpec = Field(default=SparkWorkerSpec(), description="The size of each executor.")
    shuffle_optimized_disks: bool = Field(
        default=False, description="Whether executors have faster disks, for jobs that shuffle much data."
    )
    idle_minutes: int = Field(
        default=15,
        ge=1,
        le=10080,
        description="Minutes without a job after which it stops. Warm workers are charged until then.",
    )

    @field_validator("driver", "executor")
    @classmethod
    def _disk_of_its_kind(cls, worker: SparkWorkerSpec, info: ValidationInfo) -> SparkWorkerSpec:
        if info.field_name == "driver" and worker.disk_gb > MOST_DISK_GB:
            raise refuse(worker.disk_gb, f"driver.diskGb is at most {MOST_DISK_GB}; write {MOST_DISK_GB}")
        return worker

    @model_validator(mode="after")
    def _disk_needs_its_type(self) -> "SparkApplicationSpec":
        if self.executor.disk_gb > MOST_DISK_GB and not self.shuffle_optimized_disks:
            raise refuse_at(
                "executor.diskGb",
                self.executor.disk_gb,
                f"a standard disk has at most {MOST_DISK_GB} GB; write {MOST_DISK_GB}, or set shuffleOptimizedDisks: "
                "true",
            )
        return self

    @model_validator(mode="after")
    def _a_job_fits(self) -> "SparkApplicationSpec":
        job = self.driver.vcpus + self.executor.vcpus
        if self.maximum_vcpus < job:
            raise refuse_at(
                "maximumVcpus",
                self.maximum_vcpus,
                f"a job needs a driver and an executor, {job} vCPUs; write {job} or more, or smaller workers",
            )
        if self.warm.vcpus > self.maximum_vcpus:
            raise refuse_at(
                "maximumVcpus",
                self.maximum_vcpus,
                f"the warm workers have {self.warm.vcpus} vCPUs; write {self.warm.vcpus} or more, or fewer warm "
                "workers",
            )
        if self.executor.warm and not self.driver.warm:
            raise refuse_at(
                "executor.warm", self.executor.warm, "a job waits for its driver as long; set driver.warm to 1 or more"
            )
        return self

    @property
    def warm(self) -> Capacity:
        """What the pre-initialized workers use together."""
        return sum_of([(self.driver.warm, self.driver.size), (self.executor.warm, self.executor.size)])

    @property
    def maximum(self) -> Capacity:
        """What all its jobs may use together."""
        return capacity_for(self.maximum_vcpus, [self.driver.size, self.executor.size])
