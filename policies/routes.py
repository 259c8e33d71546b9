"""Routes of Istio: who gets the requests to a host."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import nsa
from policies.engine.objects import namespace_of
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, read
from resources.resource import UNKNOWN, Resource

_ROUTES = tuple(f"kubernetes:networking.istio.io/{version}:VirtualService" for version in ("v1", "v1beta1", "v1alpha3"))


@rule(
    "route-hosts",
    "No route takes the requests to a host of another namespace",
    _ROUTES,
    needs_stack=True,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("Istio documentation", "Security Best Practices: avoid overly broad hosts configurations"),
        nsa("Network separation and hardening"),
    ],
    remediation="Give each route at a shared gateway hosts of its own, written out without *.",
    field="spec.hosts",
)
def _route_hosts(route: Resource, stack: Stack) -> Iterator[Result]:
    shared = _shared_gateways(route)
    hosts = elements(read(route.inputs, "spec", "hosts"))
    if shared and UNKNOWN in hosts:
        yield Undecided("spec.hosts")
    for host in hosts if shared else ():
        if isinstance(host, str) and "*" in host:
            yield Finding(f"takes requests to {host} at {', '.join(sorted(shared))}, a gateway of another namespace")
    for other in stack.of_type(*_ROUTES):
        if namespace_of(other) == namespace_of(route) or not shared.intersection(_gateways(other)):
            continue
        same = [host for host in hosts if host is not UNKNOWN and host in elements(read(other.inputs, "spec", "hosts"))]
        if same:
            yield Finding(f"takes requests to {', '.join(same)}, as {other.name} in another namespace does")


def _gateways(route: Resource) -> set[str]:
    """The gateways of a route, each with its namespace."""
    own: Any = namespace_of(route)
    given = [each for each in elements(read(route.inputs, "spec", "gateways")) if isinstance(each, str)]
    return {each if "/" in each else f"{own}/{each}" for each in given if each != "mesh"}


def _shared_gateways(route: Resource) -> set[str]:
    """Its gateways in other namespaces."""
    own = namespace_of(route)
    return {each for each in _gateways(route) if own is not UNKNOWN and each.partition("/")[0] != own}
