"""Teams: their members, their namespaces and their quotas."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from .email_addresses import EmailAddresses
from .namespace_names import UnreservedNamespaces, not_reserved
from .problems import refuse_at
from .spec import Spec, each_once, refuse

_MOST_GROUPS, _MOST_MEMBERS, _MOST_ROLES, _MOST_REPOSITORIES = 50, 200, 20, 100
"""Each of a team's groups, members and roles has objects of its own in each namespace; a group has many members."""
_NAME_PATTERN = r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?"
_ROLE_PATTERN = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+"
_REPOSITORY_PATTERN = r"https://[^\s*@?#]+"


def groups_once(groups: tuple[str, ...]) -> tuple[str, ...]:
    """`groups`, when each is a valid and unique group of the identity provider; refused otherwise."""
    return each_once(groups, r"[^\s,*]+", "group name; use no space, comma or asterisk")


class TeamQuotaConfig(TypedDict):
    """The most that the pods of one namespace may request together."""

    cpu: NotRequired[int]
    """CPUs."""
    memory_gib: NotRequired[int]
    """Memory in GiB."""
    gpus: NotRequired[int]
    """GPUs; a shared GPU counts once per share."""
    storage_gib: NotRequired[int]
    """Volumes in GiB, all together."""
    pods: NotRequired[int]
    """Pods."""


class TeamQuotaSpec(Spec):
    """The most that the pods of one namespace may request together."""

    cpu: int = Field(default=16, ge=1, le=10000, description="CPUs.")
    memory_gib: int = Field(default=64, ge=1, le=100000, description="Memory in GiB.")
    gpus: int = Field(default=0, ge=0, le=10000, description="GPUs; a shared GPU counts once per share.")
    storage_gib: int = Field(default=0, ge=0, le=1000000, description="Volumes in GiB, all together; 0 allows none.")
    pods: int = Field(default=100, ge=1, le=10000, description="Pods.")


class TeamConfig(TypedDict):
    """A product team."""

    name: str
    """The team's name. Its folder and its project have the same name."""
    groups: NotRequired[list[str]]
    """Groups of the identity provider whose members belong to the team."""
    emails: NotRequired[list[str]]
    """Email addresses of members, as the identity provider knows them."""
    iam_roles: NotRequired[list[str]]
    """ARNs of IAM roles with which members read the cluster's objects."""
    namespaces: NotRequired[list[str]]
    """The team's namespaces. Models are deployed to the first one."""
    repositories: NotRequired[list[str]]
    """Further repositories (https addresses) that the team's manifests may come from."""
    quota: NotRequired[TeamQuotaConfig]
    """The quota of each of the team's namespaces."""


class TeamSpec(Spec):
    """A product team."""

    name: str = Field(
        pattern=f"^{_NAME_PATTERN}$", description="The team's name. Its folder and its project have the same name."
    )
    groups: tuple[str, ...] = Field(
        default=(),
        max_length=_MOST_GROUPS,
        description="Groups of the identity provider whose members belong to the team.",
    )
    emails: EmailAddresses = Field(
        default=(),
        max_length=_MOST_MEMBERS,
        description="Email addresses of members, as the identity provider knows them.",
    )
    iam_roles: tuple[str, ...] = Field(
        default=(),
        max_length=_MOST_ROLES,
        description="ARNs of IAM roles with which members read the cluster's objects. The roles cannot change them.",
    )
    namespaces: UnreservedNamespaces = Field(
        default=(),
        description="The team's namespaces. Models are deployed to the first one. Default: one with the team's name.",
    )
    repositories: tuple[str, ...] = Field(
        default=(),
        max_length=_MOST_REPOSITORIES,
        description="Further repositories (https addresses) that the team's manifests may come from.",
    )
    quota: TeamQuotaSpec = Field(default=TeamQuotaSpec(), description="The quota of each of the team's namespaces.")

    @property
    def homes(self) -> tuple[str, ...]:
        """The team's namespaces."""
        return self.namespaces or (self.name,)

    @property
    def members(self) -> tuple[str, ...]:
        """The groups and email addresses of the members, as tokens of the identity provider contain them."""
        return (*self.groups, *self.emails)

    @field_validator("groups")
    @classmethod
    def _groups(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return groups_once(groups)

    @field_validator("iam_roles")
    @classmethod
    def _roles(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(roles, _ROLE_PATTERN, "ARN of an IAM role, arn:aws:iam::<account>:role/<name>")

    @field_validator("repositories")
    @classmethod
    def _repositories(cls, repositories: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(
            repositories, _REPOSITORY_PATTERN, "repository; write a full address, such as https://host/path"
        )

    @model_validator(mode="after")
    def _has_members(self) -> "TeamSpec":
        if not self.members:
            raise refuse_at("groups", self.groups, f"team {self.name} has no members; write groups or emails")
        not_reserved(self.name)
        return self


def distinct(teams: Sequence[TeamSpec]) -> Sequence[TeamSpec]:
    """The teams, when no two have the same name or share a namespace; refused otherwise."""
    names = [team.name for team in teams]
    homes = [home for team in teams for home in team.homes]
    for what, values in (("team", names), ("namespace", homes)):
        if twice := [value for value in values if values.count(value) > 1]:
            raise refuse(twice[0], f"the {what} {twice[0]} is named more than once; each belongs to one team")
    return teams
