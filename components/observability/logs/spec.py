"""The arguments of a LogPipeline, and what is refused."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from ...core.log_retention import LogRetentionDays
from ...core.namespace_names import namespaces_once
from ...core.policy_room import DATA_ACCESS_POLICY, OTHER_STATEMENTS, no_room
from ...core.spec import Spec, each_once, refuse

NAMESPACE = "logging"
FALLBACK = "platform"
"""The group of all namespaces that no other group has."""
HEARTBEAT = "heartbeat"
"""The group of a record that each collector writes each minute."""
_GROUP = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_KEY = r"[A-Za-z][A-Za-z0-9_.-]{2,62}"
_PREFIX = r"^[A-Za-z0-9][A-Za-z0-9_.:/+=-]{1,30}$"
_ROLE = r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]{1,512}"


class LogDestination(StrEnum):
    """Where logs are stored: CloudWatch Logs, or a collection of Amazon OpenSearch Serverless."""

    CLOUDWATCH = "cloudwatch"
    OPENSEARCH = "opensearch"


class LogClass(StrEnum):
    """The class of log groups. Infrequent access costs half for each GB written, and has queries only."""

    STANDARD = "standard"
    INFREQUENT_ACCESS = "infrequent-access"


class LogGrouping(StrEnum):
    """What a stack makes a log group for, where the groups are not listed: each team, or each namespace of a team."""

    TEAM = "team"
    NAMESPACE = "namespace"


class PersonalData(StrEnum):
    """A kind of personal data that is removed from logs."""

    EMAIL = "email"
    CARD = "card"
    IBAN = "iban"
    PHONE = "phone"


class TokenLetters(StrEnum):
    """The letters of a token after its prefix."""

    DIGITS = "digits"
    HEXADECIMAL = "hexadecimal"
    ALPHANUMERIC = "alphanumeric"
    BASE64 = "base64"


class TokenConfig(TypedDict):
    """A form of tokens or identifiers that is removed: a prefix, and letters after it."""

    name: str
    """A short name, such as customer. The removed text becomes [REDACTED:customer]."""
    prefix: str
    """What each of them begins with, such as CUST-."""
    letters: NotRequired[TokenLetters]
    """The letters after the prefix."""
    minimum: NotRequired[int]
    """The fewest letters after the prefix."""
    maximum: NotRequired[int]
    """The most letters after the prefix."""


class RedactionConfig(TypedDict):
    """What is removed from records before they leave their node. Secrets always are."""

    enabled: NotRequired[bool]
    """Whether anything is removed."""
    personal_data: NotRequired[list[str]]
    """The kinds of personal data that are removed: email, card, iban, phone."""
    keys: NotRequired[list[str]]
    """Further names of fields whose values are removed, such as dateOfBirth."""
    tokens: NotRequired[list[TokenConfig]]
    """Further forms of tokens and identifiers."""


class LogGroupConfig(TypedDict):
    """A log group of a team or of some namespaces."""

    name: str
    """The end of the group's name."""
    namespaces: list[str]
    """The namespaces whose containers write to it."""
    retention_days: NotRequired[int]
    """Days that its logs are kept. Default: those of the pipeline."""


class LogsConfig(TypedDict):
    """The settings of logs."""

    name: str
    """Begins the names of log groups and of the collection. It must be unique in the account and region."""
    destination: NotRequired[LogDestination]
    """Where logs are stored."""
    log_class: NotRequired[LogClass]
    """The class of the log groups."""
    retention_days: NotRequired[int]
    """Days that logs are kept."""
    group_by: NotRequired[LogGrouping]
    """What a stack makes a log group for."""
    groups: NotRequired[list[LogGroupConfig]]
    """The log groups beside that of the platform. A stack derives them from its teams."""
    excluded_namespaces: NotRequired[list[str]]
    """Namespaces whose logs stay on their nodes."""
    redaction: NotRequired[RedactionConfig]
    """What is removed from records before they leave their node."""
    data_protection: NotRequired[bool]
    """Whether CloudWatch masks what it finds in the records too. It is charged by the GB."""
    buffer_mib: NotRequired[int]
    """The disk of each node for records that cannot be sent, in MiB. When it is full, the oldest are dropped."""
    silent_minutes: NotRequired[int]
    """Minutes without any record after which the alarm rings."""
    standby_replicas: NotRequired[bool]
    """Whether the collection has replicas in a second zone, which doubles its least price."""
    reader_arns: NotRequired[list[str]]
    """IAM roles and users that read the collection."""
    deletion_protection: NotRequired[bool]
    """Whether log groups, the collection and their key are protected from deletion."""


