"""Load balancers, firewalls, names and sign-in: figures worked out by hand at list price in us-east-1, 730 hours."""

import json
from datetime import date
from typing import Any

import pytest

from pricing.estimate import Estimate, Line, estimate
from pricing.resource import UNKNOWN, Resource
from pricing.usage import Usage
from tests.pricing.build import CLUSTER, component, referring, resource

TODAY = date(2026, 11, 21)
ZONES = ["subnet-a", "subnet-b", "subnet-c"]


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage), today=TODAY)


def line(result: Estimate, what: str) -> Line:
    found = [line for line in result.lines if what in line.what]
    assert len(found) == 1, [line.what for line in result.lines]
    return found[0]


def charged(result: Estimate, what: str) -> float:
    """What all lines of a kind cost together; what costs nothing has no line."""
    return sum(line.monthly for line in result.lines if what in line.what)


def balancer(name: str = "alb", **inputs: Any) -> Resource:
    return resource("aws:lb/loadBalancer:LoadBalancer", name, CLUSTER, **{"subnets": ZONES, **inputs})


def listener(of: Resource, protocol: str = "HTTPS") -> Resource:
    made = resource("aws:lb/listener:Listener", f"{of.name}-{protocol}", protocol=protocol, loadBalancerArn=UNKNOWN)
    return referring(made, {"loadBalancerArn": [of]})


def rules(of: Resource, count: int) -> list[Resource]:
    made = [resource("aws:lb/listenerRule:ListenerRule", f"rule-{place}") for place in range(count)]
    return [referring(each, {"listenerArn": [of]}, listenerArn=UNKNOWN) for each in made]


def web_acl(*rules_: Any, capacity: Any = 970.0, **inputs: Any) -> Resource:
    acl = resource("aws:wafv2/webAcl:WebAcl", "acl", CLUSTER, **{"rules": list(rules_), **inputs})
    outputs = {} if capacity is None else {"capacity": capacity}
    return Resource(acl.urn, acl.type, acl.name, parent=acl.parent, inputs=acl.inputs, outputs=outputs)


def managed(name: str, vendor: str = "AWS") -> dict[str, Any]:
    return {"statement": {"managedRuleGroupStatement": {"name": name, "vendorName": vendor}}}


OWN: dict[str, Any] = {"statement": {"rateBasedStatement": {}}}


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
    usage = {"web_requests": 1_314_000_000, "load_balancer_gb": 0, "new_connection_share": 0}
    assert line(priced(alb, https, *rules(https, 14), **usage), "2.00 capacity units").monthly == 11.68
    assert charged(priced(alb, https, *rules(https, 10), **usage), "capacity units") == 0


def test_public_addresses_one_a_zone() -> None:
    # 3 x 730 x 0.005 = 10.95; none where it is internal.
    assert line(priced(balancer()), "public IPv4 addresses in 3 zones").monthly == 10.95
    assert [line.what for line in priced(balancer(internal=True)).lines if "IPv4" in line.what] == []


def test_zones_are_counted_by_the_subnets_that_are_yet_to_be_made() -> None:
    # 2 x 730 x 0.005 = 7.30, though other things than subnets come first.
    made = [resource("aws:ec2/subnet:Subnet", name) for name in ("a", "b")]
    before = [resource("aws:ec2/route:Route"), resource("aws:ec2/routeTableAssociation:RouteTableAssociation")]
    alb = referring(balancer(), {"subnets": [*before, *made]}, subnets=UNKNOWN)
    result = priced(alb, *before, *made)
    assert line(result, "public IPv4 addresses in 2 zones").monthly == 7.3
    assert result.unpriced == ()


def test_subnets_that_nobody_knows_leave_a_load_balancer_priced_in_part() -> None:
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


def test_a_web_acl_with_its_rules_and_requests() -> None:
    # 5 for the ACL, 4 rules at 1, 30 million requests at 0.60 = 18.
    groups = [managed("AWSManagedRulesCommonRuleSet"), managed("AWSManagedRulesSQLiRuleSet")]
    result = priced(web_acl(OWN, OWN, *groups), web_requests=30_000_000)
    assert line(result, "web ACL").monthly == 5
    assert line(result, "4 rules and managed groups").monthly == 4
    assert line(result, "requests inspected").monthly == 18
    assert (result.monthly, result.unpriced) == (27, ())


