"""The arguments of a WebFirewall, and their validation."""

import re
from enum import StrEnum
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ...core.log_retention import RETENTION_DAYS
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from .capacity import ManagedRuleGroup
from .patterns import LONGEST, media_type

WINDOWS = (60, 120, 300, 600)
"""Windows of a rate rule, in seconds. Source: AWS WAF API reference, RateBasedStatement.EvaluationWindowSec."""

_HEADER = r"^[A-Za-z0-9-]{1,64}$"
_MEDIA_TYPE = r"^[a-z0-9.+-]+/[a-z0-9.+-]+$"
_METHOD = r"^[A-Z]{3,10}$"


class FirewallMode(StrEnum):
    """What the firewall does with a request that a rule matches."""

    BLOCK = "block"
    COUNT = "count"


class WebFirewallConfig(TypedDict):
    """The settings of a firewall."""

    mode: NotRequired[FirewallMode]
    """`block`, or `count` to only count the requests that rules match, for a first rollout. Default: block."""
    requests_per_window: NotRequired[int]
    """The most requests of one client address in a window. Default: 1000."""
    window_seconds: NotRequired[int]
    """The window: 60, 120, 300 or 600 seconds. Default: 60."""
    forwarded_address_header: NotRequired[str]
    """The header with the client's address, when a proxy is in front of the load balancer. Default: none."""
    managed_rule_groups: NotRequired[list[str]]
    """AWS managed rule groups by short name. Default: ip-reputation, known-bad-inputs, common."""
    counted_rules: NotRequired[dict[str, list[str]]]
    """Rules of managed groups that only count, by the group's short name. Default: none."""
    free_text: NotRequired[bool]
    """Whether bodies may hold markup, paths and addresses: four body rules of common then only count. Default: true."""
    maximum_body_kib: NotRequired[int]
    """The largest request body, in KiB. Default: 1024."""
    allowed_methods: NotRequired[list[str]]
    """Allowed HTTP methods. Default: GET, HEAD, OPTIONS, POST."""
    allowed_content_types: NotRequired[list[str]]
    """Allowed content types of requests with a body. Default: JSON, octets and gRPC."""
    redacted_headers: NotRequired[list[str]]
    """Headers to redact in addition to Authorization, Cookie and X-Api-Key. Default: none."""
    redact_query: NotRequired[bool]
    """Whether to redact query strings, for clients that send credentials in them. Default: false."""
    log_allowed: NotRequired[bool]
    """Whether to log requests that no rule matched too; access logs contain them as well. Default: false."""
    log_retention_days: NotRequired[int]
    """Days until a log entry is deleted. Default: 90."""
    deletion_protection: NotRequired[bool]
    """Whether the key that encrypts the log is protected from deletion. Default: true."""


class WebFirewallArgs(WebFirewallConfig):
    """The arguments of a WebFirewall."""


