"""The arguments of a PipelineAccess, and their validation."""

from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, model_validator

from ...core.problems import refuse_at
from ...core.spec import Spec

RESERVED = ("preview", "deploy")
_REPOSITORY = r"^[A-Za-z0-9_.@-]+/[A-Za-z0-9_.@-]+$"
_ENVIRONMENT = r"^[A-Za-z0-9_.-]+$"
_NAME = r"^[a-z][a-z0-9-]{0,30}$"
_POLICY = r"^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$"
_KEY = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9_-]+$"

PolicyArn = Annotated[str, StringConstraints(pattern=_POLICY)]
KeyArn = Annotated[str, StringConstraints(pattern=_KEY)]
NamePrefix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+=,.@-]{2,40}$")]
RepositoryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*(/\*)?$")]


class PublisherConfig(TypedDict):
    """A workflow that only pushes or pulls images or charts."""

    name: str
    """The last part of its role's name."""
    repository: str
    """Its repository on GitHub, as <owner>/<name>."""
    environment: str
    """The environment of its job."""
    images: list[str]
    """Repositories of the registry; <team>/* for all of a team."""
    base_images: NotRequired[list[str]]
    """Cached repositories of base images; <prefix>/* for all of an upstream. Default: none."""
    push: NotRequired[bool]
    """Whether it may push. Default: true."""
    repository_id: NotRequired[int]
    """The id of its repository on GitHub."""


class PublisherSpec(Spec):
    """A workflow that only pushes or pulls images or charts."""

    name: str = Field(pattern=_NAME, description="The last part of its role's name.")
    repository: str = Field(pattern=_REPOSITORY, description="Its repository on GitHub, as <owner>/<name>.")
    environment: str = Field(pattern=_ENVIRONMENT, description="The environment of its job.")
    images: tuple[RepositoryName, ...] = Field(
        min_length=1, description="Repositories of the registry; <team>/* for all of a team."
    )
    base_images: tuple[RepositoryName, ...] = Field(
        default=(),
        description="Cached repositories of base images; <prefix>/* for all of an upstream.",
    )
    push: bool = Field(default=True, description="Whether it may push, only from the branch. It may always pull.")
    repository_id: int | None = Field(default=None, ge=1, description="The id of its repository on GitHub.")


class PipelineAccessConfig(TypedDict):
    """The permissions of a repository's workflows in an account."""

    repository: str
    """The repository on GitHub, as <owner>/<name>."""
    preview_environment: str
    """The GitHub environment of the preview job."""
    deploy_environment: str
    """The GitHub environment of the deployment job."""
    role_prefix: str
    """The prefix of the roles' names."""
    deploy_policies: list[str]
    """ARNs of the policies of the deployment role."""
    state_bucket: str
    """The bucket of the stack's state."""
    state_key_arns: NotRequired[list[str]]
    """The keys that encrypt the state and its secrets."""
    preview_policies: NotRequired[list[str]]
    """ARNs of further policies of the preview role."""
    branch: NotRequired[str]
    """The branch that deploys and publishes. Default: main."""
    repository_id: NotRequired[int]
    """The repository's id on GitHub."""
    deployed_prefixes: NotRequired[list[str]]
    """The beginnings of the names of the roles and policies that a deployment may write and pass. Default: any."""
    permissions_boundary: NotRequired[str]
    """The ARN of the roles' permissions boundary."""
    publishers: NotRequired[list[PublisherConfig]]
    """Workflows that push or pull images and charts. Default: none."""


class PipelineAccessArgs(PipelineAccessConfig):
    """The arguments of a PipelineAccess."""

    provider_arn: NotRequired[pulumi.Input[str]]
    """The account's OIDC provider of GitHub, of which an account can have one. Default: a new one."""


class PipelineAccessSpec(Spec):
    """The permissions of a repository's workflows in an account."""

    repository: str = Field(
        pattern=_REPOSITORY,
        description="The repository on GitHub, as <owner>/<name>, in the form that the subject of its tokens has.",
    )
    preview_environment: str = Field(pattern=_ENVIRONMENT, description="The GitHub environment of the preview job.")
    deploy_environment: str = Field(pattern=_ENVIRONMENT, description="The GitHub environment of the deployment job.")
    role_prefix: str = Field(pattern=_NAME, description="The prefix of the roles' names, before a hyphen.")
    deploy_policies: tuple[PolicyArn, ...] = Field(
        min_length=1,
        max_length=10,
        description="ARNs of the policies of the deployment role. IAM allows 10.",
    )
    state_bucket: str = Field(
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="The bucket of the stack's state."
    )
    state_key_arns: tuple[KeyArn, ...] = Field(
        default=(), description="The keys that encrypt the state and its secrets."
    )
    preview_policies: tuple[PolicyArn, ...] = Field(
        default=(),
        max_length=10,
        description="ARNs of further policies of the preview role, which runs the code of pull requests.",
    )
    branch: str = Field(
        default="main", pattern=r"^[A-Za-z0-9_./-]+$", description="The branch that deploys and publishes."
    )
    repository_id: int | None = Field(
        default=None,
        ge=1,
        description="The repository's id on GitHub. A new repository with the same name has another id.",
    )
    deployed_prefixes: tuple[NamePrefix, ...] = Field(
        default=(),
        description="The beginnings of the names of the roles and policies that a deployment may write and pass.",
    )
    permissions_boundary: str | None = Field(
        default=None, pattern=_POLICY, description="The ARN of the roles' permissions boundary."
    )
    publishers: tuple[PublisherSpec, ...] = Field(
        default=(), description="Workflows that push or pull images and charts."
    )

    @model_validator(mode="after")
    def _previews_do_nothing_else(self) -> "PipelineAccessSpec":
        taken = [(self.repository, self.deploy_environment)]
        taken += [(each.repository, each.environment) for each in self.publishers if each.push]
        if (self.repository, self.preview_environment) in taken:
            remedy = "it runs the code of pull requests; use another environment for deployments and pushes"
            raise refuse_at("previewEnvironment", self.preview_environment, remedy)
        return self

    @model_validator(mode="after")
    def _roles_are_named_once(self) -> "PipelineAccessSpec":
        names = [*RESERVED, *(each.name for each in self.publishers)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse_at("publishers", twice, "two roles would have this name; give each publisher its own name")
        return self
