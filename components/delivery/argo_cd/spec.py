"""What a Delivery is made from, and what is refused."""

import re
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.cron import cron_schedule
from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...core.teams import TeamConfig, TeamSpec, distinct
from ...core.time_zones import known_time_zone

_REPOSITORY_PATTERN = r"https://[^\s*@?#]+"
_GITHUB_PATTERN = r"https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
_NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
_HOST_PATTERN = r"^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)\.)+[a-z]{2,63}$"
_REGISTRY_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(/[a-z0-9._-]+)*$"
_GROUP_PATTERN = r"[^\s,*]+"
_CRON_PATTERN = r"^[0-9*,/-]+( [A-Za-z0-9_*,/-]+){4}$"


class RepositoryLogin(StrEnum):
    """How Argo CD signs in to a repository; what it signs in with is in Secrets Manager."""

    GITHUB_APP = "github-app"
    TOKEN = "token"  # noqa: S105 - a name


class RepositoryConfig(TypedDict):
    """A repository that asks who reads it."""

    name: str
    """The name of its secret: <prefix>/delivery/repositories/<name>."""
    url: str
    """Its https address, or what the addresses of several begin with."""
    login: NotRequired[RepositoryLogin]
    """How Argo CD signs in."""


class RepositorySpec(Spec):
    """A repository that asks who reads it."""

    name: str = Field(
        pattern=_NAME_PATTERN, description="The name of its secret: <prefix>/delivery/repositories/<name>."
    )
    url: str = Field(
        pattern=f"^{_REPOSITORY_PATTERN}$",
        description="Its https address, or what the addresses of several begin with.",
    )
    login: RepositoryLogin = Field(
        default=RepositoryLogin.GITHUB_APP,
        description="How Argo CD signs in: a GitHub App's key (appId, installationId, privateKey), or a name and a "
        "token (username, password); the secret has these fields.",
    )


class WindowKind(StrEnum):
    """Whether changes are let through while a window is open, or held back."""

    ALLOW = "allow"
    DENY = "deny"


class SyncWindowConfig(TypedDict):
    """Hours in which changes are let through or held back."""

    kind: WindowKind
    """Which of both."""
    schedule: str
    """When it opens, as the five places of cron."""
    hours: int
    """How long it is open."""
    time_zone: NotRequired[str]
    """The time zone of the schedule."""


class SyncWindowSpec(Spec):
    """Hours in which changes are let through or held back."""

    kind: WindowKind = Field(description="Whether changes are let through in these hours alone, or held back in them.")
    schedule: str = Field(
        json_schema_extra={"pattern": _CRON_PATTERN}, description="When it opens, as the five places of cron."
    )
    hours: int = Field(ge=1, le=168, description="How long it is open.")
    time_zone: str = Field(default="Etc/UTC", description="The time zone of the schedule.")

    @field_validator("schedule")
    @classmethod
    def _comes(cls, schedule: str) -> str:
        return cron_schedule(schedule)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return known_time_zone(zone)


class DeliveryConfig(TypedDict):
    """Argo CD and the teams that ship through it, as a stack's config describes them."""

    domain: str
    """The name that browsers reach Argo CD by."""
    environment: str
    """The overlay of each model that this cluster runs."""
    repository: str
    """The repository, as an https address, whose folder deploy/models says what runs."""
    administrators: list[str]
    """Groups of the sign-in that administer Argo CD."""
    teams: list[TeamConfig]
    """The product teams."""
    revision: NotRequired[str]
    """The branch of the repository that is followed."""
    highly_available: NotRequired[bool]
    """Whether each part that can be is there more than once."""
    groups_claim: NotRequired[str]
    """Where the sign-in's token has the groups of a user."""
    scopes: NotRequired[list[str]]
    """What is asked of the sign-in."""
    repositories: NotRequired[list[RepositoryConfig]]
    """Repositories that ask who reads them."""
    chart_registry: NotRequired[str]
    """The registry of charts, as host/folder, where it asks who reads it."""
    sync_windows: NotRequired[list[SyncWindowConfig]]
    """When changes are let through."""
    slack_channel: NotRequired[str]
    """Where deployments and their failures are told."""
    tell_github: NotRequired[bool]
    """Whether GitHub is told of each revision of a model that runs."""
    cluster_wide: NotRequired[bool]
    """Whether Argo CD may change the whole cluster."""
    existing_namespaces: NotRequired[list[str]]
    """Namespaces of teams that something else makes."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether a model stays when its folder is removed or renamed, until a person deletes its Application."""


