"""The sections of a stack's config about its environment and its rules. Imports no rule, so it loads quickly."""

import re
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self

from pydantic import Field, field_validator, model_validator

from pricing.spec import Section

_TAG_VALUE = re.compile(r"[\w .:/=+@-]*")
"""Letters, digits and spaces of any language. Source: Tagging AWS Resources user guide, "Tag naming limits"."""
_SHORTEST_REASON = 20
_REGISTRY = re.compile(r"(localhost|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,63})(:[0-9]{1,5})?(/[a-z0-9._/-]*)?")


def tag_value(value: str) -> str:
    """Return `value` if AWS accepts it as the value of a tag.

    Raises:
        ValueError: `value` is not a valid tag value; the message names the valid characters.
    """
    if not _TAG_VALUE.fullmatch(value) or value != value.strip() or value.startswith("aws:"):
        raise ValueError(
            f"{value!r} is not a tag value; write letters, digits, spaces and . : / = + - @ _, with no space at either "
            "end and without aws: at its start"
        )
    return value


class EnvironmentKind(StrEnum):
    """The purpose of an environment. Production has stricter rules."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class EnvironmentSpec(Section):
    """The section `mlplatform:environment`: the purpose of the stack, its owner, its account and its region."""

    kind: EnvironmentKind = Field(description="The purpose of the environment: development, staging or production.")
    owner: str = Field(
        min_length=1, max_length=256, description="Team that owns the stack; the tag `owner` of every resource."
    )
    cost_center: str = Field(
        min_length=1, max_length=256, description="The cost center that pays; the tag `cost-center` of every resource."
    )
    account: str = Field(
        pattern=r"^[0-9]{12}$",
        description="AWS account, 12 digits in quotes. The AWS provider refuses every other account.",
    )
    region: str = Field(
        pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="AWS region, for example us-east-1.", examples=["us-east-1"]
    )

    data_class: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="The highest class of the data in the stack, in your company's own words; the tag `data-class` of "
        "every resource. Default: not stated.",
        examples=["confidential"],
    )

    @field_validator("owner", "cost_center", "data_class")
    @classmethod
    def _tag_values(cls, value: str | None) -> str | None:
        return value if value is None else tag_value(value)

    @property
    def is_production(self) -> bool:
        """Whether the stricter reliability rules apply."""
        return self.kind is EnvironmentKind.PRODUCTION


class Level(StrEnum):
    """The level of a rule: mandatory stops a deployment, advisory is only shown, disabled is not evaluated."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


