"""The arguments of an ImageRegistry, and their validation."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, model_validator

from ...core.policy_room import LONGEST_ACCOUNT, OTHER_STATEMENTS, REPOSITORY_POLICY, no_room
from ...core.problems import refuse_at
from ...core.spec import Spec
from .upstreams import AZURE, SECRET_PREFIX, UPSTREAMS, upstream

_NAME = r"^[a-z0-9]+([._-][a-z0-9]+)*$"
_REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
_ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
_SECRET = rf"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:{SECRET_PREFIX}[A-Za-z0-9/_+=.@-]+$"

Name = Annotated[str, StringConstraints(pattern=_NAME, min_length=2, max_length=64)]
RoleArn = Annotated[str, StringConstraints(pattern=_ROLE)]
Region = Annotated[str, StringConstraints(pattern=_REGION)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
TagPattern = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]*(\*[A-Za-z0-9_.-]*){0,4}$", min_length=1, max_length=128)
]
"""A tag with at most four wildcards (ECR user guide, "Lifecycle policy properties", tagPatternList)."""


class ImageScanning(StrEnum):
    """The scan of images for vulnerabilities.

    Source: ECR user guide, "Scan images for software vulnerabilities".
    """

    BASIC = "basic"
    """Scans packages of the operating system on push; free."""
    ENHANCED = "enhanced"
    """Amazon Inspector scans packages of the operating system and of languages, continuously; charged by image."""


class ImageTeamConfig(TypedDict):
    """The images of one team."""

    team: str
    """The team's name, the first part of its repositories' names."""
    images: list[str]
    """The second part of each repository's name."""
    pipeline_role_arns: list[str]
    """The roles of the team's pipeline. Only they may push. They need not exist yet."""


class UpstreamConfig(TypedDict):
    """An upstream registry to cache."""

    registry: str
    """The registry's name in image references, such as quay.io."""
    prefix: NotRequired[str]
    """The first part of the cached repositories' names. Default: ECR's usual prefix."""
    credential_arn: NotRequired[str]
    """The secret with credentials, for a registry that requires them."""
    moving_tags: NotRequired[bool]
    """Whether a tag follows its upstream. Otherwise it keeps the image of the first pull."""


class ImageRegistryConfig(TypedDict):
    """The settings of a container registry."""

    teams: list[ImageTeamConfig]
    """The teams with their images."""
    upstreams: NotRequired[list[UpstreamConfig]]
    """The upstream registries to cache."""
    scanning: NotRequired[ImageScanning]
    """The scan of images for vulnerabilities."""
    untagged_days: NotRequired[int]
    """Days until an image without a tag is deleted."""
    release_tags: NotRequired[list[str]]
    """Patterns of release tags."""
    releases_kept: NotRequired[int]
    """The number of newest releases to keep of each image."""
    build_days: NotRequired[int]
    """Days until an image without a release tag is deleted. Default: never."""
    replica_regions: NotRequired[list[str]]
    """Regions with a copy of the teams' images."""
    reader_accounts: NotRequired[list[str]]
    """Other accounts that may pull."""
    deletion_protection: NotRequired[bool]
    """Whether repositories and keys are protected from deletion."""


class ImageRegistryArgs(ImageRegistryConfig):
    """The arguments of an ImageRegistry."""

    node_role_arns: NotRequired[pulumi.Input[list[str]]]
    """Roles of nodes that may import images into the caches."""


class ImageTeamSpec(Spec):
    """The images of one team."""

    team: Name = Field(description="The team's name, the first part of its repositories' names.")
    images: list[Name] = Field(min_length=1, description="The second part of each repository's name.")
    pipeline_role_arns: list[RoleArn] = Field(
        min_length=1, description="The roles of the team's pipeline. Only they may push. They need not exist yet."
    )

    @model_validator(mode="after")
    def _once(self) -> "ImageTeamSpec":
        _refuse_twice(self.images, "images")
        return self


