"""The arguments of a BatchQueue, and their validation."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, field_validator, model_validator

from ...core.log_retention import LogRetentionDays
from ...core.problems import Problem, problem_of, refusal
from ...core.spec import Spec, refuse
from ...facts.batch import share_identifier
from ...facts.instances import InstanceType, lacking
from ..folders import outer_folder
from .environment_spec import NAME_PATTERN, BatchEnvironmentConfig, BatchEnvironmentSpec, Name
from .job_spec import BatchJobConfig, BatchJobSpec
from .machines import usable_mib

MOST_QUEUES = 50
MOST_ENVIRONMENTS = 50
"""Source: AWS Batch user guide, "Service quotas". AWS does not raise them."""
_MOST_ENVIRONMENTS_OF_A_QUEUE = 3
"""Source: AWS Batch API reference, CreateJobQueue, computeEnvironmentOrder."""
_MOST_SHARES = 500
"""Source: AWS Batch API reference, ShareAttributes."""
_LONGEST_WITHOUT_CHECKPOINT = 60
"""Minutes that a job on spot may run without checkpoints: AWS may end the machine, and the job starts from zero."""
SHARED_MEMORY_SHARE = 4
"""A GPU job without `sharedMemoryMib` has this part of its memory as /dev/shm, for the workers that load data."""


class JobQueueConfig(TypedDict):
    """A queue of jobs."""

    name: str
    """The queue's name within the component."""
    environments: list[str]
    """Up to three environments. Jobs go to the first one that has room."""
    priority: NotRequired[int]
    """Among queues that share an environment, the higher one is served first."""
    capacity_wait_minutes: NotRequired[int]
    """Minutes until a job is cancelled if AWS has no capacity for it."""


class JobQueueSpec(Spec):
    """A queue of jobs."""

    name: Name = Field(description="The queue's name within the component.")
    environments: tuple[str, ...] = Field(
        min_length=1, description="Up to three environments. Jobs go to the first one that has room."
    )
    priority: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="Among queues that share an environment, the higher one is served first.",
    )
    capacity_wait_minutes: int = Field(
        default=120, ge=10, le=1440, description="Minutes until a job is cancelled if AWS has no capacity for it."
    )

    @field_validator("environments")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(names) > _MOST_ENVIRONMENTS_OF_A_QUEUE:
            raise refuse(names, f"a queue has at most {_MOST_ENVIRONMENTS_OF_A_QUEUE} environments; remove some")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(twice, f"{twice} is named more than once; name each environment once")
        return names


class BatchQueueConfig(TypedDict):
    """The settings of queues on AWS Batch, their machines and their jobs."""

    name: str
    """The prefix of the names in AWS, unique in the account and region."""
    environments: list[BatchEnvironmentConfig]
    """Groups of equal machines, on demand or spot."""
    queues: list[JobQueueConfig]
    """The queues that jobs are submitted to."""
    shares: dict[str, float]
    """The teams, each with its part of the machines when several have jobs: 2 gets twice as much as 1."""
    share_window_hours: NotRequired[int]
    """Hours of use that are counted for the shares."""
    jobs: NotRequired[list[BatchJobConfig]]
    """The kinds of jobs."""
    log_retention_days: NotRequired[int]
    """Days that logs are kept."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the key of logs and volumes."""


