"""The arguments of a Starter, and their validation."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from ..core.email_addresses import EmailAddresses
from ..core.host_names import inside_zone
from ..core.image_names import IMAGE_PATTERN, versioned_image
from ..core.ip_range import IpRange
from ..core.log_retention import LogRetentionDays
from ..core.problems import Problem, refusal
from ..core.spec import Spec, refuse
from ..facts.instances import InstanceType, instance_type, known_types
from ..facts.names import DNS_NAME_PATTERN

NAME_PATTERN = r"^[a-z][a-z0-9-]{0,22}[a-z0-9]$"
"""Two characters at least, because the vault of its backups has the name. Source: AWS Backup API reference,
CreateBackupVault."""
_SERVICE_PATTERN = r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$"
_DATABASE_PATTERN = r"^[a-z][a-z0-9_]{0,47}$"
_VARIABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
_TASK_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
_QUEUE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
_BATCH_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
_FOLDER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
_IMAGE_ID_PATTERN = r"^ami-[0-9a-f]{8,17}$"

HOST_MIB = 640
"""The memory that is left for the operating system, Docker and the SSM agent."""
OWN_MIB = {
    "proxy": 256,
    "sign-in": 128,
    "queue": 512,
    "files": 128,
    "metrics": 512,
    "alerts": 128,
    "machine": 64,
}
"""The memory limit of each service of the starter itself. PostgreSQL has a quarter of the machine's memory."""
TASKS_MIB = 384
"""The memory limit of the worker that submits jobs, which runs if there are tasks."""
_DATABASE_SHARE = 4
AUTH_HOST = "auth"
OWN_HOSTS = (AUTH_HOST, "files", "metrics")
"""Hosts below the domain that the starter itself serves."""
_RESERVED_DATABASES = ("postgres", "template0", "template1", "starter_check")


Image = Annotated[str, StringConstraints(pattern=IMAGE_PATTERN, max_length=255), AfterValidator(versioned_image)]


class StarterServiceConfig(TypedDict):
    """An application of yours on the machine."""

    name: str
    """The service's name, and its host below the domain."""
    image: str
    """The container image, with a digest or a version as tag."""
    port: int
    """The port on which it answers HTTP."""
    command: NotRequired[list[str]]
    """The command and its arguments; that of the image by default."""
    environment: NotRequired[dict[str, str]]
    """Environment variables. No secrets, because everyone who reads the config sees them."""
    memory_mib: NotRequired[int]
    """The memory limit in MiB."""
    replicas: NotRequired[int]
    """The number of equal containers, which the proxy balances."""
    health_path: NotRequired[str]
    """The path that answers with 200 while the service is healthy; without it the proxy checks nothing."""
    databases: NotRequired[list[str]]
    """The databases whose passwords it reads, from `/run/secrets/<database>_password`."""
    groups: NotRequired[list[str]]
    """The groups of the user pool that may use it; all users by default."""
    public: NotRequired[bool]
    """Whether people reach it without signing in."""
    user: NotRequired[str]
    """The numeric user and group of the container, not root."""


class StarterServiceSpec(Spec):
    """An application on the machine."""

    name: str = Field(pattern=_SERVICE_PATTERN, description="The service's name, and its host below the domain.")
    image: Image = Field(description="The container image, with a digest or a version as tag.")
    port: int = Field(ge=1, le=65535, description="The port on which it answers HTTP.")
    command: tuple[str, ...] = Field(
        default=(), description="The command and its arguments; that of the image by default."
    )
    environment: dict[Annotated[str, StringConstraints(pattern=_VARIABLE_PATTERN)], str] = Field(
        default_factory=dict[str, str],
        description="Environment variables. No secrets, because everyone who reads the config sees them.",
    )
    memory_mib: int = Field(default=512, ge=32, le=1_000_000, description="The memory limit in MiB.")
    replicas: int = Field(
        default=1, ge=1, le=20, description="The number of equal containers, which the proxy balances."
    )
    health_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~/-]*)?$",
        description="The path that answers with 200 while the service is healthy; without it the proxy checks nothing.",
    )
    databases: tuple[str, ...] = Field(
        default=(), description="The databases whose passwords it reads, from /run/secrets/<database>_password."
    )
    groups: tuple[Annotated[str, StringConstraints(pattern=_SERVICE_PATTERN)], ...] = Field(
        default=(), description="The groups of the user pool that may use it; all users by default."
    )
    public: bool = Field(default=False, description="Whether people reach it without signing in.")
    user: str = Field(
        default="1000:1000",
        pattern=r"^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$",
        description="The numeric user and group of the container, not root.",
    )


