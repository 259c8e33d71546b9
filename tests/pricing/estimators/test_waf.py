"""Web ACLs, worked out by hand at list price in us-east-1, a month of 730 hours."""

import json
from typing import Any

import pytest

from resources.resource import Resource
from tests.support.pricing.build import (
    CLUSTER,
    charged,
    line,
    priced,
    resource,
)

OWN: dict[str, Any] = {"statement": {"rateBasedStatement": {}}}


def web_acl(*rules_: Any, capacity: Any = 970.0, **inputs: Any) -> Resource:
    acl = resource("aws:wafv2/webAcl:WebAcl", "acl", CLUSTER, **{"rules": list(rules_), **inputs})
    outputs = {} if capacity is None else {"capacity": capacity}
    return Resource(acl.urn, acl.type, acl.name, parent=acl.parent, inputs=acl.inputs, outputs=outputs)


def managed(name: str, vendor: str = "AWS") -> dict[str, Any]:
    return {"statement": {"managedRuleGroupStatement": {"name": name, "vendorName": vendor}}}


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
