"""The arguments of a ServingLoadBalancer, and their validation."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.host_names import zone_problem
from ...core.ip_range import IpRange
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from .failover_spec import FailoverConfig, FailoverSpec

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"^{_LABEL}(?:\.{_LABEL})+$"
_NAME = rf"^(?:\*\.)?{_LABEL}(?:\.{_LABEL})+$"
_HTTPS = r"^https://[^\s/]+(?:/\S*)?$"

MOST_NAMES = 4
"""A rule of a load balancer has at most five condition values. The rule of gRPC needs one for the content type.

Source: Elastic Load Balancing user guide, "Quotas for your Application Load Balancers", condition values per rule.
"""

MOST_RANGES = 50
"""A security group has 60 rules. Source: Amazon VPC user guide, "Amazon VPC quotas"."""


class TlsPolicy(StrEnum):
    """AWS's TLS policies. All ciphers have forward secrecy.

    PQ policies add post-quantum key exchange. Source: Elastic Load Balancing user guide, "Security
    policies for your Application Load Balancer".
    """

    TLS_1_2_AND_1_3 = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    TLS_1_2_AND_1_3_FIPS = "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09"
    TLS_1_3 = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"


class SignInProvider(StrEnum):
    """A service that signs users in."""

    COGNITO = "cognito"
    OIDC = "oidc"


class OidcConfig(TypedDict):
    """An OpenID Connect provider, as its discovery document describes it."""

    issuer: str
    """The issuer, an https address."""
    authorization_endpoint: str
    """Where browsers are sent to sign in."""
    token_endpoint: str
    """Where the load balancer exchanges the code."""
    user_info_endpoint: str
    """Where the load balancer asks who signed in."""
    client_id: str
    """The client's id; its secret is the argument oidc_client_secret."""


class OidcSpec(Spec):
    """An OpenID Connect provider, as its discovery document describes it."""

    issuer: str = Field(pattern=_HTTPS, description="The issuer, an https address.")
    authorization_endpoint: str = Field(pattern=_HTTPS, description="Where browsers are sent to sign in.")
    token_endpoint: str = Field(pattern=_HTTPS, description="Where the load balancer exchanges the code.")
    user_info_endpoint: str = Field(pattern=_HTTPS, description="Where the load balancer asks who signed in.")
    client_id: str = Field(min_length=1, description="The client's id; its secret is the argument oidcClientSecret.")


class SignInConfig(TypedDict):
    """Sign-in before the gateway, for names that browsers use."""

    provider: SignInProvider
    """The service that signs users in."""
    hosts: list[str]
    """The host names that require sign-in. API clients use the other names and send their own credentials."""
    session_hours: NotRequired[int]
    """Hours until a user signs in again. Default: 12."""
    scope: NotRequired[str]
    """The OAuth scope. Default: openid email."""
    oidc: NotRequired[OidcConfig]
    """The OpenID Connect provider; required when `provider` is oidc."""


class SignInSpec(Spec):
    """Sign-in before the gateway, for names that browsers use."""

    provider: SignInProvider = Field(description="The service that signs users in.")
    hosts: tuple[str, ...] = Field(
        min_length=1,
        max_length=MOST_NAMES + 1,
        description="The host names that require sign-in. API clients use the other names and send their own "
        "credentials.",
    )
    session_hours: int = Field(default=12, ge=1, le=168, description="Hours until a user signs in again.")
    scope: str = Field(default="openid email", min_length=1, description="The OAuth scope.")
    oidc: OidcSpec | None = Field(
        default=None, description="The OpenID Connect provider; required when `provider` is oidc."
    )

    @model_validator(mode="after")
    def _provider_is_described(self) -> "SignInSpec":
        if self.provider is SignInProvider.OIDC and self.oidc is None:
            raise refuse_at("provider", self.provider, "add the section oidc with the provider's addresses")
        if self.provider is SignInProvider.COGNITO and self.oidc is not None:
            raise refuse_at("provider", self.provider, "Cognito takes no section oidc; remove it")
        return self


class ServingLoadBalancerOptions(TypedDict):
    """The options of a load balancer."""

    alternative_names: NotRequired[list[str]]
    """Further names on the certificate, such as *.models.example.com. Default: none."""
    internal: NotRequired[bool]
    """Whether only clients inside the network can reach it. Default: false."""
    allowed_cidrs: NotRequired[list[str]]
    """Ranges that may connect. Default: every address."""
    gateway_port: NotRequired[int]
    """The gateway pods' port, for REST and for gRPC. Default: 8080."""
    gateway_tls: NotRequired[bool]
    """Whether the gateway uses TLS on that port. Default: false."""
    grpc: NotRequired[bool]
    """Whether requests of content type application/grpc have a separate target group. Default: true."""
    health_check_port: NotRequired[int]
    """The port of the health check on gateway pods. Default: 15021, the port of Istio's gateway."""
    health_check_path: NotRequired[str]
    """The path of the health check. Default: /healthz/ready."""
    idle_timeout_seconds: NotRequired[int]
    """Seconds without data until a connection is closed. Default: 300."""
    deregistration_seconds: NotRequired[int]
    """Seconds that a deregistered pod has to finish its requests. Default: 120."""
    tls_policy: NotRequired[TlsPolicy]
    """TLS versions and ciphers. Default: TLS 1.2 and 1.3 with post-quantum key exchange."""
    deletion_protection: NotRequired[bool]
    """Whether the load balancer is protected from deletion. Default: true."""
    sign_in: NotRequired[SignInConfig]
    """Sign-in before the gateway, for names that browsers use. Default: none."""
    failover: NotRequired[FailoverConfig]
    """Which of two regions this load balancer is in, when both have its names. Default: none."""