class BatchQueueArgs(BatchQueueConfig):
    """The arguments of a BatchQueue: its config, its network and the buckets of its jobs."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    private_subnet_ids: pulumi.Input[list[str]]
    """Private subnets with a way to ECS, ECR, CloudWatch Logs and S3: by NAT, or by endpoints."""
    training_bucket: pulumi.Input[str]
    """The bucket of training data and checkpoints."""
    models_bucket: pulumi.Input[str]
    """The bucket of models."""
    data_key_arn: pulumi.Input[str]
    """The key that encrypts both buckets."""


class BatchQueueSpec(Spec):
    """The settings of queues on AWS Batch, their machines and their jobs."""

    name: str = Field(
        pattern=NAME_PATTERN,
        max_length=32,
        description="The prefix of the names in AWS, unique in the account and region.",
    )
    environments: tuple[BatchEnvironmentSpec, ...] = Field(
        min_length=1, max_length=MOST_ENVIRONMENTS, description="Groups of equal machines, on demand or spot."
    )
    queues: tuple[JobQueueSpec, ...] = Field(
        min_length=1, max_length=MOST_QUEUES, description="The queues that jobs are submitted to."
    )
    shares: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$")],
        Annotated[float, Field(ge=0.01, le=1000)],
    ] = Field(
        min_length=1,
        max_length=_MOST_SHARES,
        description="The teams, up to 31 small letters, digits and hyphens, each with its part of the machines when "
        "several have jobs: 2 gets twice as much as 1.",
    )
    share_window_hours: int = Field(
        default=24, ge=1, le=168, description="Hours of use that are counted for the shares."
    )
    jobs: tuple[BatchJobSpec, ...] = Field(default=(), description="The kinds of jobs.")
    log_retention_days: LogRetentionDays = Field(default=90, description="Days that logs are kept.")
    deletion_protection: bool = Field(
        default=True, description="Whether a deployment refuses to delete the key of logs and volumes."
    )

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "BatchQueueSpec":
        problems = list(chain(self._twice(), self._queue_problems()))
        if error := refusal(problems or list(chain.from_iterable(map(self._job_problems, range(len(self.jobs)))))):
            raise error
        return self

    def environments_of(self, queue: str) -> tuple[BatchEnvironmentSpec, ...]:
        """The environments of a queue, in its order."""
        by_name = {each.name: each for each in self.environments}
        named = next(each.environments for each in self.queues if each.name == queue)
        return tuple(by_name[name] for name in named)

    def kinds_of(self, job: BatchJobSpec) -> tuple[InstanceType, ...]:
        """The instance types that a job may run on."""
        return tuple(kind for environment in self.environments_of(job.queue) for kind in environment.kinds)

    def vcpus_of(self, job: BatchJobSpec) -> int:
        """The vCPUs of a job."""
        return job.vcpus or min(kind.vcpus for kind in self.kinds_of(job))

    def gpus_of(self, job: BatchJobSpec) -> int:
        """The GPUs of a job."""
        return min(kind.accelerators for kind in self.kinds_of(job)) if job.gpus is None else job.gpus

    def memory_of(self, job: BatchJobSpec) -> int:
        """The memory of a job in MiB: by default what the smallest machine has."""
        return job.memory_mib or min(map(usable_mib, self.kinds_of(job)))

    def shared_memory_of(self, job: BatchJobSpec) -> int | None:
        """The size of a job's /dev/shm in MiB; None for Docker's default of 64 MiB."""
        if job.shared_memory_mib is None and self.gpus_of(job):
            return self.memory_of(job) // SHARED_MEMORY_SHARE
        return job.shared_memory_mib

    def jobs_of(self, environment: BatchEnvironmentSpec) -> Iterator[BatchJobSpec]:
        """The jobs that may run in an environment."""
        return (job for job in self.jobs if environment in self.environments_of(job.queue))

    def absent_in(self, region: str) -> Iterator[Problem]:
        """The environments with a type that `region` does not offer."""
        for index, environment in enumerate(self.environments):
            if sentence := lacking(environment.instance_types, region):
                yield Problem(("environments", index, "instanceTypes"), list(environment.instance_types), sentence)

    def _twice(self) -> Iterator[Problem]:
        lists: dict[str, Iterable[BatchEnvironmentSpec | JobQueueSpec | BatchJobSpec]] = {
            "environments": self.environments,
            "queues": self.queues,
            "jobs": self.jobs,
        }
        for field, items in lists.items():
            names = [each.name for each in items]
            for index, name in enumerate(names):
                if name in names[:index]:
                    yield Problem((field, index, "name"), name, f"{name} is used twice; choose another name")
        teams: dict[str, str] = {}
        for team in self.shares:
            if other := teams.get(share_identifier(team)):
                remedy = f"AWS Batch has no hyphens in shares, and {other} would have the same one; choose another name"
                yield Problem(("shares", team), self.shares[team], remedy)
            teams[share_identifier(team)] = team
        folders = [job.own_folder for job in self.jobs]
        for index, folder in enumerate(folders):
            inside = next((other for other in folders[:index] if outer_folder(f"{folder}/", f"{other}/")), None)
            if inside:
                remedy = f"another job has the folder {inside}, and both would write there; choose a folder of its own"
                yield Problem(("jobs", index, "folder"), folder, remedy)

    def _queue_problems(self) -> Iterator[Problem]:
        known = {each.name: each for each in self.environments}
        for index, queue in enumerate(self.queues):
            at = ("queues", index, "environments")
            unknown = [name for name in queue.environments if name not in known]
            if unknown:
                remedy = f"there is no environment {unknown[0]}; name one of {', '.join(known)}"
                yield Problem(at, list(queue.environments), remedy)
                continue
            environments = [known[name] for name in queue.environments]
            if len({each.architecture for each in environments}) > 1:
                remedy = "the environments have different CPU architectures, which AWS Batch does not mix in a queue"
                yield Problem(at, list(queue.environments), f"{remedy}; make a queue of each")
            elif len({each.gpus for each in environments}) > 1:
                remedy = "some environments have GPUs and others have none; make a queue of each"
                yield Problem(at, list(queue.environments), remedy)

    def _job_problems(self, index: int) -> Iterator[Problem]:
        job = self.jobs[index]
        queues = [each.name for each in self.queues]
        if job.team not in self.shares:
            remedy = f"shares has no team {job.team}; add it there, or name one of {', '.join(self.shares)}"
            yield problem_of(job, "team", remedy).within("jobs", index)
        if job.queue not in queues:
            remedy = f"there is no queue {job.queue}; name one of {', '.join(queues)}"
            yield problem_of(job, "queue", remedy).within("jobs", index)
            return
        for problem in chain(self._size_problems(job), self._spot_problems(job)):
            yield problem.within("jobs", index)

    def _size_problems(self, job: BatchJobSpec) -> Iterator[Problem]:
        kinds = self.kinds_of(job)
        gpu_machines = any(kind.has_nvidia for kind in kinds)
        if job.vcpus is None and len({kind.vcpus for kind in kinds}) > 1:
            sizes = ", ".join(f"{kind.name} {kind.vcpus}" for kind in kinds)
            remedy = f"the machines of queue {job.queue} have different vCPUs ({sizes}); write how many the job needs"
            yield problem_of(job, "vcpus", remedy)
            return
        if job.gpus is None and len({kind.accelerators for kind in kinds}) > 1:
            sizes = ", ".join(f"{kind.name} {kind.accelerators}" for kind in kinds)
            remedy = f"the machines of queue {job.queue} have different GPUs ({sizes}); write how many the job needs"
            yield problem_of(job, "gpus", remedy)
            return
        if job.gpus and not gpu_machines:
            yield problem_of(job, "gpus", f"the machines of queue {job.queue} have no GPUs; remove gpus")
            return
        if job.gpus == 0 and gpu_machines:
            remedy = f"the machines of queue {job.queue} have GPUs, which the job would pay for; use a queue without"
            yield problem_of(job, "gpus", remedy)
            return
        for environment in self.environments_of(job.queue):
            yield from self._misfit(job, environment)
        shared = job.shared_memory_mib
        if shared and shared >= self.memory_of(job):
            remedy = f"it is part of the job's memory of {self.memory_of(job)} MiB; lower it"
            yield problem_of(job, "shared_memory_mib", remedy)

    def _misfit(self, job: BatchJobSpec, environment: BatchEnvironmentSpec) -> Iterator[Problem]:
        """Resources of a job that no machine of an environment has. Batch would leave the job in RUNNABLE."""
        vcpus, gpus, memory = self.vcpus_of(job), self.gpus_of(job), self.memory_of(job)
        limits = {
            "vcpus": (vcpus, max(kind.vcpus for kind in environment.kinds), "vCPUs"),
            "gpus": (gpus, max(kind.accelerators for kind in environment.kinds), "GPUs"),
            "memory_mib": (memory, max(map(usable_mib, environment.kinds)), "MiB for a job"),
        }
        too_much = {field: limit for field, limit in limits.items() if limit[0] > limit[1]}
        for field, (_, most, unit) in too_much.items():
            remedy = f"the machines of environment {environment.name} have at most {most} {unit}; lower it"
            yield problem_of(job, field, remedy)
        fits = any(
            vcpus <= kind.vcpus and gpus <= kind.accelerators and memory <= usable_mib(kind)
            for kind in environment.kinds
        )
        if not (fits or too_much):
            remedy = (
                f"no type of environment {environment.name} has {vcpus} vCPUs, {gpus} GPUs and {memory} MiB together; "
                "ask for less, or add a type"
            )
            yield problem_of(job, "vcpus", remedy)

    def _spot_problems(self, job: BatchJobSpec) -> Iterator[Problem]:
        spot = next((each.name for each in self.environments_of(job.queue) if each.spot), None)
        if spot and job.timeout_minutes > _LONGEST_WITHOUT_CHECKPOINT and not job.checkpoints:
            remedy = (
                f"environment {spot} is spot, and AWS may take a machine back, so that the job starts from zero; set "
                f"checkpoints, use a queue on demand, or allow at most {_LONGEST_WITHOUT_CHECKPOINT} minutes"
            )
            yield problem_of(job, "timeout_minutes", remedy)
