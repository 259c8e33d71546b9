"""The jobs of a BatchQueue, as a config describes them."""

from itertools import chain
from typing import Annotated, NotRequired, TypedDict
from unicodedata import category

from pydantic import Field, StringConstraints, field_validator, model_validator

from ...core.cron import cron_without_both_days, too_frequent
from ...core.image_names import IMAGE_PATTERN
from ...core.policy_room import OTHER_STATEMENTS, ROLE_POLICIES, no_room
from ...core.problems import problem_of, refusal, refuse_at
from ...core.spec import Spec, refuse
from ...core.time_zones import known_time_zone
from ..folders import not_of_tracking
from .environment_spec import Name

_USER_PATTERN = r"^[1-9][0-9]{0,9}(:[1-9][0-9]{0,9})?$"
DEFAULT_USER = "1000:1000"
_FOLDER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
_VARIABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"

_DEFINITION_BYTES = 24 * 1024
"""The largest job definition. Source: AWS Batch user guide, "Service quotas"."""
_OWN_PART_BYTES = 4 * 1024
"""What the component itself writes into a job definition, at most."""
LEAST_MEMORY_MIB = 64
"""Batch takes 4, with which no shell and no interpreter runs to its end."""
_LEAST_MINUTES = 10
OWN_VARIABLES = ("CHECKPOINTS_URI", "HOME", "MODELS_URI", "TMPDIR", "TRAINING_URI")
"""Environment variables that the component sets."""

_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Everyone who may describe jobs could read them, and SDKs prefer them to the job's role."""

Folder = Annotated[str, StringConstraints(pattern=_FOLDER_PATTERN, max_length=200)]


class BatchJobConfig(TypedDict):
    """A kind of job: what runs, on how much of a machine, and for how long."""

    name: str
    """The job's name within the component."""
    team: str
    """The team whose share the job uses; one of `shares`."""
    queue: str
    """The queue that the job is made for."""
    image: str
    """The container image, with a digest or a version as tag."""
    command: NotRequired[list[str]]
    """The command and its arguments; that of the image by default."""
    environment: NotRequired[dict[str, str]]
    """Environment variables. No secrets: everyone who may describe jobs can read them."""
    vcpus: NotRequired[int]
    """The vCPUs; all of a machine by default."""
    memory_mib: NotRequired[int]
    """The memory in MiB; all that a job can have on the smallest machine by default."""
    gpus: NotRequired[int]
    """The GPUs; all of a machine by default."""
    shared_memory_mib: NotRequired[int]
    """The size of /dev/shm in MiB; for a GPU job a quarter of its memory by default."""
    timeout_minutes: int
    """Minutes after which Batch ends an attempt."""
    attempts: NotRequired[int]
    """The most attempts. Only the loss of a machine leads to another attempt."""
    checkpoints: NotRequired[bool]
    """Whether the job continues from its checkpoints in S3."""
    folder: NotRequired[str]
    """The folder of the job in the buckets of training data and of models; the job's name by default."""
    read_folders: NotRequired[list[str]]
    """Further folders of the bucket of training data that the job reads."""
    user: NotRequired[str]
    """The numeric user and group of the container, not root."""
    writable_root: NotRequired[bool]
    """Whether the container may write outside of scratch."""
    schedule: NotRequired[str]
    """When the job is submitted, as cron with five fields; never by default."""
    time_zone: NotRequired[str]
    """The time zone of the schedule."""
    array_size: NotRequired[int]
    """The number of jobs in an array that the schedule submits; a single job by default."""


