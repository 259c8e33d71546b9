"""Teams: who they are, where their workloads run, and how much they may take."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from .namespace_names import namespaces_once, not_reserved
from .problems import refuse_at
from .spec import Spec, each_once, refuse

_NAME_PATTERN = r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?"
_EMAIL_PATTERN = r"[^@\s,]+@[^@\s,]+\.[^@\s,]+"
_GROUP_PATTERN = r"[^\s,*]+"
_ROLE_PATTERN = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+"
_REPOSITORY_PATTERN = r"https://[^\s*@?#]+"


class TeamQuotaConfig(TypedDict):
    """What the pods of one namespace may ask for together."""

    cpu: NotRequired[int]
    """CPUs."""
    memory_gib: NotRequired[int]
    """Memory in GiB."""
    gpus: NotRequired[int]
    """GPUs; shared ones count as often as they are shared."""
    storage_gib: NotRequired[int]
    """Volumes in GiB, all together."""
    pods: NotRequired[int]
    """Pods."""


class TeamQuotaSpec(Spec):
    """What the pods of one namespace may ask for together."""

    cpu: int = Field(default=16, ge=1, le=10000, description="CPUs.")
    memory_gib: int = Field(default=64, ge=1, le=100000, description="Memory in GiB.")
    gpus: int = Field(default=0, ge=0, le=10000, description="GPUs; shared ones count as often as they are shared.")
    storage_gib: int = Field(default=0, ge=0, le=1000000, description="Volumes in GiB, all together; 0 allows none.")
    pods: int = Field(default=100, ge=1, le=10000, description="Pods.")


class TeamConfig(TypedDict):
    """A product team."""

    name: str
    """Its name, which its folder, its project and its namespaces have."""
    groups: NotRequired[list[str]]
    """Groups of the sign-in whose members belong to it."""
    emails: NotRequired[list[str]]
    """Members by the address that the sign-in knows them by."""
    iam_roles: NotRequired[list[str]]
    """ARNs of IAM roles with which members look at the cluster."""
    namespaces: NotRequired[list[str]]
    """Its namespaces, the first being where its models go."""
    repositories: NotRequired[list[str]]
    """Further repositories, as https addresses, that its manifests may come from."""
    quota: NotRequired[TeamQuotaConfig]
    """What each of its namespaces may hold."""


class TeamSpec(Spec):
    """A product team."""

    name: str = Field(
        pattern=f"^{_NAME_PATTERN}$", description="Its name, which its folder, its project and its namespaces have."
    )
    groups: tuple[str, ...] = Field(default=(), description="Groups of the sign-in whose members belong to it.")
    emails: tuple[str, ...] = Field(default=(), description="Members by the address that the sign-in knows them by.")
    iam_roles: tuple[str, ...] = Field(
        default=(), description="ARNs of IAM roles with which members look at the cluster; they change nothing."
    )
    namespaces: tuple[str, ...] = Field(
        default=(),
        description="Its namespaces, the first being where its models go; one of its own name when left out.",
    )
    repositories: tuple[str, ...] = Field(
        default=(), description="Further repositories, as https addresses, that its manifests may come from."
    )
    quota: TeamQuotaSpec = Field(default=TeamQuotaSpec(), description="What each of its namespaces may hold.")

    @property
    def homes(self) -> tuple[str, ...]:
        """The namespaces that it has."""
        return self.namespaces or (self.name,)

    @property
    def members(self) -> tuple[str, ...]:
        """Groups and addresses of those who belong to it, as a sign-in's token has them."""
        return (*self.groups, *self.emails)

    @field_validator("groups")
    @classmethod
    def _groups(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(groups, _GROUP_PATTERN, "group's name; use no space, comma or asterisk")

    @field_validator("emails")
    @classmethod
    def _emails(cls, emails: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(emails, _EMAIL_PATTERN, "address, such as ada@example.com")

    @field_validator("iam_roles")
    @classmethod
    def _roles(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(roles, _ROLE_PATTERN, "ARN of an IAM role, arn:aws:iam::<account>:role/<name>")

    @field_validator("namespaces")
    @classmethod
    def _namespaces(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        for each in namespaces:
            not_reserved(each)
        return namespaces_once(namespaces)

    @field_validator("repositories")
    @classmethod
    def _repositories(cls, repositories: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(repositories, _REPOSITORY_PATTERN, "repository; write it out, as https://host/path")

    @model_validator(mode="after")
    def _somebody(self) -> "TeamSpec":
        if not self.members:
            raise refuse_at("groups", self.groups, f"team {self.name} has no members; write groups or emails")
        not_reserved(self.name)
        return self


def distinct(teams: Sequence[TeamSpec]) -> Sequence[TeamSpec]:
    """The teams, each of a name of its own and none in another's namespace."""
    names = [team.name for team in teams]
    homes = [home for team in teams for home in team.homes]
    for what, values in (("team", names), ("namespace", homes)):
        if twice := [value for value in values if values.count(value) > 1]:
            raise refuse(twice[0], f"the {what} {twice[0]} is there more than once; each belongs to one team")
    return teams
