"""AWS WAF: web ACLs, their rules, the requests they inspect and the capacity beyond what that includes."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import UnreadableInput, items, number, sections
from resources.resource import Resource

_MILLION = 1_000_000
_INCLUDED_UNITS = 1500
_STEP_UNITS = 500
_PAID_GROUPS = (
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesBotControlRuleSet",
)
"""AWS's groups with fees of their own. Source: AWS WAF pricing, "Intelligent threat mitigation"."""


@prices("aws:wafv2/webAcl:WebAcl")
def web_acl(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The web ACL, each of its rules (a managed group is one), and its share of the stack's requests."""
    yield stack.charge(resource, "wafv2", "web-acl", 1, "web ACL")
    rules = _rules(resource)
    yield stack.charge(resource, "wafv2", "rule", len(rules), f"{len(rules)} rules and managed groups")
    requests = stack.share(resource, stack.usage.web_requests) / _MILLION
    yield stack.charge(resource, "wafv2", "requests", requests, "requests inspected")
    for name in _paid_groups(rules):
        yield Gap(f"the fees of the managed group {name} have no estimator")
    if resource.outputs.get("capacity") is None:
        yield Gap("AWS counts its capacity units when it makes it", pending=True)
        return
    units = number(resource.outputs, "capacity")
    steps = max(0, math.ceil((units - _INCLUDED_UNITS) / _STEP_UNITS))
    what = f"requests inspected with {units:g} capacity units"
    yield stack.charge(resource, "wafv2", "requests-500-units-beyond-1500", requests * steps, what)


@prices("aws:wafv2/ruleGroup:RuleGroup")
def rule_group(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Each rule of a custom rule group; the group itself is a rule of the web ACL that uses it."""
    rules = len(items(resource.inputs, "rules"))
    yield stack.charge(resource, "wafv2", "rule", rules, f"{rules} rules of the group")


def _rules(resource: Resource) -> list[Mapping[str, Any]]:
    written = resource.inputs.get("ruleJson")
    if not isinstance(written, str):
        return sections(resource.inputs, "rules")
    try:
        return sections({"ruleJson": json.loads(written)}, "ruleJson")
    except (ValueError, RecursionError):
        raise UnreadableInput("ruleJson is not JSON") from None


def _paid_groups(rules: list[Mapping[str, Any]]) -> Iterator[str]:
    """Groups that AWS or a seller charges for, by name; rules written as JSON have keys in capitals."""
    for rule in rules:
        statement = _section(rule, "statement", "Statement")
        group = _section(statement, "managedRuleGroupStatement", "ManagedRuleGroupStatement")
        name, vendor = group.get("name", group.get("Name")), group.get("vendorName", group.get("VendorName"))
        if isinstance(name, str) and (name in _PAID_GROUPS or vendor != "AWS"):
            yield name


def _section(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found = next((value[key] for key in keys if key in value), None)
    return cast(Mapping[str, Any], found) if isinstance(found, Mapping) else {}
