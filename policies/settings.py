"""What a stack says about its environment and its rules. Light to import: knows no rule."""

from enum import StrEnum

from pydantic import Field

from pricing.spec import Section


class EnvironmentKind(StrEnum):
    """What an environment is for. Production is judged more strictly, the others more cheaply."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class EnvironmentSpec(Section):
    """The section `mlplatform:environment`: what the stack is for, who owns it and where it lives."""

    kind: EnvironmentKind = Field(description="What the environment is for: development, staging or production.")
    owner: str = Field(
        min_length=1, max_length=256, description="Team that owns the stack; the tag `owner` of every resource."
    )
    cost_center: str = Field(
        min_length=1, max_length=256, description="Who pays; the tag `cost-center` of every resource."
    )
    account: str = Field(
        pattern=r"^\d{12}$",
        description="AWS account, 12 digits in quotes. The AWS provider refuses every other account.",
    )
    region: str = Field(
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="AWS region, for example us-east-1.", examples=["us-east-1"]
    )

    @property
    def is_production(self) -> bool:
        """Whether the stricter reliability rules hold."""
        return self.kind is EnvironmentKind.PRODUCTION


class Level(StrEnum):
    """How a rule holds: mandatory stops a deployment, advisory is shown, disabled is not judged."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


class PolicySettings(Section):
    """The section `mlplatform:policies`: levels and thresholds of the rules in one stack."""

    levels: dict[str, Level] = Field(
        default_factory=dict[str, Level],
        description="Level by rule name, where it differs from the rule's own: mandatory, advisory or disabled.",
        examples=[{"node-group-zones": "advisory"}],
    )
    required_tags: list[str] = Field(
        default=["owner", "cost-center", "environment"],
        description="Tags that every resource that takes tags must carry, from the provider's default tags or its own.",
    )
    dear_instance_hourly: float = Field(
        default=2.0,
        gt=0,
        description="USD an hour on demand from which an instance type is dear and must be allowed by name.",
    )
    allowed_instance_types: list[str] = Field(
        default_factory=list[str],
        description="Dear instance types, or whole families such as `p5.*`, that this stack may use.",
        examples=[["g6e.12xlarge", "p5.*"]],
    )
    log_retention_minimum: int = Field(
        default=30, ge=1, le=3653, description="Fewest days that a log group keeps its events."
    )
    log_retention_maximum: int = Field(
        default=400, ge=1, le=3653, description="Most days that a log group keeps its events; older logs belong in S3."
    )
    world_open_ports: list[int] = Field(
        default=[80, 443], description="TCP ports that security groups may open to every address inward."
    )
    world_egress_ports: list[int] = Field(
        default=[443], description="TCP ports that security groups may open to every address outward."
    )
    minimum_zones: int = Field(
        default=2, ge=1, le=6, description="Fewest availability zones for subnets, clusters and node groups."
    )
    support_notice: int = Field(
        default=60,
        ge=0,
        le=365,
        description="Days before an EKS version or a chart leaves support from which the plan says so.",
    )
    key_deletion_window: int = Field(
        default=30, ge=7, le=30, description="Fewest days between asking for a KMS key's deletion and the deletion."
    )
    allowed_registries: list[str] = Field(
        default_factory=list[str],
        description="Prefixes of image registries that workloads may pull from; empty allows every registry.",
        examples=[["public.ecr.aws/", "nvcr.io/nvidia/"]],
    )
    public_endpoint_cidrs: list[str] = Field(
        default_factory=list[str],
        description="CIDRs that a public cluster endpoint may name. Empty allows every range except the whole world.",
    )
