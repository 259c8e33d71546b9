"""Load balancers, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import (
    CLUSTER,
    charged,
    line,
    priced,
    referring,
    resource,
)

ZONES = ["subnet-a", "subnet-b", "subnet-c"]


def balancer(name: str = "alb", **inputs: Any) -> Resource:
    return resource("aws:lb/loadBalancer:LoadBalancer", name, CLUSTER, **{"subnets": ZONES, **inputs})


def listener(of: Resource, protocol: str = "HTTPS") -> Resource:
    made = resource("aws:lb/listener:Listener", f"{of.name}-{protocol}", protocol=protocol, loadBalancerArn=UNKNOWN)
    return referring(made, {"loadBalancerArn": [of]})


def rules(of: Resource, count: int) -> list[Resource]:
    made = [resource("aws:lb/listenerRule:ListenerRule", f"rule-{place}") for place in range(count)]
    return [referring(each, {"listenerArn": [of]}, listenerArn=UNKNOWN) for each in made]


def test_an_application_load_balancer_for_its_data() -> None:
    # 730 h x 0.0225 = 16.425. 2,190 GB / 730 h = 3 GB an hour, 3 units; 3 x 730 x 0.008 = 17.52.
    # Connections: 26,280,000 x 0.1 / 2,628,000 s = 1 a second; 1 / 25 = 0.04 units, 60 open at once / 3,000 = 0.02.
    result = priced(balancer(), web_requests=26_280_000, load_balancer_gb=2_190)
    assert line(result, "load balancer, all hours").monthly == 16.425
    units = line(result, "3.00 capacity units on average")
    assert (units.quantity, units.monthly) == (2_190, 17.52)


def test_new_connections_where_they_are_most() -> None:
    # 1,314,000,000 x 0.1 / 2,628,000 = 50 a second; 50 / 25 = 2 units x 730 x 0.008 = 11.68.
    result = priced(balancer(), web_requests=1_314_000_000, load_balancer_gb=0, connection_seconds=10)
    assert line(result, "2.00 capacity units").monthly == 11.68


def test_active_connections_where_they_are_most() -> None:
    # 50 a second x 300 s = 15,000 open at once; / 3,000 = 5 units x 730 x 0.008 = 29.20.
    result = priced(balancer(), web_requests=1_314_000_000, load_balancer_gb=0, connection_seconds=300)
    assert line(result, "5.00 capacity units").monthly == 29.20


def test_rules_beyond_ten_where_they_are_most() -> None:
    # 500 requests a second x (14 - 10) rules = 2,000 evaluations; / 1,000 = 2 units x 730 x 0.008 = 11.68.
    alb = balancer()
    https = listener(alb)
    usage: dict[str, Any] = {"web_requests": 1_314_000_000, "load_balancer_gb": 0, "new_connection_share": 0}
    assert line(priced(alb, https, *rules(https, 14), **usage), "2.00 capacity units").monthly == 11.68
    assert charged(priced(alb, https, *rules(https, 10), **usage), "capacity units") == 0


def test_public_addresses_one_a_zone() -> None:
    # 3 x 730 x 0.005 = 10.95; none where it is internal.
    assert line(priced(balancer()), "public IPv4 addresses in 3 zones").monthly == 10.95
    assert [line.what for line in priced(balancer(internal=True)).lines if "IPv4" in line.what] == []


def test_zones_are_counted_by_subnets_that_do_not_exist_yet() -> None:
    # 2 x 730 x 0.005 = 7.30, though other things than subnets come first.
    made = [resource("aws:ec2/subnet:Subnet", name) for name in ("a", "b")]
    before = [resource("aws:ec2/route:Route"), resource("aws:ec2/routeTableAssociation:RouteTableAssociation")]
    alb = referring(balancer(), {"subnets": [*before, *made]}, subnets=UNKNOWN)
    result = priced(alb, *before, *made)
    assert line(result, "public IPv4 addresses in 2 zones").monthly == 7.3
    assert result.unpriced == ()


def test_load_balancer_of_unknown_subnets_is_priced_in_part() -> None:
    alb = balancer(subnets=UNKNOWN)
    result = priced(alb)
    assert result.reasons == {alb.urn: "subnets is known only after the deployment"}
    assert line(result, "load balancer, all hours").monthly == 16.425


def test_two_load_balancers_share_the_traffic() -> None:
    # 1,460 GB / 2 / 730 h = 1 unit each; 730 x 0.008 = 5.84.
    result = priced(balancer("one"), balancer("two"), load_balancer_gb=1_460)
    assert [line.monthly for line in result.lines if "capacity units" in line.what] == [5.84, 5.84]


@pytest.mark.parametrize(
    ("protocol", "units", "monthly"),
    [
        # 1,000 new connections a second: / 800 for TCP, / 50 for TLS, / 400 for UDP; x 730 x 0.006.
        ("TCP", "1.25", 5.475),
        ("TLS", "20.00", 87.6),
        ("UDP", "2.50", 10.95),
    ],
)
def test_a_network_load_balancer_by_its_protocol(protocol: str, units: str, monthly: float) -> None:
    nlb = balancer(loadBalancerType="network")
    result = priced(
        nlb,
        listener(nlb, protocol),
        web_requests=2_628_000_000,
        new_connection_share=1,
        connection_seconds=1,
        load_balancer_gb=0,
    )
    assert line(result, "network load balancer, all hours").monthly == 16.425
    assert line(result, f"{units} capacity units").monthly == monthly


def test_a_gateway_load_balancer_is_unpriced() -> None:
    appliance = balancer(loadBalancerType="gateway")
    assert priced(appliance).unpriced == (appliance.urn,)


def test_target_groups_listeners_and_associations_are_free() -> None:
    alb = balancer()
    free = [
        listener(alb),
        resource("aws:lb/targetGroup:TargetGroup"),
        resource("aws:wafv2/webAclAssociation:WebAclAssociation"),
        resource("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"),
        resource("aws:acm/certificateValidation:CertificateValidation"),
    ]
    result = priced(alb, *free)
    assert result.unpriced == ()
    assert {line.urn for line in result.lines} == {alb.urn}
