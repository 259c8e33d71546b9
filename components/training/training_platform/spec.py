"""The arguments of a TrainingPlatform, and their validation."""

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from ...core.log_retention import LogRetentionDays
from ...core.policy_room import LONGEST_ACCOUNT, MODEL_GROUP_POLICY, OTHER_STATEMENTS, TRUST_POLICY, no_room
from ...core.problems import Problem, refusal, refuse_at
from ...core.spec import Spec, refuse
from ...facts.instances import instance_type
from ...facts.sagemaker import LONGEST_JOB_HOURS, LONGEST_WARM_POOL_SECONDS, studio_types, training_types
from ..folders import not_of_tracking, outer_folder

_LONGEST_NAME = 24
_POLICY_CHARACTERS = 7500
"""What IAM's limit of 10,240 characters for the inline policies of a role leaves for the folders of a team."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=_LONGEST_NAME)]
"""Letters, digits and single hyphens, as SageMaker requires them of the names that begin with it."""
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
PrincipalArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$")
]
TopicArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")]
RepositoryArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9][a-z0-9._/-]*(/\*)?$"),
]
_TRUST_STATEMENT = 300
"""What a trust policy takes besides those that it trusts."""


def _folder(folder: str) -> str:
    if not (folder.isascii() and folder.isprintable()):
        # The JSON of a policy writes any other letter as six characters or twelve.
        raise refuse(folder, "a folder has printable ASCII characters only; remove the others")
    if any(letter in folder for letter in "*?$"):
        raise refuse(folder, "IAM reads * and ? as wildcards and $ as a variable; choose another name for the folder")
    if any(part in (".", "..") for part in folder.split("/")):
        raise refuse(folder, "S3 takes . and .. as names, and clients resolve them; write the folder without them")
    if not folder.endswith("/") or folder.startswith("/") or "//" in folder:
        plain = "/".join(part for part in folder.split("/") if part)
        raise refuse(folder, f"a folder ends with one slash and begins with none; write {plain or 'name'}/")
    return folder


Folder = Annotated[str, StringConstraints(max_length=200), AfterValidator(_folder)]
"""A folder of a bucket, such as `clicks/` or `teams/search/`."""


class TrainingTeamConfig(TypedDict):
    """A team that trains models."""

    name: str
    """The team's name. The names of its jobs, pipelines and tuning jobs begin with it and a hyphen."""
    models: list[str]
    """Folders of the models bucket, such as ranking/, that the team's jobs write."""
    training: NotRequired[list[str]]
    """Folders of the training bucket that the team's jobs write. Default: one with the team's name."""
    raw: NotRequired[list[str]]
    """Folders of the raw bucket that the team's jobs read."""
    offline: NotRequired[list[str]]
    """Folders of the offline bucket that the team's jobs read."""
    repository_arns: NotRequired[list[str]]
    """ECR repositories that the team's jobs pull; the ARN may end with /*."""
    submitter_arns: NotRequired[list[str]]
    """Roles that may assume the team's submitter role. They need not exist yet."""
    reader_accounts: NotRequired[list[str]]
    """Other accounts that may read the team's group of the model registry."""


class StudioUserConfig(TypedDict):
    """A person who works in Studio."""

    name: str
    """The name of the user profile."""
    team: str
    """The team whose rights the person has in Studio."""


class StudioConfig(TypedDict):
    """A domain of SageMaker Studio."""

    users: list[StudioUserConfig]
    """The people, each with a user profile."""
    instance_types: NotRequired[list[str]]
    """The instance types that people may work on."""
    idle_minutes: NotRequired[int]
    """Minutes until an idle app stops."""
    volume_gib: NotRequired[int]
    """The largest disk of a space, in GiB."""


class TrainingPlatformConfig(TypedDict):
    """The settings of a TrainingPlatform."""

    name: str
    """The name that the domain and the groups of the model registry begin with."""
    teams: list[TrainingTeamConfig]
    """The teams."""
    instance_types: dict[str, int]
    """The instance types that jobs may have, with the most instances of each that run at once."""
    maximum_hours: NotRequired[int]
    """The longest time that a job may run, in hours."""
    warm_pool_seconds: NotRequired[int]
    """The longest time that a job may keep its instances for the next job."""
    internet: NotRequired[bool]
    """Whether jobs and Studio may connect to addresses outside of the VPC."""
    network_isolation: NotRequired[bool]
    """Whether the containers of jobs have no network at all."""
    studio: NotRequired[StudioConfig]
    """The domain of SageMaker Studio."""
    alarm_topic_arns: NotRequired[list[str]]
    """SNS topics that get the alarm of failed jobs."""
    log_retention_days: NotRequired[int]
    """Days that the logs of jobs are kept."""
    deletion_protection: NotRequired[bool]
    """Whether the key, the model registry and Studio's files are protected from deletion."""