@pytest.mark.parametrize(
    ("capacity", "monthly"),
    # 10 million requests at 0.20 for each 500 units begun beyond 1,500.
    [(1_500, 0), (1_501, 2), (2_000, 2), (2_023, 4), (5_000, 14)],
)
def test_capacity_beyond_what_a_request_includes(capacity: float, monthly: float) -> None:
    result = priced(web_acl(OWN, capacity=capacity), web_requests=10_000_000)
    assert charged(result, "capacity units") == monthly


def test_a_web_acl_of_unknown_capacity_is_priced_in_part() -> None:
    acl = web_acl(OWN, capacity=None)
    result = priced(acl)
    assert result.unpriced == (acl.urn,)
    assert line(result, "web ACL").monthly == 5


@pytest.mark.parametrize(
    "group", [managed("AWSManagedRulesBotControlRuleSet"), managed("Rules of a seller", vendor="Seller")]
)
def test_groups_with_fees_of_their_own_are_unpriced(group: Any) -> None:
    acl = web_acl(group)
    assert priced(acl).unpriced == (acl.urn,)


def test_rules_written_as_json_are_counted() -> None:
    written = json.dumps([{"Statement": {}}, {"Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS"}}}])
    acl = web_acl(ruleJson=written)
    assert line(priced(acl), "2 rules").monthly == 2
    assert priced(web_acl(ruleJson="[")).unpriced == (acl.urn,)


def test_a_rule_group_of_ones_own() -> None:
    assert priced(resource("aws:wafv2/ruleGroup:RuleGroup", rules=[{}, {}, {}])).monthly == 3


def test_the_log_of_a_firewall() -> None:
    # 10 GB x 0.50 = 5. Kept 90 days: 10 x 90 / (365 / 12) x 0.15 = 4.4384 GB x 0.03 = 0.1332.
    group = resource("aws:cloudwatch/logGroup:LogGroup", name="aws-waf-logs-waf", retentionInDays=90.0)
    result = priced(group, firewall_log_gb=10)
    assert line(result, "firewall logs delivered").monthly == 5
    assert line(result, "logs kept for 90 days").monthly == pytest.approx(0.1332, abs=1e-4)


def test_a_hosted_zone_and_its_queries() -> None:
    # 0.50, and 3 million queries at 0.40 = 1.20; above a billion 0.20 each million.
    zone = resource("aws:route53/zone:Zone", name="example.com")
    result = priced(zone, dns_queries=3_000_000)
    assert [line.monthly for line in result.lines] == [0.5, pytest.approx(1.2)]
    assert priced(zone, dns_queries=1_500_000_000).monthly == pytest.approx(0.5 + 400 + 100)


def test_records_are_free_unless_the_answer_depends_on_who_asks() -> None:
    record = resource("aws:route53/record:Record", type="A")
    assert (priced(record).monthly, priced(record).unpriced) == (0, ())
    near = resource("aws:route53/record:Record", latencyRoutingPolicies=[{"region": "us-east-1"}])
    assert priced(near).unpriced == (near.urn,)


def test_public_certificates_are_free_and_others_unpriced() -> None:
    public = resource("aws:acm/certificate:Certificate", domainName="example.com", validationMethod="DNS")
    assert (priced(public).monthly, priced(public).unpriced) == (0, ())
    for inputs in ({"certificateAuthorityArn": UNKNOWN}, {"options": {"export": "ENABLED"}}):
        other = resource("aws:acm/certificate:Certificate", "x", CLUSTER, **inputs)
        assert priced(other).unpriced == (other.urn,)


@pytest.mark.parametrize(
    ("tier", "monthly"),
    # 2,000 users at 0.0055, 0.015 and 0.02; a pool without a tier is Essentials.
    [("LITE", 11), ("ESSENTIALS", 30), ("PLUS", 40), (None, 30)],
)
def test_users_who_sign_in(tier: str | None, monthly: float) -> None:
    pool = resource("aws:cognito/userPool:UserPool", userPoolTier=tier)
    assert priced(pool, signed_in_users=2_000).monthly == monthly
