"""The cluster's API server is not open to the world."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS, Endpoint, endpoint
from policies.engine.frameworks import cis_eks, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import is_world, network, shown
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    found = endpoint(resource)
    if found.private is UNKNOWN:
        yield Undecided("endpointPrivateAccess")
    elif found.private is not True:
        yield Finding("has no private endpoint, so nodes reach the API server over public addresses")
    if found.public is UNKNOWN:
        yield Undecided("endpointPublicAccess")
    elif found.public is not False:
        yield from _public(found, stack.settings.public_endpoint_cidrs)


def _public(found: Endpoint, allowed: list[str]) -> Iterator[Result]:
    worlds = [cidr for cidr in found.cidrs if is_world(cidr)]
    if worlds or not found.cidrs:
        why = f"publicAccessCidrs holds {worlds[0]}" if worlds else "it names no publicAccessCidrs"
        absent = " and endpointPublicAccess is absent, which AWS takes as true" if found.public is None else ""
        yield Finding(f"its API server is open to the world: {why}{absent}")
    for cidr in found.cidrs:
        if cidr is UNKNOWN:
            yield Undecided("publicAccessCidrs")
        elif allowed and not is_world(cidr) and not any(_within(cidr, range_) for range_ in allowed):
            yield Finding(f"publicAccessCidrs holds {shown(cidr)}, which publicEndpointCidrs does not allow")


def _within(cidr: object, allowed: str) -> bool:
    inner, outer = network(cidr), network(allowed)
    if inner is None or outer is None or inner.version != outer.version:
        return False
    return inner.subnet_of(outer)  # pyright: ignore[reportArgumentType] - both are of the same version


RULE = Rule(
    name="eks-endpoint",
    title="The cluster endpoint is private, or public to named ranges",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(fsbp("EKS.1"), cis_eks("5.4.1"), cis_eks("5.4.2")),
    remediation="Set endpointPrivateAccess true and endpointPublicAccess false; where it must be public, name the "
    "ranges in "
    "publicAccessCidrs.",
    field="endpointPrivateAccess, endpointPublicAccess and publicAccessCidrs",
    types=CLUSTERS,
    check=_check,
)
