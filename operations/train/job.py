"""job.yaml: what a training job runs, what it reads and writes, and what it needs."""

import hashlib
import json
import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from components.facts.cron import KUBERNETES, last_day_if_never, parse_cron, runs_a_month, shortest_gap_minutes

from ..settings import Settings, matching, refuse, refuse_at

_FOLDER = r"[A-Za-z0-9_-][A-Za-z0-9_.=-]*"
Folder = Annotated[
    str,
    StringConstraints(max_length=1024),
    matching(
        rf"s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/({_FOLDER}/)+",
        "it is not a valid folder in S3; write s3://<bucket>/<folder>/ with a slash at its end, and folders of "
        "letters, digits, _, ., = and -",
    ),
]
"""The address of a folder in S3, with a slash at its end."""
Name = Annotated[
    str,
    matching(
        r"[a-z]([a-z0-9-]{0,29}[a-z0-9])?",
        "write 1 to 31 lowercase letters, digits and -; begin with a letter, and end with a letter or a digit",
    ),
]
"""Job names: every engine accepts them, with the digest and the attempt that `run_name` adds, as its own names."""
Image = Annotated[
    str,
    matching(
        r"[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})",
        "it is not an image with a version; write <registry>/<repository>:<tag>, or @sha256:<digest> instead of :<tag>",
    ),
]


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise refuse("it has a line break or another control character, which SageMaker refuses; remove it")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
"""Text that every engine accepts. Source: SageMaker API reference, AlgorithmSpecification, ContainerArguments: `.*`."""
AT = "-at-"
"""What follows the job's name in the name of a run that a schedule starts."""
_LEAST_MINUTES = 10
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
RESERVED = "MLPLATFORM_"
"""How the names of variables begin that `variables` sets."""
OUTPUT = f"{RESERVED}OUTPUT"
CHECKPOINTS = f"{RESERVED}CHECKPOINTS"
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


class Runtime(StrEnum):
    """A model server of the serving platform."""

    TRITON = "triton"
    HUGGINGFACE = "huggingface"
    MLSERVER = "mlserver"