class ServingLoadBalancerConfig(ServingLoadBalancerOptions):
    """The settings of a load balancer."""

    zone_name: str
    """The Route 53 zone of all names."""
    domain: str
    """The name that clients use."""


class ServingLoadBalancerArgs(ServingLoadBalancerConfig):
    """The arguments of a ServingLoadBalancer."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[list[str]]
    """Subnets in two zones or more: public ones, or private ones for an internal load balancer."""
    node_security_group_id: pulumi.Input[str]
    """The security group of the nodes that run the gateway. It gets rules that admit the load balancer."""
    zone_id: pulumi.Input[str]
    """The id of the Route 53 zone."""
    log_bucket_name: pulumi.Input[str]
    """The bucket for access logs; its policy must let load balancers write, as LogBucket's does."""
    web_acl_arn: NotRequired[pulumi.Input[str]]
    """The ARN of the web ACL that protects it, such as WebFirewall's."""
    cognito_user_pool_arn: NotRequired[pulumi.Input[str]]
    """The user pool; required when Cognito signs users in."""
    cognito_client_id: NotRequired[pulumi.Input[str]]
    """The user pool's client for the load balancer, one with a secret."""
    cognito_domain: NotRequired[pulumi.Input[str]]
    """The user pool's domain."""
    oidc_client_secret: NotRequired[pulumi.Input[str]]
    """The secret of the OpenID Connect client."""
    failover_health_check_id: NotRequired[pulumi.Input[str]]
    """The Route 53 health check that decides which region answers, such as FailoverSwitch's; required for a primary."""


class ServingLoadBalancerSpec(Spec):
    """The settings of a load balancer."""

    zone_name: str = Field(pattern=_DOMAIN, description="The Route 53 zone of all names.")
    domain: str = Field(pattern=_DOMAIN, max_length=64, description="The name that clients use.")
    alternative_names: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_NAMES - 1,
        description="Further names on the certificate, such as *.models.example.com.",
    )
    internal: bool = Field(default=False, description="Whether only clients inside the network can reach it.")
    allowed_cidrs: tuple[IpRange, ...] = Field(
        default=("0.0.0.0/0",), min_length=1, max_length=MOST_RANGES, description="Ranges that may connect."
    )
    gateway_port: int = Field(
        default=8080, ge=1, le=65535, description="The gateway pods' port, for REST and for gRPC."
    )
    gateway_tls: bool = Field(default=False, description="Whether the gateway uses TLS on that port.")
    grpc: bool = Field(
        default=True,
        description="Whether requests of content type application/grpc have a separate target group.",
    )
    health_check_port: int = Field(
        default=15021,
        ge=1,
        le=65535,
        description="The port of the health check on gateway pods, without TLS unless it is gatewayPort. Istio's "
        "gateway uses 15021.",
    )
    health_check_path: str = Field(
        default="/healthz/ready", pattern=r"^/\S*$", description="The path of the health check."
    )
    idle_timeout_seconds: int = Field(
        default=300,
        ge=1,
        le=4000,
        description="Seconds without data until a connection is closed. Must be longer than the longest pause of a "
        "model.",
    )
    deregistration_seconds: int = Field(
        default=120, ge=0, le=3600, description="Seconds that a deregistered pod has to finish its requests."
    )
    tls_policy: TlsPolicy = Field(default=TlsPolicy.TLS_1_2_AND_1_3, description="TLS versions and ciphers.")
    deletion_protection: bool = Field(default=True, description="Whether the load balancer is protected from deletion.")
    sign_in: SignInSpec | None = Field(
        default=None, description="Sign-in before the gateway, for names that browsers use."
    )
    failover: FailoverSpec | None = Field(
        default=None, description="Which of two regions this load balancer is in, when both have its names."
    )

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the load balancer."""
        return (self.domain, *self.alternative_names)

    @property
    def gateway_protocol(self) -> str:
        """The protocol of the gateway, HTTP or HTTPS."""
        return "HTTPS" if self.gateway_tls else "HTTP"

    @field_validator("alternative_names")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(_NAME, name):
                raise refuse(name, f"{name} is not a domain name; write it in lower case, such as *.models.example.com")
        return names

    @field_validator("allowed_cidrs")
    @classmethod
    def _ranges(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        return allowed_ranges(cidrs)

    @model_validator(mode="after")
    def _names_in_the_zone(self) -> "ServingLoadBalancerSpec":
        for name in self.names:
            if problem := zone_problem(name, self.zone_name):
                raise refuse_at("domain" if name == self.domain else "alternativeNames", name, problem)
        if len(set(self.names)) < len(self.names):
            raise refuse_at(
                "alternativeNames", self.names, "domain and alternativeNames list a name twice; list it once"
            )
        return self

    @model_validator(mode="after")
    def _sign_in_at_own_names(self) -> "ServingLoadBalancerSpec":
        strange = [host for host in self.sign_in.hosts if not _covered(host, self.names)] if self.sign_in else []
        if strange:
            remedy = "neither domain nor alternativeNames covers this host; add it there"
            raise refuse_at("signIn.hosts", strange[0], remedy)
        return self


def allowed_ranges(cidrs: tuple[str, ...]) -> tuple[str, ...]:
    """`cidrs`, when each is unique; refused otherwise."""
    if len(set(cidrs)) < len(cidrs):
        raise refuse(cidrs, "a range is named more than once; name each once")
    return cidrs


def _covered(host: str, names: Sequence[str]) -> bool:
    """Whether a certificate for `names` covers `host`. A wildcard matches one label."""
    return host in names or f"*.{host.partition('.')[2]}" in names
