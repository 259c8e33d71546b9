"""The arguments of a Delivery, and their validation."""

import re
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.cron import cron_schedule
from ...core.namespace_names import MonitoringNamespace
from ...core.problems import refuse_at
from ...core.spec import Spec
from ...core.teams import TeamConfig, TeamSpec, distinct, groups_once
from ...core.time_zones import known_time_zone
from ...facts.names import DNS_NAME_PATTERN

_REPOSITORY_PATTERN = r"https://[^\s*@?#]+"
_GITHUB_PATTERN = r"https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
_NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
_REGISTRY_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(/[a-z0-9._-]+)*$"
_CRON_PATTERN = r"^[0-9*,/-]+( [A-Za-z0-9_*,/-]+){4}$"


class RepositoryLogin(StrEnum):
    """Argo CD's login to a repository, with credentials from Secrets Manager."""

    GITHUB_APP = "github-app"
    TOKEN = "token"  # noqa: S105 - a name


class RepositoryConfig(TypedDict):
    """A private repository."""

    name: str
    """The last part of its secret's name: <prefix>/delivery/repositories/<name>."""
    url: str
    """Its https address, or a common prefix of several addresses."""
    login: NotRequired[RepositoryLogin]
    """Argo CD's login."""


class RepositorySpec(Spec):
    """A private repository."""

    name: str = Field(
        pattern=_NAME_PATTERN, description="The last part of its secret's name: <prefix>/delivery/repositories/<name>."
    )
    url: str = Field(
        pattern=f"^{_REPOSITORY_PATTERN}$",
        description="Its https address, or a common prefix of several addresses.",
    )
    login: RepositoryLogin = Field(
        default=RepositoryLogin.GITHUB_APP,
        description="Argo CD's login: a GitHub App's key (appId, installationId, privateKey), or a name and a token "
        "(username, password). The secret has these fields.",
    )


class WindowKind(StrEnum):
    """Whether an open window allows or denies syncs."""

    ALLOW = "allow"
    DENY = "deny"


class SyncWindowConfig(TypedDict):
    """Hours in which syncs are allowed or denied."""

    kind: WindowKind
    """Whether the window allows or denies syncs."""
    schedule: str
    """The times when the window opens, as a cron schedule with five fields."""
    hours: int
    """Hours that the window is open."""
    time_zone: NotRequired[str]
    """The time zone of the schedule."""


class SyncWindowSpec(Spec):
    """Hours in which syncs are allowed or denied."""

    kind: WindowKind = Field(description="Whether syncs run only in these hours (allow), or never in them (deny).")
    schedule: str = Field(
        json_schema_extra={"pattern": _CRON_PATTERN},
        description="The times when the window opens, as a cron schedule with five fields.",
    )
    hours: int = Field(ge=1, le=168, description="Hours that the window is open.")
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
    """The settings of Argo CD and its teams."""

    domain: str
    """Argo CD's host name for browsers."""
    environment: str
    """The name of the models' overlays for this cluster."""
    repository: str
    """The repository (https address) with the folder deploy/models."""
    administrators: list[str]
    """Groups of the identity provider that administer Argo CD."""
    teams: list[TeamConfig]
    """The product teams."""
    revision: NotRequired[str]
    """The branch of the repository to deploy."""
    highly_available: NotRequired[bool]
    """Whether Argo CD's parts have several replicas."""
    groups_claim: NotRequired[str]
    """The claim of tokens with the user's groups."""
    scopes: NotRequired[list[str]]
    """The OAuth scopes."""
    repositories: NotRequired[list[RepositoryConfig]]
    """Private repositories."""
    chart_registry: NotRequired[str]
    """A private chart registry, as host/folder."""
    sync_windows: NotRequired[list[SyncWindowConfig]]
    """Windows that allow or deny syncs."""
    slack_channel: NotRequired[str]
    """The Slack channel for deployments and failures."""
    tell_github: NotRequired[bool]
    """Whether Argo CD reports each deployed revision of a model to GitHub."""
    cluster_wide: NotRequired[bool]
    """Whether Argo CD may change the whole cluster."""
    existing_namespaces: NotRequired[list[str]]
    """Namespaces of teams that another component creates."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether a model keeps running after its folder is removed, until a person deletes its Application."""


