"""How NAT gateways and subnets lie in zones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.engine.stack import Stack
from policies.inputs import first, read, text
from pricing.resource import UNKNOWN, Resource

SUBNET = "aws:ec2/subnet:Subnet"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
VPC = "aws:ec2/vpc:Vpc"


@dataclass(slots=True)
class Layout:
    """What one VPC has. `unknown` is set when a subnet's zone can't be read."""

    vpc: str
    zones: set[str] = field(default_factory=set[str])
    gateways: list[Resource] = field(default_factory=list[Resource])
    unknown: bool = False


def layouts(stack: Stack) -> Mapping[str, Layout]:
    """Every VPC with its zones and NAT gateways, by the VPC's URN, or by parent where the VPC isn't of this stack."""
    found: dict[str, Layout] = {}
    for subnet in stack.of([SUBNET]):
        layout = _layout(found, vpc_of(subnet, stack))
        zone = zone_of(subnet)
        layout.unknown |= zone is None
        layout.zones |= {zone} if zone else set()
    for gateway in stack.of([NAT_GATEWAY]):
        subnets = stack.referred(gateway, "subnetId", [SUBNET])
        key = vpc_of(subnets[0], stack) if subnets else gateway.parent or ""
        _layout(found, key).gateways.append(gateway)
    return found


def vpc_of(resource: Resource, stack: Stack) -> str:
    """The URN of the VPC that a resource is in; its parent's where that can't be told."""
    vpcs = stack.referred(resource, "vpcId", [VPC])
    return vpcs[0].urn if vpcs else resource.parent or ""


def zone_of(subnet: Resource) -> str | None:
    """The zone of a subnet, or `None` where it is unknown or left to AWS."""
    zone = first(text(read(subnet.inputs, "availabilityZone")), text(read(subnet.inputs, "availabilityZoneId")))
    return None if zone is UNKNOWN else zone


def is_regional(gateway: Resource) -> bool:
    """Whether a NAT gateway spans the zones of its VPC by itself."""
    return read(gateway.inputs, "availabilityMode") == "regional"


def _layout(found: dict[str, Layout], vpc: str) -> Layout:
    return found.setdefault(vpc, Layout(vpc))
