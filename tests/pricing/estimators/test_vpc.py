"""Networks, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import priced, resource


def test_nat_gateways_share_the_stacks_data() -> None:
    # Each 0.045 x 730 = 32.85 and 500 of 1,000 GB x 0.045 = 22.50
    gateways = [resource("aws:ec2/natGateway:NatGateway", name, subnetId=UNKNOWN) for name in ("a", "b")]
    result = priced(*gateways, nat_gb=1000)
    assert sorted(line.monthly for line in result.lines) == [22.50, 22.50, 32.85, 32.85]


def test_an_address_costs_though_it_is_attached() -> None:
    # 0.005 x 730 = 3.65
    assert priced(resource("aws:ec2/eip:Eip", domain="vpc")).monthly == 3.65


def test_interface_endpoints_cost_by_zone() -> None:
    # 3 zones x 730 x 0.01 = 21.90, and 500 GB x 0.01 = 5.00; the gateway endpoint is free
    interface = resource(
        "aws:ec2/vpcEndpoint:VpcEndpoint", "ecr", vpcEndpointType="Interface", subnetIds=[UNKNOWN, UNKNOWN, UNKNOWN]
    )
    gateway = resource("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcEndpointType="Gateway", routeTableIds=[UNKNOWN])
    result = priced(interface, gateway, interface_endpoint_gb=500)
    assert result.monthly == 26.90
    assert result.unpriced == ()


def test_transfer_is_charged_with_the_network() -> None:
    # Between zones 1,000 GB both ways x 0.01 = 20.00; out 10,240 x 0.09 = 921.60 and 1,760 x 0.085 = 149.60
    result = priced(resource("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16"), inter_zone_gb=1000, internet_out_gb=12_000)
    assert sorted(line.monthly for line in result.lines) == [20.00, 149.60, 921.60]


def test_data_out_is_counted_once_beside_what_processes_it() -> None:
    # 1,000 GB leave through NAT gateway and load balancer; each charges its own work, and the network the way out once.
    # Out 1,000 x 0.09 = 90. NAT 32.85 and 400 x 0.045 = 18. Load balancer 16.425 and 584 / 730 h = 0.8 units x 730 x
    # 0.008 = 4.672; its addresses are another line.
    vpc = resource("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    gateway = resource("aws:ec2/natGateway:NatGateway", subnetId=UNKNOWN)
    balancer = resource("aws:lb/loadBalancer:LoadBalancer", internal=True)
    usage: dict[str, Any] = {
        "internet_out_gb": 1000,
        "inter_zone_gb": 0,
        "nat_gb": 400,
        "load_balancer_gb": 584,
        "web_requests": 0,
    }
    result = priced(vpc, gateway, balancer, **usage)
    assert sorted(line.monthly for line in result.lines) == [4.672, 16.425, 18.0, 32.85, 90.0]


def test_another_region_has_its_own_prices() -> None:
    # eu-central-1: NAT 0.052 x 730 = 37.96 and 1,000 GB x 0.052 = 52.00
    gateway = [resource("aws:ec2/natGateway:NatGateway", region="eu-central-1")]
    assert estimate(gateway, region="us-east-1", usage=Usage()).monthly == pytest.approx(37.96 + 52.00)
    provider = Resource("urn:p", "pulumi:providers:aws", "p", inputs={"region": "eu-central-1"})
    through = Resource("urn:nat", "aws:ec2/natGateway:NatGateway", "nat", provider="urn:p::id", inputs={})
    assert estimate([provider, through], region="us-east-1", usage=Usage()).monthly == pytest.approx(89.96)
