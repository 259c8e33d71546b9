"""What a WebFirewall is made from, and what is refused."""

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
"""Seconds that a rate rule can count over. Source: AWS WAF API reference, RateBasedStatement.EvaluationWindowSec."""

_HEADER = r"^[A-Za-z0-9-]{1,64}$"
_MEDIA_TYPE = r"^[a-z0-9.+-]+/[a-z0-9.+-]+$"
_METHOD = r"^[A-Z]{3,10}$"


class FirewallMode(StrEnum):
    """What happens to a request that a rule matches."""

    BLOCK = "block"
    COUNT = "count"


class WebFirewallConfig(TypedDict):
    """What a firewall lets through."""

    mode: NotRequired[FirewallMode]
    """Whether rules block, or only count what they would block, for a first rollout. Default: block."""
    requests_per_window: NotRequired[int]
    """Requests that one client address may make in a window. Default: 1000."""
    window_seconds: NotRequired[int]
    """The window: 60, 120, 300 or 600 seconds. Default: 60."""
    forwarded_address_header: NotRequired[str]
    """The header with the client's address, where a proxy stands before the load balancer. Default: none."""
    managed_rule_groups: NotRequired[list[str]]
    """AWS managed rule groups by short name. Default: ip-reputation, known-bad-inputs, common."""
    counted_rules: NotRequired[dict[str, list[str]]]
    """Rules of managed groups that only count, by the group's short name. Default: none."""
    free_text: NotRequired[bool]
    """Whether bodies may hold markup, paths and addresses: four body rules of common then only count. Default: true."""
    maximum_body_kib: NotRequired[int]
    """The largest request body, in KiB. Default: 1024."""
    allowed_methods: NotRequired[list[str]]
    """HTTP methods that are let through. Default: GET, HEAD, OPTIONS, POST."""
    allowed_content_types: NotRequired[list[str]]
    """Content types that a request with a body may have. Default: JSON, octets and gRPC."""
    redacted_headers: NotRequired[list[str]]
    """Headers redacted beside Authorization, Cookie and X-Api-Key. Default: none."""
    redact_query: NotRequired[bool]
    """Whether query strings are redacted too, where clients put credentials there. Default: false."""
    log_allowed: NotRequired[bool]
    """Whether requests that no rule matched are logged too; access logs have them anyway. Default: false."""
    log_retention_days: NotRequired[int]
    """Days that the log is kept. Default: 90."""
    deletion_protection: NotRequired[bool]
    """Whether the key that opens the log is protected from deletion. Default: true."""


class WebFirewallArgs(WebFirewallConfig):
    """What a WebFirewall is made from."""


class WebFirewallSpec(Spec):
    """What a firewall lets through."""

    mode: FirewallMode = Field(
        default=FirewallMode.BLOCK,
        description="Whether rules block, or only count what they would block, for a first rollout.",
    )
    requests_per_window: int = Field(
        default=1000, ge=10, le=2_000_000_000, description="Requests that one client address may make in a window."
    )
    window_seconds: int = Field(default=60, description="The window: 60, 120, 300 or 600 seconds.")
    forwarded_address_header: str | None = Field(
        default=None,
        pattern=_HEADER,
        description="The header with the client's address, where a proxy stands before the load balancer. The first "
        "address in it counts, so that the proxy must overwrite what clients send.",
    )
    managed_rule_groups: tuple[ManagedRuleGroup, ...] = Field(
        default=(ManagedRuleGroup.IP_REPUTATION, ManagedRuleGroup.KNOWN_BAD_INPUTS, ManagedRuleGroup.COMMON),
        description="AWS managed rule groups by short name, in the order they are asked.",
    )
    counted_rules: dict[ManagedRuleGroup, tuple[str, ...]] = Field(
        default_factory=dict[ManagedRuleGroup, tuple[str, ...]],
        description="Rules of managed groups that only count, by the group's short name: the remedy for a rule that "
        "stops honest requests.",
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
        description="The largest request body, in KiB. AWS WAF reads the first 8 KiB; beyond them it goes by the "
        "Content-Length, and refuses a body that doesn't state it.",
    )
    allowed_methods: tuple[str, ...] = Field(
        default=("GET", "HEAD", "OPTIONS", "POST"), min_length=1, description="HTTP methods that are let through."
    )
    allowed_content_types: tuple[str, ...] = Field(
        default=("application/json", "application/octet-stream", "application/grpc", "application/grpc+proto"),
        min_length=1,
        description="Content types that a request with a body may have.",
    )
    redacted_headers: tuple[str, ...] = Field(
        default=(), description="Headers redacted beside Authorization, Cookie and X-Api-Key."
    )
    redact_query: bool = Field(
        default=False, description="Whether query strings are redacted too, where clients put credentials there."
    )
    log_allowed: bool = Field(
        default=False,
        description="Whether requests that no rule matched are logged too; access logs have them anyway.",
    )
    log_retention_days: int = Field(default=90, description="Days that the log is kept.")
    deletion_protection: bool = Field(
        default=True, description="Whether the key that opens the log is protected from deletion."
    )

    @property
    def blocks(self) -> bool:
        """Whether rules block what they match."""
        return self.mode is FirewallMode.BLOCK

    @property
    def secret_headers(self) -> tuple[str, ...]:
        """The headers that no log or sample may show, in lower case."""
        return tuple(dict.fromkeys(["authorization", "cookie", "x-api-key", *map(str.lower, self.redacted_headers)]))

    @field_validator("window_seconds")
    @classmethod
    def _known_window(cls, seconds: int) -> int:
        if seconds not in WINDOWS:
            raise refuse(seconds, f"AWS WAF counts over {', '.join(map(str, WINDOWS))} seconds; write one of them")
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
        return _each(methods, _METHOD, "is no HTTP method; write it in capitals, such as POST")

    @field_validator("redacted_headers")
    @classmethod
    def _headers(cls, headers: tuple[str, ...]) -> tuple[str, ...]:
        return _each(headers, _HEADER, "is no header's name; write letters, digits and hyphens")

    @field_validator("allowed_content_types")
    @classmethod
    def _content_types(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        _each(types, _MEDIA_TYPE, "is no media type; write it in lower case without parameters, as application/json")
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
