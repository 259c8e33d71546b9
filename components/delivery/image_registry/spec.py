"""What an ImageRegistry is made from, and what is refused."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, model_validator

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
    """How images are searched for vulnerabilities.

    Source: ECR user guide, "Scan images for software vulnerabilities".
    """

    BASIC = "basic"
    """Packages of the operating system, on push; free."""
    ENHANCED = "enhanced"
    """By Amazon Inspector: packages of languages too, on push and from then on; charged by image."""


class ImageTeamConfig(TypedDict):
    """The images of one team."""

    team: str
    """The team's name, the first part of its repositories' names."""
    images: list[str]
    """The second part of each repository's name."""
    pipeline_role_arns: list[str]
    """The roles of the team's pipeline, which alone push; they need not exist yet."""


class UpstreamConfig(TypedDict):
    """A registry that images are pulled through."""

    registry: str
    """The registry as images name it, such as quay.io."""
    prefix: NotRequired[str]
    """The first part of the cached repositories' names; ECR's usual one when left out."""
    credential_arn: NotRequired[str]
    """The secret with credentials, for a registry that wants them."""
    moving_tags: NotRequired[bool]
    """Whether a tag follows its upstream; else it stays what it was at the first pull."""


class ImageRegistryConfig(TypedDict):
    """A registry of container images, as a stack's config describes it."""

    teams: list[ImageTeamConfig]
    """The teams with their images."""
    upstreams: NotRequired[list[UpstreamConfig]]
    """The registries that images are pulled through."""
    scanning: NotRequired[ImageScanning]
    """How images are searched for vulnerabilities."""
    untagged_days: NotRequired[int]
    """Days that an image without a tag is kept."""
    release_tags: NotRequired[list[str]]
    """What the tags of releases look like."""
    releases_kept: NotRequired[int]
    """How many releases of each image are kept, the newest."""
    build_days: NotRequired[int]
    """Days that an image without a release's tag is kept; left out, such images are kept."""
    replica_regions: NotRequired[list[str]]
    """Regions that keep a second copy of the teams' images."""
    reader_accounts: NotRequired[list[str]]
    """Other accounts that may pull."""
    deletion_protection: NotRequired[bool]
    """Whether repositories and keys are protected from deletion."""


class ImageRegistryArgs(ImageRegistryConfig):
    """What an ImageRegistry is made from: its config, and who pulls through it."""

    node_role_arns: NotRequired[pulumi.Input[list[str]]]
    """Roles of nodes that may pull from an upstream what is not cached yet."""


class ImageTeamSpec(Spec):
    """The images of one team."""

    team: Name = Field(description="The team's name, the first part of its repositories' names.")
    images: list[Name] = Field(min_length=1, description="The second part of each repository's name.")
    pipeline_role_arns: list[RoleArn] = Field(
        min_length=1, description="The roles of the team's pipeline, which alone push; they need not exist yet."
    )

    @model_validator(mode="after")
    def _once(self) -> "ImageTeamSpec":
        _refuse_twice(self.images, "images")
        return self


class UpstreamSpec(Spec):
    """A registry that images are pulled through."""

    registry: str = Field(
        description=f"The registry as images name it: {', '.join(UPSTREAMS)}, or <name>{AZURE}; no other can be cached."
    )
    prefix: str | None = Field(
        default=None,
        pattern=_NAME,
        min_length=2,
        max_length=30,
        description="The first part of the cached repositories' names; ECR's usual one when left out.",
    )
    credential_arn: str | None = Field(
        default=None,
        pattern=_SECRET,
        description=f"The secret with credentials; its name begins with {SECRET_PREFIX}.",
    )
    moving_tags: bool = Field(
        default=False,
        description="Whether a tag follows its upstream, looked at once a day; else it stays what it was at the first "
        "pull.",
    )

    @model_validator(mode="after")
    def _possible(self) -> "UpstreamSpec":
        known = upstream(self.registry)
        if known is None:
            remedy = f"ECR can't pull {self.registry} through; it can {', '.join(UPSTREAMS)} and <name>{AZURE}"
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
        """The host that ECR asks."""
        known = upstream(self.registry)
        return known.host if known else self.registry

    @property
    def cache_prefix(self) -> str:
        """The first part of the cached repositories' names."""
        known = upstream(self.registry)
        return self.prefix or (known.prefix if known else self.registry)


class ImageRegistrySpec(Spec):
    """A registry of container images."""

    teams: list[ImageTeamSpec] = Field(min_length=1, max_length=100, description="The teams with their images.")
    upstreams: list[UpstreamSpec] = Field(
        default_factory=list[UpstreamSpec],
        max_length=50,
        description="The registries that images are pulled through; 50 are ECR's limit.",
    )
    scanning: ImageScanning = Field(
        default=ImageScanning.BASIC,
        description="How images are searched for vulnerabilities: basic on push, or enhanced by Amazon Inspector.",
    )
    untagged_days: int = Field(default=7, ge=1, description="Days that an image without a tag is kept.")
    release_tags: list[TagPattern] = Field(
        default=["v*"], min_length=1, description="What the tags of releases look like, with * for anything."
    )
    releases_kept: int = Field(
        default=50,
        ge=1,
        description="How many releases of each image are kept, the newest; running ones must be among.",
    )
    build_days: int | None = Field(
        default=None,
        ge=1,
        description="Days that an image without a release's tag is kept; such images are kept when left out.",
    )
    replica_regions: list[Region] = Field(
        default_factory=list[str],
        max_length=25,
        description="Regions that keep a second copy of the teams' images, each under a key of its own.",
    )
    reader_accounts: list[AccountId] = Field(
        default_factory=list[str], description="Other accounts that may pull, 12 digits each, in quotes."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether repositories and keys are protected from deletion."
    )

    @model_validator(mode="after")
    def _distinct(self) -> "ImageRegistrySpec":
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