class BatchJobSpec(Spec):
    """A kind of job: what runs, on how much of a machine, and for how long."""

    name: Name = Field(description="The job's name within the component.")
    team: str = Field(description="The team whose share the job uses; one of shares.")
    queue: str = Field(description="The queue that the job is made for.")
    image: str = Field(
        pattern=IMAGE_PATTERN, max_length=255, description="The container image, with a digest or a version as tag."
    )
    command: tuple[str, ...] = Field(
        default=(), description="The command and its arguments; that of the image by default."
    )
    environment: dict[Annotated[str, StringConstraints(pattern=_VARIABLE_PATTERN)], str] = Field(
        default_factory=dict[str, str],
        description="Environment variables. No secrets: everyone who may describe jobs can read them.",
    )
    vcpus: int | None = Field(default=None, ge=1, le=10_000, description="The vCPUs; all of a machine by default.")
    memory_mib: int | None = Field(
        default=None,
        ge=LEAST_MEMORY_MIB,
        le=100_000_000,
        description="The memory in MiB; all that a job can have on the smallest machine by default.",
    )
    gpus: int | None = Field(default=None, ge=0, le=100, description="The GPUs; all of a machine by default.")
    shared_memory_mib: int | None = Field(
        default=None,
        ge=64,
        le=100_000_000,
        description="The size of /dev/shm in MiB; for a GPU job a quarter of its memory by default.",
    )
    timeout_minutes: int = Field(
        ge=1, le=20160, description="Minutes after which Batch ends an attempt, from 1 to 20160 (14 days)."
    )
    attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="The most attempts. Only the loss of a machine leads to another attempt.",
    )
    checkpoints: bool = Field(
        default=False, description="Whether the job continues from its checkpoints in S3 (CHECKPOINTS_URI)."
    )
    folder: Folder | None = Field(
        default=None,
        description="The folder of the job in the buckets of training data and of models; the job's name by default.",
    )
    read_folders: tuple[Folder, ...] = Field(
        default=(), description="Further folders of the bucket of training data that the job reads."
    )
    user: str = Field(
        default=DEFAULT_USER,
        pattern=_USER_PATTERN,
        description="The numeric user and group of the container, not root.",
    )
    writable_root: bool = Field(
        default=False, description="Whether the container may write outside of scratch (/scratch)."
    )
    schedule: str | None = Field(
        default=None, description="When the job is submitted, as cron with five fields; never by default."
    )
    time_zone: str = Field(default="Etc/UTC", description="The time zone of the schedule.")
    array_size: int | None = Field(
        default=None,
        ge=2,
        le=10_000,
        description="The number of jobs in an array that the schedule submits; a single job by default.",
    )

    @field_validator("schedule")
    @classmethod
    def _valid_schedule(cls, schedule: str | None) -> str | None:
        return None if schedule is None else cron_without_both_days(schedule)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return known_time_zone(zone)

    @field_validator("image")
    @classmethod
    def _has_a_version(cls, image: str) -> str:
        if "@" not in image and ":" not in image.rpartition("/")[2]:
            raise refuse(image, f"{image} has no version; add a tag such as :1.0.0, or a digest")
        if image.endswith(":latest"):
            raise refuse(image, "latest is another image after each push; write a version such as :1.0.0, or a digest")
        return image

    @field_validator("command")
    @classmethod
    def _without_control_characters(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        for part in command:
            if wrong := _control_character(part):
                raise refuse(part, f"{part!r} has the control character {wrong!r}; remove it")
        return command

    @field_validator("environment")
    @classmethod
    def _not_reserved(cls, variables: dict[str, str]) -> dict[str, str]:
        for name in variables:
            if name.startswith("AWS_BATCH"):
                raise refuse(name, f"{name}: AWS Batch sets variables that begin with AWS_BATCH; choose another name")
            if name in OWN_VARIABLES:
                raise refuse(name, f"{name} is set by the component; remove it")
            if name in _CREDENTIALS:
                raise refuse(name, f"{name}: a job has the credentials of its role, and no others; remove it")
            if wrong := _control_character(variables[name]):
                raise refuse(name, f"the value of {name} has the control character {wrong!r}; remove it")
        return variables

    @model_validator(mode="after")
    def _fields_fit_together(self) -> "BatchJobSpec":
        not_of_tracking(self.own_folder)
        room = ROLE_POLICIES - OTHER_STATEMENTS
        if problem := no_room(self.read_folders, room, "the policies of the job's role", times=2, around=90):
            raise refuse_at("readFolders", list(self.read_folders), problem)
        jobs = f"an array of {self.array_size} jobs" if self.array_size else "a job"
        costs = f"each submits {jobs} of up to {self.timeout_minutes} minutes, and a machine takes minutes to start"
        if self.schedule and (problem := too_frequent(self.schedule, _LEAST_MINUTES, costs)):
            raise refuse_at("schedule", self.schedule, problem)
        size = len("".join(chain(self.command, *self.environment.items())).encode())
        most = _DEFINITION_BYTES - _OWN_PART_BYTES
        too_long = f"the command and the environment have {size} bytes, and a definition takes {most}; use a file in S3"
        problems = [
            problem_of(self, "command", too_long) if size > most else None,
            problem_of(self, "array_size", "it is for scheduled jobs; add schedule, or remove it")
            if self.array_size and not self.schedule
            else None,
        ]
        if error := refusal(problems):
            raise error
        return self

    @property
    def own_folder(self) -> str:
        """The folder of the job in the buckets."""
        return self.folder or self.name


def _control_character(text: str) -> str | None:
    """The first control character of `text` other than tabs and line ends, which scripts have."""
    return next((each for each in text if category(each) == "Cc" and each not in "\t\r\n"), None)