class StarterTaskConfig(TypedDict):
    """A Celery task that runs as a job of AWS Batch, on a machine of its own."""

    name: str
    """The name of the task in Celery."""
    queue: str
    """The queue in Celery that your services send the task to."""
    job_queue: str
    """The name of the queue in AWS Batch."""
    job_definition: str
    """The name of the job definition in AWS Batch, whose newest revision is taken."""
    team: str
    """The team whose share of the queue the job uses."""
    retries: NotRequired[int]
    """Further jobs after one that failed. AWS Batch itself repeats a job whose machine is lost."""
    result_folder: NotRequired[str]
    """The folder of the bucket of training data in which jobs write results for the caller, such as predict/results."""


class StarterTaskSpec(Spec):
    """A Celery task that runs as a job of AWS Batch."""

    name: str = Field(pattern=_TASK_PATTERN, max_length=200, description="The name of the task in Celery.")
    queue: str = Field(pattern=_QUEUE_PATTERN, description="The queue in Celery that your services send the task to.")
    job_queue: str = Field(pattern=_BATCH_PATTERN, description="The name of the queue in AWS Batch.")
    job_definition: str = Field(
        pattern=_BATCH_PATTERN,
        description="The name of the job definition in AWS Batch, whose newest revision is taken.",
    )
    team: str = Field(pattern=_SERVICE_PATTERN, description="The team whose share of the queue the job uses.")
    retries: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Further jobs after one that failed. AWS Batch itself repeats a job whose machine is lost.",
    )
    result_folder: str | None = Field(
        default=None,
        pattern=_FOLDER_PATTERN,
        max_length=200,
        description="The folder of the bucket of training data in which jobs write results for the caller, such as "
        "predict/results.",
    )


class StarterConfig(TypedDict):
    """The settings of a machine with Docker Compose."""

    name: str
    """The prefix of the names in AWS, unique in the account and region."""
    zone_name: str
    """The public Route 53 zone, such as example.com."""
    domain: str
    """The domain of the services: each is at <service>.<domain>."""
    emails: list[str]
    """Who gets an email when something is wrong."""
    instance_type: NotRequired[str]
    """The machine; Graviton is the cheaper one."""
    image_id: NotRequired[str]
    """An Amazon Linux 2023 image; the newest one when the machine is created by default."""
    data_gib: NotRequired[int]
    """The size in GiB of the volume with the database, the queue and the files. It can grow, but not shrink."""
    allowed_cidrs: NotRequired[list[str]]
    """The ranges whose HTTPS requests the proxy answers. Port 443 itself is open for the certificate authority."""
    databases: NotRequired[list[str]]
    """The databases in PostgreSQL, each with a login of the same name."""
    services: NotRequired[list[StarterServiceConfig]]
    """Your applications."""
    tasks: NotRequired[list[StarterTaskConfig]]
    """Celery tasks that run as jobs of AWS Batch."""
    worker_image: NotRequired[str]
    """The image of the worker that submits these jobs: images/batch-tasks in your registry."""
    administrators: NotRequired[list[str]]
    """The groups of the user pool that see the metrics; all users by default."""
    backup_hours: NotRequired[int]
    """Hours from one backup of the databases and files to the next: a divisor of 24."""
    backup_days: NotRequired[int]
    """Days that backups are kept."""
    log_retention_days: NotRequired[int]
    """Days that the records of administration sessions are kept."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the volume, the address, the key and the backups."""