class RegisteredModel(Settings):
    """The model that a job makes."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]{0,44}[a-z0-9])?$", description="The name in the MLflow registry and of the service."
    )
    experiment: Line = Field(min_length=1, max_length=200, description="The MLflow experiment of the job's runs.")
    runtime: Runtime = Field(description="The model server: triton, huggingface or mlserver.")
    format: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]{0,62}$",
        description="The model's format, such as sklearn. Required for mlserver; others have a default.",
    )

    @model_validator(mode="after")
    def _has_a_format(self) -> Self:
        if self.runtime is Runtime.MLSERVER and not self.format:
            raise refuse_at("format", None, "mlserver serves several formats; add format, such as sklearn or xgboost")
        return self


class TrainingJob(Settings):
    """A training job."""

    name: Name = Field(description="The job's name: at most 31 of a-z, 0-9 and -.")
    team: Name = Field(description="The team whose identity, queue and namespace the job uses.")
    image: Image | None = Field(
        default=None,
        description="The image with tag or digest. EMR runs its release's own image when left out; others need it.",
    )
    command: tuple[Line, ...] = Field(
        min_length=1,
        description="The program and its arguments. On EMR the first is the Spark program, as s3://… or local://….",
    )
    environment: dict[str, str] = Field(default_factory=dict[str, str], description="Further environment variables.")
    inputs: tuple[InputData, ...] = Field(default=(), description="The folders that the job reads.")
    output: Folder = Field(description="The folder in S3 that the job writes its artifacts to.")
    resources: Resources = Field(description="What each machine has.")
    spot: bool = Field(default=False, description="Run on spare capacity, which AWS may reclaim. Default: false.")
    checkpoints: Folder | None = Field(
        default=None, description="The folder in S3 where the program saves its progress and resumes. Default: none."
    )
    queue: Name | None = Field(
        default=None,
        description="The queue, on Batch and Kubernetes. Default: the job's own on Batch, default on Kubernetes.",
    )
    timeout_minutes: int = Field(ge=1, le=LONGEST_MINUTES, description="Minutes until the engine ends the job.")
    schedule: str | None = Field(
        default=None, description="When it runs, as five cron fields in UTC. Default: when it is submitted."
    )
    model: RegisteredModel | None = Field(default=None, description="The model that the job makes. Default: none.")

    @field_validator("name")
    @classmethod
    def _not_like_a_scheduled_run(cls, name: str) -> str:
        if name.endswith(AT[:-1]):
            raise refuse(f"names of runs that a schedule starts have {AT}; choose a name with another end")
        return name

    @field_validator("schedule")
    @classmethod
    def _a_schedule(cls, schedule: str | None) -> str | None:
        if schedule is None:
            return None
        try:
            cron = parse_cron(schedule, KUBERNETES)
        except ValueError as error:
            raise refuse(str(error)) from None
        if not (cron.any_day or cron.any_weekday):
            raise refuse("it has a day and a weekday, and EventBridge takes one of them; write * for the other")
        if last := last_day_if_never(cron):
            raise refuse(f"it never runs, because its months have no such day; write a day from 1 to {last}")
        if (gap := shortest_gap_minutes(cron)) < _LEAST_MINUTES:
            raise refuse(
                f"it has {gap} min between two runs, and {runs_a_month(cron):,} runs a month, each on machines "
                f"that take minutes to start; leave {_LEAST_MINUTES} minutes or more, as in */10 * * * *"
            )
        return " ".join(schedule.split())

    @field_validator("command")
    @classmethod
    def _words(cls, command: tuple[Line, ...]) -> tuple[str, ...]:
        if not command[0].strip():
            raise refuse("the first word is the program; write its name")
        return command

    @field_validator("environment")
    @classmethod
    def _own_variables(cls, environment: dict[str, str]) -> dict[str, str]:
        for name, value in environment.items():
            if not re.fullmatch(_VARIABLE, name):
                raise refuse_at(
                    "name", name, "it is not a valid name of an environment variable; write letters, digits and _"
                )
            if name.startswith(RESERVED) or name.startswith("AWS_"):
                raise refuse_at("name", name, f"{name} is set by the platform or by AWS; choose another name")
            if "\0" in value:
                raise refuse_at("name", name, "its value has a NUL character; remove it")
        return environment

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [each.name for each in self.inputs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse_at("inputs", names, f"inputs has {twice} twice; name each once")
        if self.spot and not self.checkpoints and self.timeout_minutes > LONGEST_SPOT_MINUTES:
            raise refuse_at(
                "checkpoints",
                None,
                f"checkpoints is missing, spot is true and timeoutMinutes is {self.timeout_minutes}: a run of more "
                f"than {LONGEST_SPOT_MINUTES} minutes on spot needs checkpoints; add checkpoints, or remove spot",
            )
        written = {"output": self.output, **({"checkpoints": self.checkpoints} if self.checkpoints else {})}
        for each in self.inputs:
            for field, folder in written.items():
                if _overlap(each.folder, folder):
                    raise refuse_at(
                        field,
                        folder,
                        f"inputs.{each.name} and {field} overlap, and the job would read what it writes; "
                        f"choose another folder for {field}",
                    )
        if self.model and "=" in self.output:
            remedy = "it has a = in a folder's name, and no model is served from there; choose another folder"
            raise refuse_at("output", self.output, remedy)
        if self.checkpoints and _overlap(self.checkpoints, self.output):
            remedy = "checkpoints and output overlap, and models would hold checkpoints; choose two folders"
            raise refuse_at("checkpoints", self.checkpoints, remedy)
        return self


def _overlap(one: str, other: str) -> bool:
    """Whether two folders are the same, or one is inside the other."""
    return one.startswith(other) or other.startswith(one)


def fixed_variables(job: TrainingJob) -> dict[str, str]:
    """The variables of the program that are the same in every run of the description."""
    folders = {f"{RESERVED}INPUT_{each.name.upper()}": each.folder for each in job.inputs}
    experiment = {"MLFLOW_EXPERIMENT_NAME": job.model.experiment} if job.model else {}
    return {**experiment, **job.environment, **folders}


def run_variables(job: TrainingJob, run_id: str) -> dict[str, str]:
    """The variables of one run: its name, and the folders that it writes.

    Every attempt of a run has the same folders, so that it resumes. Another run has others, so that it neither changes
    a model that is served nor resumes where a finished run ended. A job without a model writes `output` itself, such as
    a table.
    """
    found = {f"{RESERVED}RUN": run_id, OUTPUT: f"{job.output}{run_id}/" if job.model else job.output}
    if job.checkpoints:
        found[CHECKPOINTS] = f"{job.checkpoints}{run_id}/"
    return found


def variables(job: TrainingJob, run_id: str) -> dict[str, str]:
    """The environment of the program, the same on every engine."""
    return {**fixed_variables(job), **run_variables(job, run_id)}


def digest(job: TrainingJob, run: str = "") -> str:
    """Ten hexadecimal digits of the description and of `run`, which tells repeated runs of one description apart."""
    text = json.dumps([job.model_dump(mode="json", exclude={"schedule"}), run], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def run_id_of(job: TrainingJob, run: str = "") -> str:
    """The name of a run, at most 42 characters. The same description and the same `run` have the same name."""
    return f"{job.name}-{digest(job, run)}"


def run_prefix(job: TrainingJob, run: str = "") -> str:
    """How the names of all attempts of a run begin."""
    return f"{run_id_of(job, run)}-"


def run_name(job: TrainingJob, run: str = "", attempt: int = 1) -> str:
    """The name of one attempt."""
    return f"{run_prefix(job, run)}{attempt}"
