"""What a PipelineAccess is made from, and what is refused."""

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
RepositoryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*(/\*)?$")]


class PublisherConfig(TypedDict):
    """A workflow that pushes images or charts, or pulls them, and does nothing else."""

    name: str
    """The last part of its role's name."""
    repository: str
    """Its repository on GitHub, as <owner>/<name>."""
    environment: str
    """The environment of its job."""
    images: list[str]
    """Repositories of the registry, or all of a team as <team>/*."""
    base_images: NotRequired[list[str]]
    """Cached repositories that its images are built upon, or all of an upstream as <prefix>/*. Default: none."""
    push: NotRequired[bool]
    """Whether it pushes. Default: true."""
    repository_id: NotRequired[int]
    """The number of its repository on GitHub."""


class PublisherSpec(Spec):
    """A workflow that pushes images or charts, or pulls them, and does nothing else."""

    name: str = Field(pattern=_NAME, description="The last part of its role's name.")
    repository: str = Field(pattern=_REPOSITORY, description="Its repository on GitHub, as <owner>/<name>.")
    environment: str = Field(pattern=_ENVIRONMENT, description="The environment of its job.")
    images: tuple[RepositoryName, ...] = Field(
        min_length=1, description="Repositories of the registry, or all of a team as <team>/*."
    )
    base_images: tuple[RepositoryName, ...] = Field(
        default=(),
        description="Cached repositories that its images are built upon, or all of an upstream as <prefix>/*.",
    )
    push: bool = Field(default=True, description="Whether it pushes, from the branch alone; it pulls in either case.")
    repository_id: int | None = Field(default=None, ge=1, description="The number of its repository on GitHub.")


class PipelineAccessConfig(TypedDict):
    """What workflows of a repository may do in an account, as a stack's config describes it."""

    repository: str
    """The repository on GitHub, as <owner>/<name>."""
    preview_environment: str
    """The environment of the job that previews."""
    deploy_environment: str
    """The environment of the job that deploys."""
    role_prefix: str
    """What the names of the roles begin with."""
    deploy_policies: list[str]
    """ARNs of the policies by which the deploying job may change the account."""
    state_bucket: str
    """The bucket that keeps the stack's state."""
    state_key_arns: NotRequired[list[str]]
    """The keys that encrypt the state and its secrets."""
    preview_policies: NotRequired[list[str]]
    """ARNs of policies by which the job that previews may look at more."""
    branch: NotRequired[str]
    """The branch that deploys and publishes. Default: main."""
    repository_id: NotRequired[int]
    """The repository's number on GitHub."""
    permissions_boundary: NotRequired[str]
    """The ARN of the policy that bounds each of the roles."""
    publishers: NotRequired[list[PublisherConfig]]
    """Workflows that push or pull images and charts. Default: none."""


class PipelineAccessArgs(PipelineAccessConfig):
    """What a PipelineAccess is made from: its config, and GitHub's provider where the account has it."""

    provider_arn: NotRequired[pulumi.Input[str]]
    """GitHub's OIDC provider of the account, which can have one; it is made when left out."""


class PipelineAccessSpec(Spec):
    """What workflows of a repository may do in an account."""

    repository: str = Field(
        pattern=_REPOSITORY,
        description="The repository on GitHub, as <owner>/<name>; where its tokens name it by numbers too, as they do.",
    )
    preview_environment: str = Field(pattern=_ENVIRONMENT, description="The environment of the job that previews.")
    deploy_environment: str = Field(pattern=_ENVIRONMENT, description="The environment of the job that deploys.")
    role_prefix: str = Field(pattern=_NAME, description="What the names of the roles begin with, before a hyphen.")
    deploy_policies: tuple[PolicyArn, ...] = Field(
        min_length=1,
        max_length=10,
        description="ARNs of the policies by which the deploying job may change the account; 10 are IAM's limit.",
    )
    state_bucket: str = Field(
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="The bucket that keeps the stack's state."
    )
    state_key_arns: tuple[KeyArn, ...] = Field(
        default=(), description="The keys that encrypt the state and its secrets."
    )
    preview_policies: tuple[PolicyArn, ...] = Field(
        default=(),
        max_length=10,
        description="ARNs of policies by which the job that previews may look at more; it runs a pull request's code.",
    )
    branch: str = Field(
        default="main", pattern=r"^[A-Za-z0-9_./-]+$", description="The branch that deploys and publishes."
    )
    repository_id: int | None = Field(
        default=None,
        ge=1,
        description="The repository's number on GitHub, which another one of its name has not.",
    )
    permissions_boundary: str | None = Field(
        default=None, pattern=_POLICY, description="The ARN of the policy that bounds each of the roles."
    )
    publishers: tuple[PublisherSpec, ...] = Field(
        default=(), description="Workflows that push or pull images and charts."
    )

    @model_validator(mode="after")
    def _previews_do_nothing_else(self) -> "PipelineAccessSpec":
        taken = [(self.repository, self.deploy_environment)]
        taken += [(each.repository, each.environment) for each in self.publishers if each.push]
        if (self.repository, self.preview_environment) in taken:
            remedy = "a pull request's code runs there; let what deploys and pushes have an environment of its own"
            raise refuse_at("previewEnvironment", self.preview_environment, remedy)
        return self

    @model_validator(mode="after")
    def _roles_are_named_once(self) -> "PipelineAccessSpec":
        names = [*RESERVED, *(each.name for each in self.publishers)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse_at("publishers", twice, "two roles would have this name; give each publisher its own name")
        return self