class LogPipelineArgs(LogsConfig):
    """The arguments of a LogPipeline: its config, the cluster, and the network of a collection."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, which must run the Pod Identity agent."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC, for the endpoint of a collection."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """Private subnets, for the endpoint of a collection."""
    node_security_group_id: NotRequired[pulumi.Input[str]]
    """The security group of the nodes, which the endpoint of a collection admits."""


class TokenSpec(Spec):
    """A form of tokens or identifiers that is removed: a prefix, and letters after it."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{1,30}$",
        description="A short name, such as customer. The removed text becomes [REDACTED:customer].",
    )
    prefix: str = Field(pattern=_PREFIX, description="What each of them begins with, such as CUST-.")
    letters: TokenLetters = Field(default=TokenLetters.ALPHANUMERIC, description="The letters after the prefix.")
    minimum: int = Field(default=6, ge=1, le=1_000, description="The fewest letters after the prefix.")
    maximum: int = Field(default=1_000, ge=1, le=10_000, description="The most letters after the prefix.")

    @model_validator(mode="after")
    def _range(self) -> "TokenSpec":
        if self.maximum < self.minimum:
            raise refuse(self.maximum, f"maximum = {self.maximum} is below minimum = {self.minimum}; raise it")
        return self


class RedactionSpec(Spec):
    """What is removed from records before they leave their node. Secrets always are."""

    enabled: bool = Field(default=True, description="Whether anything is removed.")
    personal_data: tuple[PersonalData, ...] = Field(
        default=(PersonalData.EMAIL, PersonalData.CARD, PersonalData.IBAN),
        description="The kinds of personal data that are removed: email, card, iban, phone.",
    )
    keys: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        description="Further names of fields whose values are removed, such as dateOfBirth. Case, hyphens, dots and "
        "underscores do not matter.",
    )
    tokens: tuple[TokenSpec, ...] = Field(
        default=(), max_length=50, description="Further forms of tokens and identifiers."
    )

    @field_validator("keys")
    @classmethod
    def _names(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(keys, _KEY, "name of a field; use three letters or more, such as dateOfBirth")

    @field_validator("tokens")
    @classmethod
    def _tokens(cls, tokens: tuple[TokenSpec, ...]) -> tuple[TokenSpec, ...]:
        each_once(tuple(token.prefix for token in tokens), r".+", "prefix")
        return tokens

    @model_validator(mode="after")
    def _needed(self) -> "RedactionSpec":
        if unused := next((field for field in ("keys", "tokens") if not self.enabled and getattr(self, field)), None):
            raise refuse(self.enabled, f"enabled = false removes nothing, and {unused} says what; remove one of them")
        return self


class LogGroupSpec(Spec):
    """A log group of a team or of some namespaces."""

    name: str = Field(pattern=_GROUP, description="The end of the group's name.")
    namespaces: tuple[str, ...] = Field(
        min_length=1, max_length=200, description="The namespaces whose containers write to it."
    )
    retention_days: LogRetentionDays | None = Field(
        default=None, description="Days that its logs are kept. Default: those of the pipeline."
    )

    @field_validator("namespaces")
    @classmethod
    def _once(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        return namespaces_once(namespaces)


class LogPipelineSpec(Spec):
    """The checked settings of logs."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{1,20}[a-z0-9]$",
        description="Begins the names of log groups and of the collection. It must be unique in the account and "
        "region.",
    )
    destination: LogDestination = Field(default=LogDestination.CLOUDWATCH, description="Where logs are stored.")
    log_class: LogClass = Field(
        default=LogClass.STANDARD,
        description="The class of the log groups: standard, or infrequent-access, which costs half for each GB "
        "written and has queries only. Another class makes new groups.",
    )
    retention_days: LogRetentionDays = Field(default=90, description="Days that logs are kept.")
    group_by: LogGrouping = Field(
        default=LogGrouping.TEAM,
        description="What a stack makes a log group for: each team, or each namespace of a team. All other namespaces "
        "share the group platform.",
    )
    groups: tuple[LogGroupSpec, ...] = Field(
        default=(),
        max_length=200,
        description="The log groups beside that of the platform. A stack derives them from its teams.",
    )
    excluded_namespaces: tuple[str, ...] = Field(
        default=(), max_length=200, description="Namespaces whose logs stay on their nodes."
    )
    redaction: RedactionSpec = Field(
        default_factory=RedactionSpec, description="What is removed from records before they leave their node."
    )
    data_protection: bool = Field(
        default=False,
        description="Whether CloudWatch masks what it finds in the records too. It is charged by the GB.",
    )
    buffer_mib: int = Field(
        default=512,
        ge=64,
        le=16_384,
        description="The disk of each node for records that cannot be sent, in MiB. When it is full, the oldest are "
        "dropped.",
    )
    silent_minutes: int = Field(
        default=15, ge=5, le=1_440, description="Minutes without any record after which the alarm rings."
    )
    standby_replicas: bool = Field(
        default=True,
        description="Whether the collection has replicas in a second zone, which doubles its least price.",
    )
    reader_arns: tuple[str, ...] = Field(default=(), description="IAM roles and users that read the collection.")
    deletion_protection: bool = Field(
        default=True, description="Whether log groups, the collection and their key are protected from deletion."
    )

    @field_validator("excluded_namespaces")
    @classmethod
    def _excluded(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        return namespaces_once(namespaces)

    @field_validator("reader_arns")
    @classmethod
    def _readers(cls, arns: tuple[str, ...]) -> tuple[str, ...]:
        if problem := no_room(arns, DATA_ACCESS_POLICY - OTHER_STATEMENTS, "the data access policy"):
            raise refuse(arns, problem)
        return each_once(arns, _ROLE, "ARN of an IAM role or user")

    @field_validator("groups")
    @classmethod
    def _groups(cls, groups: tuple[LogGroupSpec, ...]) -> tuple[LogGroupSpec, ...]:
        names = [group.name for group in groups]
        if taken := next((name for name in (FALLBACK, HEARTBEAT) if name in names), None):
            raise refuse(taken, f"the group {taken} belongs to the pipeline itself; rename it")
        each_once(tuple(names), r".+", "name")
        homes = [namespace for group in groups for namespace in group.namespaces]
        if twice := next((home for home in homes if homes.count(home) > 1), None):
            raise refuse(twice, f"two groups have the namespace {twice}; name it in one of them")
        return groups

    @model_validator(mode="after")
    def _consistent(self) -> "LogPipelineSpec":
        if self.destination is LogDestination.CLOUDWATCH:
            foreign, where = ("standby_replicas", "reader_arns"), LogDestination.OPENSEARCH
        else:
            foreign, where = ("log_class", "data_protection"), LogDestination.CLOUDWATCH
        if given := next((field for field in foreign if field in self.model_fields_set), None):
            raise refuse(
                self.destination,
                f"{to_camel(given)} belongs to destination {where}, and destination is {self.destination}; remove it",
            )
        grouped = {namespace for group in self.groups for namespace in group.namespaces}
        if both := sorted(grouped & {*self.excluded_namespaces}):
            raise refuse(both[0], f"namespace {both[0]} is excluded and has a log group; remove one of them")
        return self

    @property
    def retentions(self) -> dict[str, int]:
        """The retention of each group in days, by the group's name."""
        own = {group.name: group.retention_days or self.retention_days for group in self.groups}
        return {FALLBACK: self.retention_days, **own}