class PolicySettings(Section):
    """The section `mlplatform:policies`: levels and thresholds of the rules in one stack."""

    levels: dict[str, Level] = Field(
        default_factory=dict[str, Level],
        description="The level of each named rule, if it differs from the default: mandatory, advisory or disabled.",
        examples=[{"node-group-zones": "advisory"}],
    )
    required_tags: list[str] = Field(
        default=["owner", "cost-center", "environment"],
        max_length=40,
        description="Tags that every taggable resource must have, from the provider's default tags or its own.",
    )
    dear_instance_hourly: float = Field(
        default=2.0,
        gt=0,
        le=10_000,
        description="On-demand price in USD an hour from which an instance type must be in allowedInstanceTypes.",
    )
    allowed_instance_types: list[str] = Field(
        default_factory=list[str],
        description="Expensive instance types that this stack may use, or whole families such as `p5.*`.",
        examples=[["g6e.12xlarge", "p5.*"]],
    )
    log_retention_minimum: int = Field(
        default=30, ge=1, le=3653, description="The minimum number of days that a log group keeps its events."
    )
    log_retention_maximum: int = Field(
        default=400,
        ge=1,
        le=3653,
        description="The maximum number of days that a log group keeps its events. Store older logs in S3.",
    )
    world_open_ports: list[int] = Field(
        default=[80, 443], description="TCP ports that security groups may open to inbound traffic from every address."
    )
    world_egress_ports: list[int] = Field(
        default=[443], description="TCP ports that security groups may open to outbound traffic to every address."
    )
    minimum_zones: int = Field(
        default=2,
        ge=1,
        le=6,
        description="The minimum number of availability zones for subnets, clusters and node groups.",
    )
    support_notice: int = Field(
        default=60,
        ge=0,
        le=365,
        description="How many days in advance the plan reports the end of support of an EKS version or a chart.",
    )
    key_deletion_window: int = Field(
        default=30,
        ge=7,
        le=30,
        description="The minimum number of days between the request to delete a KMS key and its deletion.",
    )
    allowed_registries: list[str] = Field(
        default_factory=list[str],
        description="Prefixes of image registries that workloads may pull from. Empty allows every registry.",
        examples=[["public.ecr.aws/", "nvcr.io/nvidia/"]],
    )
    reviewed_types: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Types of resources that no rule knows, each with the reason why they may be in production.",
        examples=[{"command:local:Command": "runs the migration of the registry; reviewed by security in OPS-42"}],
    )
    public_endpoint_cidrs: list[str] = Field(
        default_factory=list[str],
        description="CIDRs that a public cluster endpoint may allow. Empty allows every range except 0.0.0.0/0.",
    )

    @field_validator("allowed_registries")
    @classmethod
    def _registries(cls, prefixes: list[str]) -> list[str]:
        for prefix in prefixes:
            if not _REGISTRY.fullmatch(prefix):
                raise ValueError(
                    f"{prefix!r} is not the start of an image's name; write the registry's host and a folder, such as "
                    "public.ecr.aws/ or quay.io/argoproj/"
                )
        return prefixes

    @field_validator("levels")
    @classmethod
    def _budget_holds(cls, levels: dict[str, Level]) -> dict[str, Level]:
        if levels.get("monthly-budget", Level.MANDATORY) is not Level.MANDATORY:
            raise ValueError(
                f"monthly-budget = {levels['monthly-budget']}: the budget always holds, in the plan and in the engine; "
                "raise monthlyBudget of the section mlplatform:cost, or list what has no price under unpriced there"
            )
        return levels

    @field_validator("reviewed_types")
    @classmethod
    def _reasons(cls, reasons: dict[str, str]) -> dict[str, str]:
        for type_, reason in reasons.items():
            if type_.count(":") != 2 or "*" in type_:
                raise ValueError(
                    f"{type_!r} is not the type of a resource; write one such as aws:synthetics/canary:Canary"
                )
            if len(reason.strip()) < _SHORTEST_REASON:
                raise ValueError(f"the reason for {type_} is too short; write who judged it, and why it is safe")
        return reasons

    @field_validator("required_tags")
    @classmethod
    def _tags(cls, names: list[str]) -> list[str]:
        for name in names:
            if not name or name.startswith("aws:") or len(name) > 128 or not _TAG_VALUE.fullmatch(name):
                raise ValueError(f"{name!r} is not a tag's name; write 1 to 128 characters, such as cost-center")
        return names

    @field_validator("public_endpoint_cidrs")
    @classmethod
    def _cidrs(cls, cidrs: list[str]) -> list[str]:
        for cidr in cidrs:
            try:
                # Without a prefix IPv4Network reads a single address, and takes a mask for a prefix.
                if not cidr.partition("/")[2].isdecimal():
                    raise ValueError
                IPv4Network(cidr)
            except ValueError:
                raise ValueError(f"{cidr!r} is not an IPv4 range; write one such as 203.0.113.0/24") from None
        return cidrs

    @field_validator("world_open_ports", "world_egress_ports")
    @classmethod
    def _ports(cls, ports: list[int]) -> list[int]:
        for port in ports:
            if not 1 <= port <= 65535:
                raise ValueError(f"{port} is not a TCP port; write 1 to 65535")
        return ports

    @model_validator(mode="after")
    def _retention(self) -> Self:
        if self.log_retention_maximum < self.log_retention_minimum:
            raise ValueError(
                f"logRetentionMaximum = {self.log_retention_maximum} is below logRetentionMinimum = "
                f"{self.log_retention_minimum}; raise it"
            )
        return self
