"""Amazon Route 53: hosted zones, records and health checks."""

import math
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.inputs import flag, number, text
from resources.resource import UNKNOWN, Resource

_MILLION = 1_000_000
_QUERIES = (("queries-first-1B", 1000.0), ("queries-over-1B", math.inf))
_FAST_SECONDS = 10
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


@prices("aws:route53/healthCheck:HealthCheck")
def health_check(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A health check and its options. Checks of alarms, and of other health checks, cost as much as those of AWS.

    The first 50 of an account are free, but others may use them up. Source: infracost,
    internal/resources/aws/route53_health_check.go.
    """
    kind, where = str(text(resource.inputs.get("type"))), "aws" if _in_aws(resource) else "other"
    yield stack.charge(resource, "route53", f"health-check-{where}", 1, "health check")
    options = {
        "HTTPS": kind.startswith("HTTPS"),
        "a search string": kind.endswith("_STR_MATCH"),
        "a check every 10 seconds": number(resource.inputs.get("requestInterval")) == _FAST_SECONDS,
        "latency": flag(resource.inputs.get("measureLatency")) is True,
    }
    if chosen := [name for name, given in options.items() if given]:
        sku = f"health-check-option-{where}"
        yield stack.charge(resource, "route53", sku, len(chosen), f"options: {', '.join(chosen)}")


def _in_aws(resource: Resource) -> bool:
    """Whether the endpoint is in AWS. The name of a load balancer that does not exist yet is unknown."""
    name = resource.inputs.get("fqdn", UNKNOWN)
    return name is UNKNOWN or ".amazonaws.com" in str(text(name))
