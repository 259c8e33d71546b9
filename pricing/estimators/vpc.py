"""Amazon VPC: NAT gateways, public addresses, endpoints and the transfer of data."""

import math
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import text
from resources.resource import Resource

_OUT = (
    ("out-internet-first-10TB", 10_240),
    ("out-internet-next-40TB", 51_200),
    ("out-internet-next-100TB", 153_600),
    ("out-internet-over-150TB", math.inf),
)


@prices("aws:ec2/natGateway:NatGateway")
def nat_gateway(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its hours, and its share of the data that the stack sends through NAT. Its address is priced as an address."""
    if text(resource.inputs, "availabilityMode", "zonal") != "zonal":
        yield Gap("a regional NAT gateway is charged by the zones it grows into")
        return
    yield stack.charge(resource, "vpc", "nat-gateway-hour", HOURS_A_MONTH, "NAT gateway, all hours")
    data = stack.share(resource, stack.usage.nat_gb)
    yield stack.charge(resource, "vpc", "nat-gateway-data", data, "data processed by the NAT gateway")


@prices("aws:ec2/eip:Eip")
def address(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A public IPv4 address costs the same attached, to a NAT gateway too, as it does idle."""
    yield stack.charge(resource, "vpc", "public-ipv4-hour", HOURS_A_MONTH, "public IPv4 address, all hours")


@prices("aws:ec2/vpcEndpoint:VpcEndpoint")
def endpoint(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An interface endpoint costs by zone and hour, and for its share of the data; a gateway endpoint is free."""
    kind = text(resource.inputs, "vpcEndpointType", "Gateway")
    if kind == "Gateway":
        return
    if kind != "Interface":
        yield Gap(f"{kind} endpoints have no estimator")
        return
    zones = stack.subnets(resource, "subnetIds")
    if not zones:
        yield Gap("subnetIds names no subnet, so its zones can't be counted")
        return
    hours = zones * HOURS_A_MONTH
    what = f"interface endpoint in {zones} zones, all hours"
    yield stack.charge(resource, "vpc", "interface-endpoint-az-hour", hours, what)
    interfaces = sum(each.inputs.get("vpcEndpointType") == kind for each in stack.of_type(resource.type))
    data = stack.usage.interface_endpoint_gb / interfaces
    yield stack.charge(resource, "vpc", "interface-endpoint-data-first-1PB", data, "data through the endpoint")


@prices("aws:ec2/vpc:Vpc")
def transfer(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The network itself is free; what crosses zones or leaves for the internet is charged where the network is."""
    both_ways = 2 * stack.share(resource, stack.usage.inter_zone_gb)
    yield stack.charge(resource, "data-transfer", "inter-az-each-direction", both_ways, "data between zones, both ways")
    out = stack.share(resource, stack.usage.internet_out_gb)
    yield from stack.tiers(resource, "data-transfer", _OUT, out, "data out to the internet")