class WebFirewallSpec(Spec):
    """The settings of a firewall."""

    mode: FirewallMode = Field(
        default=FirewallMode.BLOCK,
        description="`block`, or `count` to only count the requests that rules match, for a first rollout.",
    )
    requests_per_window: int = Field(
        default=1000, ge=10, le=2_000_000_000, description="The most requests of one client address in a window."
    )
    window_seconds: int = Field(default=60, description="The window: 60, 120, 300 or 600 seconds.")
    forwarded_address_header: str | None = Field(
        default=None,
        pattern=_HEADER,
        description="The header with the client's address, when a proxy is in front of the load balancer. The first "
        "address in it counts, so the proxy must overwrite the header of the client.",
    )
    managed_rule_groups: tuple[ManagedRuleGroup, ...] = Field(
        default=(ManagedRuleGroup.IP_REPUTATION, ManagedRuleGroup.KNOWN_BAD_INPUTS, ManagedRuleGroup.COMMON),
        description="AWS managed rule groups by short name, in order of priority.",
    )
    counted_rules: dict[ManagedRuleGroup, tuple[str, ...]] = Field(
        default_factory=dict[ManagedRuleGroup, tuple[str, ...]],
        description="Rules of managed groups that only count, by the group's short name. Use it for a rule that "
        "blocks legitimate requests.",
    )
    free_text: bool = Field(
        default=True,
        description="Whether bodies may hold markup, paths and addresses, as prompts do: the rules "
        "CrossSiteScripting_BODY, GenericLFI_BODY, GenericRFI_BODY and EC2MetaDataSSRF_BODY of the group common then "
        "only count. Set it to false where every body is numbers.",
    )
    maximum_body_kib: int = Field(
        default=1024,
        ge=1,
        le=1_048_576,
        description="The largest request body, in KiB. AWS WAF inspects the first 8 KiB. It checks larger bodies by "
        "the Content-Length, and blocks a larger body without one.",
    )
    allowed_methods: tuple[str, ...] = Field(
        default=("GET", "HEAD", "OPTIONS", "POST"), min_length=1, description="Allowed HTTP methods."
    )
    allowed_content_types: tuple[str, ...] = Field(
        default=("application/json", "application/octet-stream", "application/grpc", "application/grpc+proto"),
        min_length=1,
        description="Allowed content types of requests with a body.",
    )
    redacted_headers: tuple[str, ...] = Field(
        default=(), max_length=90, description="Headers to redact in addition to Authorization, Cookie and X-Api-Key."
    )
    redact_query: bool = Field(
        default=False, description="Whether to redact query strings, for clients that send credentials in them."
    )
    log_allowed: bool = Field(
        default=False,
        description="Whether to log requests that no rule matched too; access logs contain them as well.",
    )
    log_retention_days: int = Field(default=90, description="Days until a log entry is deleted.")
    deletion_protection: bool = Field(
        default=True, description="Whether the key that encrypts the log is protected from deletion."
    )

    @property
    def blocks(self) -> bool:
        """Whether rules block the requests that they match."""
        return self.mode is FirewallMode.BLOCK

    @property
    def secret_headers(self) -> tuple[str, ...]:
        """The headers that logs and samples must not show, in lower case."""
        return tuple(dict.fromkeys(["authorization", "cookie", "x-api-key", *map(str.lower, self.redacted_headers)]))

    @field_validator("window_seconds")
    @classmethod
    def _known_window(cls, seconds: int) -> int:
        if seconds not in WINDOWS:
            raise refuse(
                seconds, f"AWS WAF supports windows of {', '.join(map(str, WINDOWS))} seconds; write one of them"
            )
        return seconds

    @field_validator("log_retention_days")
    @classmethod
    def _known_retention(cls, days: int) -> int:
        if days not in RETENTION_DAYS:
            raise refuse(
                days, f"CloudWatch Logs keeps events for {', '.join(map(str, RETENTION_DAYS))} days; write one"
            )
        return days

    @field_validator("allowed_methods", "allowed_content_types", "redacted_headers", "managed_rule_groups")
    @classmethod
    def _each_once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise refuse(values, f"{', '.join(twice)} is named more than once; name each once")
        return values

    @field_validator("allowed_methods")
    @classmethod
    def _methods(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        return _each(methods, _METHOD, "is not an HTTP method; write it in capitals, such as POST")

    @field_validator("redacted_headers")
    @classmethod
    def _headers(cls, headers: tuple[str, ...]) -> tuple[str, ...]:
        return _each(headers, _HEADER, "is not a header name; write letters, digits and hyphens")

    @field_validator("allowed_content_types")
    @classmethod
    def _content_types(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        _each(
            types,
            _MEDIA_TYPE,
            "is not a media type; write it in lower case without parameters, such as application/json",
        )
        if len(media_type(types)) > LONGEST:
            raise refuse(types, f"the names take more than the {LONGEST} characters of a pattern; name fewer")
        return types

    @model_validator(mode="after")
    def _exceptions_of_groups_in_use(self) -> "WebFirewallSpec":
        unused = [group.value for group in self.counted_rules if group not in self.managed_rule_groups]
        if unused:
            raise refuse_at("countedRules", unused, "managedRuleGroups lacks these; add them there, or remove them")
        return self


def _each(values: tuple[str, ...], pattern: str, remedy: str) -> tuple[str, ...]:
    wrong = [value for value in values if not re.fullmatch(pattern, value)]
    if wrong:
        raise refuse(wrong, f"{wrong[0]} {remedy}")
    return values
