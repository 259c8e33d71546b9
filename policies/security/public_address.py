"""Nodes and subnets give out no public addresses."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, flag, read
from policies.instances import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, NODE_CLASS
from policies.zones import SUBNET
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    places = {
        "mapPublicIpOnLaunch": read(inputs, "mapPublicIpOnLaunch"),
        "associatePublicIpAddress": read(inputs, "associatePublicIpAddress"),
        "spec.associatePublicIPAddress": read(inputs, "spec", "associatePublicIPAddress"),
    }
    for index, interface in enumerate(each(read(inputs, "networkInterfaces"))):
        path = f"networkInterfaces[{index}].associatePublicIpAddress"
        places[path] = read(interface, "associatePublicIpAddress")
    for path, value in places.items():
        decided = flag(value)
        if decided is UNKNOWN:
            yield Undecided(path)
        elif decided:
            yield Finding(f"{path} is true: what starts here is on the internet")


RULE = Rule(
    name="public-address",
    title="Subnets and instances give out no public addresses",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EC2.9"), fsbp("EC2.15"), fsbp("EC2.25"), cis_eks("5.4.3")),
    remediation="Leave mapPublicIpOnLaunch off, also in public subnets: load balancers and NAT gateways have their "
    "own.",
    field="mapPublicIpOnLaunch or associatePublicIpAddress",
    types=frozenset({SUBNET, INSTANCE, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, NODE_CLASS}),
    check=_check,
)