class DeliveryArgs(DeliveryConfig):
    """The arguments of a Delivery."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore. It must allow the namespace argocd."""
    secret_prefix: pulumi.Input[str]
    """The prefix of the secrets' names. The secret <prefix>/delivery/sso has clientSecret."""
    oidc_issuer: pulumi.Input[str]
    """The issuer of the OIDC provider."""
    oidc_client_id: pulumi.Input[str]
    """The client id of Argo CD. The client must allow the callback https://<domain>/auth/callback."""
    existing_ready: NotRequired[pulumi.Input[str]]
    """An output that resolves after other components have created the namespaces and CRDs that teams need."""
    target_group_arn: NotRequired[pulumi.Input[str]]
    """The load balancer's HTTPS target group with port 8080. The load balancer controller must be ready."""
    load_balancer_cidrs: NotRequired[pulumi.Input[list[str]]]
    """The ranges of the load balancer's subnets. Only these can reach Argo CD."""


class DeliverySpec(Spec):
    """The settings of Argo CD and its teams."""

    domain: str = Field(pattern=DNS_NAME_PATTERN, description="Argo CD's host name for browsers.")
    environment: str = Field(pattern=_NAME_PATTERN, description="The name of the models' overlays for this cluster.")
    repository: str = Field(
        pattern=f"^{_REPOSITORY_PATTERN}$",
        description="The repository (https address) with the folder deploy/models.",
    )
    administrators: tuple[str, ...] = Field(
        min_length=1,
        description="Groups of the identity provider that administer Argo CD. Others have only a team's permissions.",
    )
    teams: tuple[TeamSpec, ...] = Field(min_length=1, description="The product teams.")
    revision: str = Field(
        default="main", pattern=r"^[A-Za-z0-9_./-]+$", description="The branch of the repository to deploy."
    )
    highly_available: bool = Field(
        default=True,
        description="Whether Argo CD's parts have several replicas, with Redis on three nodes.",
    )
    groups_claim: str = Field(
        default="groups",
        pattern=r"^[A-Za-z0-9_:./-]+$",
        description="The claim of tokens with the user's groups; cognito:groups with Cognito.",
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "email", "profile"), min_length=1, max_length=50, description="The OAuth scopes."
    )
    repositories: tuple[RepositorySpec, ...] = Field(
        default=(), description="Private repositories. Public ones need no entry."
    )
    chart_registry: str | None = Field(
        default=None,
        pattern=_REGISTRY_PATTERN,
        description="A private chart registry, as host/folder. Argo CD signs in to ECR with an IAM role that may pull "
        "from the folder. For others, the secret <prefix>/delivery/charts has username and password.",
    )
    sync_windows: tuple[SyncWindowSpec, ...] = Field(
        default=(),
        description="Windows that allow or deny syncs. Default: always allowed. A person may sync at any time.",
    )
    slack_channel: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9_-]{1,80}$",
        description="The Slack channel for deployments and failures. The secret <prefix>/delivery/notifications has "
        "slackToken.",
    )
    tell_github: bool = Field(
        default=False,
        description="Whether Argo CD sends the event <environment>-deployed to `repository` on GitHub for each "
        "deployed revision of a model. The secret <prefix>/delivery/notifications has githubAppId, "
        "githubInstallationId, githubPrivateKey.",
    )
    cluster_wide: bool = Field(
        default=False,
        description="Whether Argo CD may change the whole cluster, which Kubeflow needs. Otherwise it has permissions "
        "in the teams' namespaces only.",
    )
    existing_namespaces: tuple[str, ...] = Field(
        default=(), description="Namespaces of teams that another component creates, with network policies."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether a model keeps running after its folder is removed or renamed, until a person deletes its "
        "Application, and whether the ApplicationSets are protected from deletion.",
    )

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces of all teams."""
        return tuple(home for team in self.teams for home in team.homes)

    @field_validator("administrators")
    @classmethod
    def _administrators(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return groups_once(groups)

    @field_validator("teams")
    @classmethod
    def _teams(cls, teams: tuple[TeamSpec, ...]) -> tuple[TeamSpec, ...]:
        return tuple(distinct(teams))

    @model_validator(mode="after")
    def _github_has_the_repository(self) -> "DeliverySpec":
        if self.tell_github and not re.fullmatch(_GITHUB_PATTERN, self.repository):
            remedy = (
                "tellGithub requires a repository https://github.com/<owner>/<name>; write one, or remove tellGithub"
            )
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
