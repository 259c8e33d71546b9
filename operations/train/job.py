"""job.yaml: what a training job runs, what it reads and writes, and what it needs."""

import hashlib
import json
import re
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from ..settings import Settings, refuse

_FOLDER = r"[A-Za-z0-9_-][A-Za-z0-9_.=-]*"
Folder = Annotated[
    str, StringConstraints(pattern=rf"^s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/({_FOLDER}/)+$", max_length=1024)
]
"""The address of a folder in S3, with a slash at its end."""
_NAME = r"^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$"
"""Job names: every engine accepts them, with the digest and the attempt that `run_name` adds, as its own names."""
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
RESERVED = "MLPLATFORM_"
"""How the names of variables begin that `variables` sets."""
LONGEST_SPOT_MINUTES = 60
"""The longest run on spot without checkpoints: AWS may reclaim the machine, and the run starts again from zero."""
LONGEST_MINUTES = 28 * 24 * 60
"""Source: SageMaker API reference, StoppingCondition: 28 days."""


class InputData(Settings):
    """A folder that the job reads."""

    name: str = Field(pattern=r"^[a-z]([a-z0-9_]{0,30}[a-z0-9])?$", description="The data's name, such as `training`.")
    folder: Folder = Field(description="The folder in S3, as s3://<bucket>/<folder>/.")


class Resources(Settings):
    """What each machine of the job has."""

    cpus: int = Field(ge=1, le=192, description="vCPUs of each machine.")
    memory_gib: int = Field(ge=1, le=2048, description="Memory of each machine in GiB.")
    gpus: int = Field(default=0, ge=0, le=8, description="GPUs of each machine. Default: none.")
    disk_gib: int = Field(default=50, ge=1, le=16384, description="Scratch disk of each machine in GiB. Default: 50.")
    nodes: int = Field(default=1, ge=1, le=64, description="Machines that work together. Default: 1.")
    instance_type: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]+\.[a-z0-9]+$",
        description="The EC2 instance type, such as g5.xlarge. SageMaker needs it; others choose by what is asked for.",
    )


class Spot(Settings):
    """Spare capacity, which AWS may reclaim after a warning of two minutes."""

    checkpoints: Folder | None = Field(
        default=None, description="The folder in S3 that the program saves its progress in and resumes from."
    )


class RegisteredModel(Settings):
    """The model that a finished job has made."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", description="Its name in the MLflow registry.")
    experiment: str = Field(min_length=1, max_length=200, description="The MLflow experiment of its runs.")


class TrainingJob(Settings):
    """A training job."""

    name: str = Field(pattern=_NAME, description="The job's name: at most 32 of a-z, 0-9 and -.")
    team: str = Field(pattern=_NAME, description="The team whose identity, queue and namespace the job uses.")
    image: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$",
        description="The image with tag or digest. EMR runs its release's own image when left out; others need it.",
    )
    command: tuple[str, ...] = Field(
        min_length=1,
        description="The program and its arguments. On EMR the first is the Spark program, as s3://… or local://….",
    )
    environment: dict[str, str] = Field(default_factory=dict[str, str], description="Further environment variables.")
    inputs: tuple[InputData, ...] = Field(default=(), description="The folders that the job reads.")
    output: Folder = Field(description="The folder in S3 that the job writes its artifacts to.")
    resources: Resources = Field(description="What each machine has.")
    spot: Spot | None = Field(default=None, description="Run on spot. Default: on demand.")
    timeout_minutes: int = Field(ge=1, le=LONGEST_MINUTES, description="Minutes until the job is ended.")
    schedule: str | None = Field(
        default=None, description="When it runs, as five cron fields in UTC. Default: when it is submitted."
    )
    model: RegisteredModel | None = Field(default=None, description="The model to register. Default: none.")

    @field_validator("environment")
    @classmethod
    def _own_variables(cls, environment: dict[str, str]) -> dict[str, str]:
        for name in environment:
            if not re.fullmatch(_VARIABLE, name):
                raise refuse(f"{name!r} is no name of an environment variable; write letters, digits and _")
            if name.startswith(RESERVED) or name.startswith("AWS_"):
                raise refuse(f"{name} is set by the platform; take another name")
        return environment

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [each.name for each in self.inputs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(f"inputs has {twice} twice; name each once")
        spot = self.spot
        if spot and not spot.checkpoints and self.timeout_minutes > LONGEST_SPOT_MINUTES:
            raise refuse(
                f"spot.checkpoints is missing and timeoutMinutes is {self.timeout_minutes}: a run of more than "
                f"{LONGEST_SPOT_MINUTES} minutes on spot needs checkpoints; add spot.checkpoints, or remove spot"
            )
        written = [self.output, *([spot.checkpoints] if spot and spot.checkpoints else [])]
        for each in self.inputs:
            if any(each.folder.startswith(folder) or folder.startswith(each.folder) for folder in written):
                raise refuse(f"inputs.{each.name} and a folder that the job writes overlap; write elsewhere")
        return self


def variables(job: TrainingJob) -> dict[str, str]:
    """The environment of the program, the same on every engine.

    MLPLATFORM_INPUT_<NAME>, MLPLATFORM_OUTPUT and MLPLATFORM_CHECKPOINTS are addresses of folders in S3.
    """
    folders = {f"{RESERVED}INPUT_{each.name.upper()}": each.folder for each in job.inputs}
    if job.spot and job.spot.checkpoints:
        folders[f"{RESERVED}CHECKPOINTS"] = job.spot.checkpoints
    return {**job.environment, **folders, f"{RESERVED}OUTPUT": job.output}


def digest(job: TrainingJob, run: str = "") -> str:
    """Ten hexadecimal digits of the description and of `run`, which tells repeated runs of one description apart."""
    text = json.dumps([job.model_dump(mode="json", exclude={"schedule"}), run], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def run_prefix(job: TrainingJob, run: str = "") -> str:
    """How the names of all attempts begin. The same description and the same run have the same prefix."""
    return f"{job.name}-{digest(job, run)}-"


def run_name(job: TrainingJob, run: str = "", attempt: int = 1) -> str:
    """The name of one attempt: at most 48 characters."""
    return f"{run_prefix(job, run)}{attempt}"