class DeliveryArgs(DeliveryConfig):
    """What a Delivery is made from: its config, the cluster, the sign-in and the secrets."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore that answers ExternalSecrets of the namespace argocd."""
    secret_prefix: pulumi.Input[str]
    """What the names of the secrets begin with: <prefix>/delivery/sso holds clientSecret."""
    oidc_issuer: pulumi.Input[str]
    """The sign-in's address, as its OpenID configuration has it."""
    oidc_client_id: pulumi.Input[str]
    """Argo CD as the sign-in knows it; it lets go back to https://<domain>/auth/callback."""
    existing_ready: NotRequired[pulumi.Input[str]]
    """What waits for all that the teams' manifests need and something else makes: namespaces, definitions."""
    target_group_arn: NotRequired[pulumi.Input[str]]
    """The load balancer's target group of HTTPS to port 8080; whoever binds it must be ready."""
    load_balancer_cidrs: NotRequired[pulumi.Input[list[str]]]
    """The ranges of the load balancer's subnets, which alone reach Argo CD."""


class DeliverySpec(Spec):
    """Argo CD and the teams that ship through it."""

    domain: str = Field(pattern=_HOST_PATTERN, description="The name that browsers reach Argo CD by.")
    environment: str = Field(pattern=_NAME_PATTERN, description="The overlay of each model that this cluster runs.")
    repository: str = Field(
        pattern=f"^{_REPOSITORY_PATTERN}$",
        description="The repository, as an https address, whose folder deploy/models says what runs.",
    )
    administrators: tuple[str, ...] = Field(
        min_length=1, description="Groups of the sign-in that administer Argo CD; nobody else may more than a team."
    )
    teams: tuple[TeamSpec, ...] = Field(min_length=1, description="The product teams.")
    revision: str = Field(
        default="main", pattern=r"^[A-Za-z0-9_./-]+$", description="The branch of the repository that is followed."
    )
    highly_available: bool = Field(
        default=True,
        description="Whether each part that can be is there more than once, Redis three times on three nodes.",
    )
    groups_claim: str = Field(
        default="groups",
        pattern=r"^[A-Za-z0-9_:./-]+$",
        description="Where the sign-in's token has the groups of a user; cognito:groups with Cognito.",
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "email", "profile"), min_length=1, description="What is asked of the sign-in."
    )
    repositories: tuple[RepositorySpec, ...] = Field(
        default=(), description="Repositories that ask who reads them; others need not be named."
    )
    chart_registry: str | None = Field(
        default=None,
        pattern=_REGISTRY_PATTERN,
        description="The registry of charts, as host/folder, where it asks who reads it. To one of ECR Argo CD signs "
        "in by an identity that pulls from the folder; of others <prefix>/delivery/charts holds username and password.",
    )
    sync_windows: tuple[SyncWindowSpec, ...] = Field(
        default=(), description="When changes are let through; always when left out. A person may sync at any time."
    )
    slack_channel: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9_-]{1,80}$",
        description="Where deployments and their failures are told; <prefix>/delivery/notifications holds slackToken.",
    )
    tell_github: bool = Field(
        default=False,
        description="Whether GitHub is told of each revision of a model that runs, as the event <environment>-deployed "
        "of `repository`; <prefix>/delivery/notifications holds githubAppId, githubInstallationId, githubPrivateKey.",
    )
    cluster_wide: bool = Field(
        default=False,
        description="Whether Argo CD may change the whole cluster, as Kubeflow's own manifests need; otherwise it "
        "has rights in the teams' namespaces alone.",
    )
    existing_namespaces: tuple[str, ...] = Field(
        default=(), description="Namespaces of teams that something else makes, closed as these are."
    )
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read metrics."
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether a model stays when its folder is removed or renamed, until a person deletes its "
        "Application, and the ApplicationSets are protected from deletion.",
    )

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces of all teams."""
        return tuple(home for team in self.teams for home in team.homes)

    @field_validator("administrators")
    @classmethod
    def _administrators(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        for each in groups:
            if not re.fullmatch(_GROUP_PATTERN, each):
                raise refuse(each, f"{each!r} is no group's name; use no space, comma or asterisk")
            if groups.count(each) > 1:
                raise refuse(each, f"{each} is named more than once; name each once")
        return groups

    @field_validator("teams")
    @classmethod
    def _teams(cls, teams: tuple[TeamSpec, ...]) -> tuple[TeamSpec, ...]:
        return tuple(distinct(teams))

    @model_validator(mode="after")
    def _github_has_the_repository(self) -> "DeliverySpec":
        if self.tell_github and not re.fullmatch(_GITHUB_PATTERN, self.repository):
            remedy = "tellGithub needs a repository https://github.com/<owner>/<name>; write one, or remove tellGithub"
            raise refuse_at("repository", self.repository, remedy)
        return self

    @model_validator(mode="after")
    def _existing_are_of_teams(self) -> "DeliverySpec":
        for each in self.existing_namespaces:
            if each not in self.namespaces:
                known = ", ".join(self.namespaces)
                remedy = f"no team has this namespace; teams have {known}"
                raise refuse_at("existingNamespaces", each, remedy, self.namespaces)
        return self

    @model_validator(mode="after")
    def _repositories_are_named_once(self) -> "DeliverySpec":
        given = [each.name for each in self.repositories]
        if twice := [name for name in given if given.count(name) > 1]:
            raise refuse_at("repositories", twice[0], "the repository is listed more than once; list it once")
        return self