class TrainingPlatformArgs(TrainingPlatformConfig):
    """The arguments of a TrainingPlatform."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range."""
    private_subnet_ids: pulumi.Input[list[str]]
    """Private subnets for jobs and Studio."""
    endpoint_security_group_id: pulumi.Input[str]
    """The security group of the VPC's interface endpoints."""
    raw_bucket: pulumi.Input[str]
    """The bucket of raw data."""
    training_bucket: pulumi.Input[str]
    """The bucket of training sets, checkpoints and code."""
    models_bucket: pulumi.Input[str]
    """The bucket of models."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features."""
    data_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the buckets."""


class TrainingTeamSpec(Spec):
    """A team that trains models."""

    name: Name = Field(
        description="The team's name. The names of its jobs, pipelines and tuning jobs begin with it and a hyphen."
    )
    models: tuple[Annotated[Folder, AfterValidator(not_of_tracking)], ...] = Field(
        min_length=1, description="Folders of the models bucket, such as ranking/, that the team's jobs write."
    )
    training: tuple[Folder, ...] = Field(
        default=(),
        description="Folders of the training bucket that the team's jobs write: training sets, code, checkpoints. "
        "Default: one with the team's name.",
    )
    raw: tuple[Folder, ...] = Field(default=(), description="Folders of the raw bucket that the team's jobs read.")
    offline: tuple[Folder, ...] = Field(
        default=(), description="Folders of the offline bucket that the team's jobs read."
    )
    repository_arns: tuple[RepositoryArn, ...] = Field(
        default=(),
        description="ECR repositories that the team's jobs pull; the ARN may end with /*. Default: those of the "
        "account and region that begin with the team's name and a slash.",
    )
    submitter_arns: tuple[PrincipalArn, ...] = Field(
        default=(),
        description="Roles that may assume the team's submitter role. They need not exist yet. Default: no such role, "
        "and the policy of a submitter is an output.",
    )
    reader_accounts: tuple[AccountId, ...] = Field(
        default=(), description="Other accounts that may read the team's group of the model registry, 12 digits each."
    )

    @field_validator("models", "training", "raw", "offline")
    @classmethod
    def _apart(cls, folders: tuple[str, ...]) -> tuple[str, ...]:
        for one, other in combinations(folders, 2):
            if outer := outer_folder(one, other):
                raise refuse(folders, f"{outer} contains {one if outer == other else other}; keep {outer} alone")
        return folders

    @field_validator("reader_accounts", "submitter_arns", "repository_arns")
    @classmethod
    def _once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise refuse(twice, f"{twice} is listed twice; list it once")
        return values

    @model_validator(mode="after")
    def _fits_a_policy(self) -> "TrainingTeamSpec":
        folders = (*self.models, *self.written_training, *self.raw, *self.offline)
        needed = sum(91 + 2 * len(folder) for folder in folders)
        if needed > _POLICY_CHARACTERS:
            remedy = (
                f"the {len(folders)} folders of team {self.name} take about {needed} characters of an IAM policy, "
                f"which has room for {_POLICY_CHARACTERS}; name a folder around several of them"
            )
            raise refuse_at("models", list(self.models), remedy)
        role = "the policies of the team's roles"
        lists = {
            "submitterArns": no_room(self.submitter_arns, TRUST_POLICY - _TRUST_STATEMENT, "a trust policy"),
            "readerAccounts": no_room(
                self.reader_accounts,
                MODEL_GROUP_POLICY - OTHER_STATEMENTS,
                "the policy of the team's model groups",
                times=3,
                around=len(LONGEST_ACCOUNT),
            ),
            "repositoryArns": no_room(self.repository_arns, _POLICY_CHARACTERS - needed, role),
        }
        values = {"submitterArns": self.submitter_arns, "readerAccounts": self.reader_accounts}
        for field, problem in lists.items():
            if problem:
                raise refuse_at(field, values.get(field, self.repository_arns), problem)
        return self

    @property
    def written_training(self) -> tuple[str, ...]:
        """The folders of the training bucket that the team's jobs write."""
        return self.training or (f"{self.name}/",)


class StudioUserSpec(Spec):
    """A person who works in Studio."""

    name: str = Field(
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", description="The name of the user profile; no dots or @."
    )
    team: str = Field(description="The team whose rights the person has in Studio.")