class UpstreamSpec(Spec):
    """An upstream registry to cache."""

    registry: str = Field(
        description=f"The registry's name in image references: {', '.join(UPSTREAMS)}, or <name>{AZURE}. ECR "
        f"supports no other."
    )
    prefix: str | None = Field(
        default=None,
        pattern=_NAME,
        min_length=2,
        max_length=30,
        description="The first part of the cached repositories' names. Default: ECR's usual prefix.",
    )
    credential_arn: str | None = Field(
        default=None,
        pattern=_SECRET,
        description=f"The secret with credentials; its name begins with {SECRET_PREFIX}.",
    )
    moving_tags: bool = Field(
        default=False,
        description="Whether a tag follows its upstream, checked once a day. Otherwise it keeps the image of the "
        "first pull.",
    )

    @model_validator(mode="after")
    def _possible(self) -> "UpstreamSpec":
        known = upstream(self.registry)
        if known is None:
            remedy = f"ECR cannot cache {self.registry}; write one of {', '.join(UPSTREAMS)} and <name>{AZURE}"
            raise refuse_at("registry", self.registry, remedy, list(UPSTREAMS))
        if known.credentials and self.credential_arn is None:
            remedy = f"{self.registry} needs credentials; put them into a secret and write its ARN"
            raise refuse_at("credentialArn", None, remedy)
        if not known.credentials and self.credential_arn is not None:
            raise refuse_at(
                "credentialArn", self.credential_arn, f"{self.registry} takes no credentials; remove the field"
            )
        return self

    @property
    def host(self) -> str:
        """The host of the upstream registry."""
        known = upstream(self.registry)
        return known.host if known else self.registry

    @property
    def cache_prefix(self) -> str:
        """The first part of the cached repositories' names."""
        known = upstream(self.registry)
        return self.prefix or (known.prefix if known else self.registry)


class ImageRegistrySpec(Spec):
    """The settings of a container registry."""

    teams: list[ImageTeamSpec] = Field(min_length=1, max_length=100, description="The teams with their images.")
    upstreams: list[UpstreamSpec] = Field(
        default_factory=list[UpstreamSpec],
        max_length=50,
        description="The upstream registries to cache. ECR allows 50.",
    )
    scanning: ImageScanning = Field(
        default=ImageScanning.BASIC,
        description="The scan for vulnerabilities: basic (on push), or enhanced by Amazon Inspector.",
    )
    untagged_days: int = Field(default=7, ge=1, le=36_500, description="Days until an image without a tag is deleted.")
    release_tags: list[TagPattern] = Field(
        default=["v*"], min_length=1, max_length=45, description="Patterns of release tags; * matches any text."
    )
    releases_kept: int = Field(
        default=50,
        ge=1,
        le=100_000,
        description="The number of newest releases to keep of each image. They must include all running ones.",
    )
    build_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days until an image without a release tag is deleted. Default: never.",
    )
    replica_regions: list[Region] = Field(
        default_factory=list[str],
        max_length=25,
        description="Regions with a copy of the teams' images, encrypted with a separate key in each region.",
    )
    reader_accounts: list[AccountId] = Field(
        default_factory=list[str], description="Other accounts that may pull, 12 digits each, in quotes."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether repositories and keys are protected from deletion."
    )

    @model_validator(mode="after")
    def _distinct(self) -> "ImageRegistrySpec":
        room, around = REPOSITORY_POLICY - OTHER_STATEMENTS, len(LONGEST_ACCOUNT)
        if problem := no_room(self.reader_accounts, room // 2, "a repository policy", around=around):
            raise refuse_at("readerAccounts", self.reader_accounts, problem)
        for index, team in enumerate(self.teams):
            if problem := no_room(team.pipeline_role_arns, room // 2, "a repository policy", times=3):
                raise refuse_at(f"teams[{index}].pipelineRoleArns", team.pipeline_role_arns, problem)
        _refuse_twice([team.team for team in self.teams], "teams")
        _refuse_twice(self.replica_regions, "replicaRegions")
        _refuse_twice(self.reader_accounts, "readerAccounts")
        prefixes = [team.team for team in self.teams] + [each.cache_prefix for each in self.upstreams]
        _refuse_twice(prefixes, "upstreams", "a team or another upstream has this prefix; choose another")
        return self


def _refuse_twice(names: Iterable[str], where: str, remedy: str = "it is listed twice; list it once") -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refuse_at(where, name, remedy)
        seen.add(name)
