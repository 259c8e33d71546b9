"""Amazon Route 53: hosted zones and records."""

import math
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.resource import Resource

_MILLION = 1_000_000
_QUERIES = (("queries-first-1B", 1000.0), ("queries-over-1B", math.inf))
_ROUTED = (
    "cidrRoutingPolicy",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "latencyRoutingPolicies",
)


@prices("aws:route53/zone:Zone")
def zone(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A hosted zone, at the price of an account's first 25, and its share of the queries that aren't for an alias."""
    yield stack.charge(resource, "route53", "hosted-zone", 1, "hosted zone")
    queries = stack.share(resource, stack.usage.dns_queries) / _MILLION
    yield from stack.tiers(resource, "route53", _QUERIES, queries, "queries to the zone")


@prices("aws:route53/record:Record")
def record(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Free; its queries are the zone's. Queries cost more where the answer depends on the client."""
    if any(resource.inputs.get(policy) is not None for policy in _ROUTED):
        yield Gap("queries whose answer depends on who asks are in no usage figure")
