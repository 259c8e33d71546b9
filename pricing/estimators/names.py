"""Names and those who use them: Route 53 zones, certificates of ACM, user pools of Cognito."""

import math
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registry import prices
from pricing.stack import Stack
from resources.required import section, text
from resources.resource import Resource

_MILLION = 1_000_000
_QUERIES = (("queries-first-1B", 1000.0), ("queries-over-1B", math.inf))
_ROUTED = (
    "cidrRoutingPolicy",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "latencyRoutingPolicies",
)
_TIERS = {"LITE": "user-lite", "ESSENTIALS": "user-essentials", "PLUS": "user-plus"}


@prices("aws:route53/zone:Zone")
def zone(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:
    """A hosted zone, at the price of an account's first 25, and its share of the queries that aren't for an alias."""
    yield stack.charge(resource, "route53", "hosted-zone", 1, "hosted zone")
    queries = stack.share(resource, stack.usage.dns_queries) / _MILLION
    yield from stack.tiers(resource, "route53", _QUERIES, queries, "queries to the zone")


@prices("aws:route53/record:Record")
def record(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Free in itself; its queries are the zone's, dearer where the answer depends on who asks."""
    if any(resource.inputs.get(policy) is not None for policy in _ROUTED):
        yield Gap("queries whose answer depends on who asks are in no usage figure")


@prices("aws:acm/certificate:Certificate")
def certificate(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """A public certificate for AWS services is free; one that can be exported or of a private authority is not."""
    if resource.inputs.get("certificateAuthorityArn") is not None:
        yield Gap("certificates of a private authority have no estimator")
    elif text(section(resource.inputs, "options"), "export", "DISABLED") != "DISABLED":
        yield Gap("certificates that can be exported have no estimator")


@prices("aws:cognito/userPool:UserPool")
def user_pool(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:
    """The users who sign in in a month, each at the price of the pool's tier; those that are free aren't deducted."""
    tier = text(resource.inputs, "userPoolTier", "ESSENTIALS")
    if tier not in _TIERS:
        yield Gap(f"the tier {tier} has no estimator")
        return
    users = stack.share(resource, stack.usage.signed_in_users)
    yield stack.charge(resource, "cognito", _TIERS[tier], users, f"users who sign in, tier {tier.lower()}")