class StudioSpec(Spec):
    """A domain of SageMaker Studio."""

    users: tuple[StudioUserSpec, ...] = Field(min_length=1, description="The people, each with a user profile.")
    instance_types: tuple[str, ...] = Field(
        default=("ml.t3.medium", "ml.t3.large", "ml.t3.xlarge"),
        min_length=1,
        description="The instance types that people may work on.",
    )
    idle_minutes: int = Field(
        default=60, ge=60, le=525_600, description="Minutes until an idle app stops; AWS allows 60 and more."
    )
    volume_gib: int = Field(default=50, ge=5, le=16_384, description="The largest disk of a space, in GiB.")

    @field_validator("instance_types")
    @classmethod
    def _known(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        for each in types:
            _known_type(each, studio_types(), "Studio")
            if types.count(each) > 1:
                raise refuse(each, f"{each} is listed twice; list it once")
        return types


class TrainingPlatformSpec(Spec):
    """The settings of a TrainingPlatform."""

    name: Name = Field(description="The name that the domain and the groups of the model registry begin with.")
    teams: tuple[TrainingTeamSpec, ...] = Field(min_length=1, max_length=20, description="The teams.")
    instance_types: dict[str, Annotated[int, Field(ge=1, le=10_000)]] = Field(
        min_length=1,
        max_length=20,
        description="The instance types that jobs may have, with the most instances of each that run at once. The "
        "plan lists the quotas for them; the quota in AWS is the only limit on the number.",
    )
    maximum_hours: int = Field(
        default=24,
        ge=1,
        le=LONGEST_JOB_HOURS,
        description="The longest time that a job may run, in hours. A job that asks for more is refused.",
    )
    warm_pool_seconds: int = Field(
        default=0,
        ge=0,
        le=LONGEST_WARM_POOL_SECONDS,
        description="The longest time that a job may keep its instances for the next job, up to 21600 seconds; they "
        "are charged until it ends. 0 allows no warm pool.",
    )
    internet: bool = Field(
        default=False,
        description="Whether jobs and Studio may connect to addresses outside of the VPC, by HTTPS through NAT.",
    )
    network_isolation: bool = Field(
        default=False,
        description="Whether the containers of jobs have no network at all. SageMaker still copies data in and out.",
    )
    studio: StudioSpec | None = Field(default=None, description="The domain of SageMaker Studio. Default: none.")
    alarm_topic_arns: tuple[TopicArn, ...] = Field(
        default=(), max_length=5, description="SNS topics that get the alarm of failed jobs."
    )
    log_retention_days: LogRetentionDays = Field(default=90, description="Days that the logs of jobs are kept.")
    deletion_protection: bool = Field(
        default=True,
        description="Whether the key, the model registry and Studio's files are protected from deletion.",
    )

    @field_validator("instance_types")
    @classmethod
    def _known(cls, types: dict[str, int]) -> dict[str, int]:
        for each in types:
            _known_type(each, training_types(), "training jobs")
        return types

    @model_validator(mode="after")
    def _teams_are_apart(self) -> "TrainingPlatformSpec":
        problems = (*self._names(), *self._folders(), *self._studio_users(), *self._networks())
        if error := refusal(problems):
            raise error
        return self

    def _names(self) -> Iterator[Problem]:
        """Jobs are told apart by the team's name and a hyphen, so no name may begin with another one and a hyphen."""
        for (first, one), (second, other) in combinations(enumerate(team.name for team in self.teams), 2):
            if one == other:
                yield Problem(("teams", second, "name"), other, f"team {other} is listed twice; list it once")
            elif f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-"):
                at, longer, shorter = (second, other, one) if len(other) > len(one) else (first, one, other)
                remedy = f"jobs named {longer}-… would belong to team {shorter} as well; choose another name"
                yield Problem(("teams", at, "name"), longer, remedy)

    def _folders(self) -> Iterator[Problem]:
        for (_, team), (at, other) in combinations(enumerate(self.teams), 2):
            for field, owned, wanted in (
                ("models", team.models, other.models),
                ("training", team.written_training, other.written_training),
            ):
                shared = [(mine, theirs) for mine in owned for theirs in wanted if outer_folder(mine, theirs)]
                for mine, theirs in shared:
                    remedy = (
                        f"it overlaps {mine} of team {team.name}, and each team could overwrite the other's files; "
                        "choose another folder"
                    )
                    yield Problem(("teams", at, field), theirs, remedy)

    def _studio_users(self) -> Iterator[Problem]:
        known = [team.name for team in self.teams]
        users = self.studio.users if self.studio else ()
        names = [user.name for user in users]
        for index, user in enumerate(users):
            if user.team not in known:
                remedy = f"there is no such team; write one of {', '.join(known)}"
                yield Problem(("studio", "users", index, "team"), user.team, remedy)
            if names.index(user.name) < index:
                yield Problem(("studio", "users", index, "name"), user.name, "the user is listed twice; list it once")

    def _networks(self) -> Iterator[Problem]:
        if self.internet and self.network_isolation:
            remedy = "networkIsolation leaves the containers no network; set one of the two to false"
            yield Problem(("internet",), True, remedy)

    @property
    def group_names(self) -> dict[str, str]:
        """The group of the model registry, by team."""
        return {team.name: f"{self.name}-{team.name}" for team in self.teams}


def _known_type(name: str, known: tuple[str, ...], what: str) -> None:
    if name in known:
        return
    if f"ml.{name}" in known:
        raise refuse(name, f"{name} is EC2's name; write ml.{name}")
    if instance_type(name.removeprefix("ml.")):
        raise refuse(name, f"SageMaker has no {name} for {what}; choose a type that it has", list(known))
    raise refuse(name, f"{name} is not an instance type of {what}", list(known), "ml.m5.large")