class StarterArgs(StarterConfig):
    """The arguments of a Starter: its config, and what other resources give."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    public_subnet_id: pulumi.Input[str]
    """A public subnet, whose route to the internet exists."""
    zone: pulumi.Input[str]
    """The availability zone of the subnet; the volume stays in it."""
    zone_id: pulumi.Input[str]
    """The id of the Route 53 zone."""
    issuer: pulumi.Input[str]
    """The issuer of the user pool."""
    client_id: pulumi.Input[str]
    """The client of the user pool for the proxy."""
    client_secret_name: pulumi.Input[str]
    """The secret of that client in Secrets Manager, with clientSecret and cookieSecret."""
    client_secret_key_arn: pulumi.Input[str]
    """The key that encrypts that secret."""
    log_bucket: pulumi.Input[str]
    """The bucket for access logs of buckets."""
    failed_queue_url: NotRequired[pulumi.Input[str]]
    """The SQS queue of failed jobs, which an alarm watches."""
    undelivered_queue_url: NotRequired[pulumi.Input[str]]
    """The SQS queue of events about jobs that could not be delivered, which an alarm watches."""
    results_bucket: NotRequired[pulumi.Input[str]]
    """The bucket of training data, in which jobs write the results of tasks with resultFolder."""
    results_key_arn: NotRequired[pulumi.Input[str]]
    """The key of that bucket."""


class StarterSpec(Spec):
    """The checked arguments of a Starter."""

    name: str = Field(
        pattern=NAME_PATTERN, description="The prefix of the names in AWS, unique in the account and region."
    )
    zone_name: str = Field(pattern=DNS_NAME_PATTERN, description="The public Route 53 zone, such as example.com.")
    domain: str = Field(
        pattern=DNS_NAME_PATTERN, description="The domain of the services: each is at <service>.<domain>."
    )
    emails: EmailAddresses = Field(
        min_length=1, max_length=10, description="Who gets an email when something is wrong, at most 10 addresses."
    )
    instance_type: str = Field(default="m7g.large", description="The machine; Graviton is the cheaper one.")
    image_id: str | None = Field(
        default=None,
        pattern=_IMAGE_ID_PATTERN,
        description="An Amazon Linux 2023 image; the newest one when the machine is created by default.",
    )
    data_gib: int = Field(
        default=100,
        ge=20,
        le=16384,
        description="The size in GiB of the volume with the database, the queue and the files. It can grow, but not "
        "shrink.",
    )
    allowed_cidrs: tuple[IpRange, ...] = Field(
        default=("0.0.0.0/0",),
        min_length=1,
        description="The ranges whose HTTPS requests the proxy answers. Port 443 itself is open for the certificate "
        "authority.",
    )
    databases: tuple[Annotated[str, StringConstraints(pattern=_DATABASE_PATTERN)], ...] = Field(
        default=("app",),
        min_length=1,
        max_length=20,
        description="The databases in PostgreSQL, each with a login of the same name.",
    )
    services: tuple[StarterServiceSpec, ...] = Field(default=(), description="Your applications.")
    tasks: tuple[StarterTaskSpec, ...] = Field(
        default=(), max_length=20, description="Celery tasks that run as jobs of AWS Batch."
    )
    worker_image: Image | None = Field(
        default=None,
        description="The image of the worker that submits these jobs: images/batch-tasks in your registry.",
    )
    administrators: tuple[Annotated[str, StringConstraints(pattern=_SERVICE_PATTERN)], ...] = Field(
        default=(), description="The groups of the user pool that see the metrics; all users by default."
    )
    backup_hours: int = Field(
        default=6,
        ge=1,
        le=24,
        description="Hours from one backup of the databases and files to the next: a divisor of 24.",
    )
    backup_days: int = Field(default=35, ge=7, le=3650, description="Days that backups are kept.")
    log_retention_days: LogRetentionDays = Field(
        default=365, description="Days that the records of administration sessions are kept."
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether a deployment refuses to delete the volume, the address, the key and the backups.",
    )

    @field_validator("instance_type")
    @classmethod
    def _known_type(cls, name: str) -> str:
        kind = instance_type(name)
        if kind is None:
            raise refuse(name, f"{name} is not an EC2 instance type", known_types(), "m7g.large")
        if kind.accelerators:
            raise refuse(name, f"{name} has accelerators, which no service uses; jobs run on machines of AWS Batch")
        return name

    @field_validator("backup_hours")
    @classmethod
    def _divides_a_day(cls, hours: int) -> int:
        if 24 % hours:
            raise refuse(hours, "must divide a day; write 1, 2, 3, 4, 6, 8, 12 or 24")
        return hours

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "StarterSpec":
        inside_zone(self.domain, self.zone_name)
        found = chain(self._twice(), self._services_fit(), self._tasks_fit(), self._memory_fits())
        if error := refusal(found):
            raise error
        return self

    @property
    def machine(self) -> InstanceType:
        """The properties of the instance type."""
        kind = instance_type(self.instance_type)
        if kind is None:
            raise AssertionError(self.instance_type)
        return kind

    @property
    def database_mib(self) -> int:
        """The memory of PostgreSQL in MiB."""
        return self.machine.memory_mib // _DATABASE_SHARE

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that the proxy serves."""
        return tuple(f"{name}.{self.domain}" for name in (*OWN_HOSTS, *(each.name for each in self.services)))

    def _twice(self) -> Iterator[Problem]:
        names = [each.name for each in self.services]
        taken = {*OWN_HOSTS, *OWN_MIB, "database", "tasks"}
        for index, name in enumerate(names):
            if name in taken or name in names[:index]:
                whose = "another service has it" if name in names[:index] else "the starter itself uses it"
                yield Problem(("services", index, "name"), name, f"{whose}; choose another name")
        for index, name in enumerate(self.databases):
            if name in _RESERVED_DATABASES or name.startswith("pg_") or name in self.databases[:index]:
                whose = "it is named twice" if name in self.databases[:index] else "PostgreSQL or a script uses it"
                yield Problem(("databases", index), name, f"{whose}; choose another name")

    def _services_fit(self) -> Iterator[Problem]:
        for index, service in enumerate(self.services):
            for name in service.databases:
                if name not in self.databases:
                    remedy = f"there is no database {name}; add it to databases, or name one of them"
                    yield Problem(("services", index, "databases"), list(service.databases), remedy)
            if service.public and service.groups:
                remedy = "public is true, so nobody signs in; remove groups or public"
                yield Problem(("services", index, "groups"), list(service.groups), remedy)

    def _tasks_fit(self) -> Iterator[Problem]:
        names = [each.name for each in self.tasks]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Problem(("tasks", index, "name"), name, "another task has it; choose another name")
        if self.tasks and not self.worker_image:
            remedy = "a worker submits the jobs of tasks; push images/batch-tasks to your registry, and name it here"
            yield Problem(("workerImage",), None, remedy)

    def _memory_fits(self) -> Iterator[Problem]:
        services = sum(each.memory_mib * each.replicas for each in self.services)
        own = sum(OWN_MIB.values()) + (TASKS_MIB if self.tasks else 0)
        needed = own + services + self.database_mib + HOST_MIB
        if needed > self.machine.memory_mib:
            remedy = (
                f"it has {self.machine.memory_mib} MiB, and the limits of all containers and the system need {needed}; "
                "take a larger type, or lower memoryMib or replicas of services"
            )
            yield Problem(("instanceType",), self.instance_type, remedy)
