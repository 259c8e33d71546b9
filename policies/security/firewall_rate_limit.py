"""A firewall limits how much one client asks for."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import WEB_ACL, rules
from policies.inputs import given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    statements = [read(rule, "statement") for rule in rules(resource)]
    if any(given(read(statement, "rateBasedStatement")) for statement in statements if statement is not UNKNOWN):
        return
    if UNKNOWN in statements:
        yield Undecided("rules")
    elif any(given(read(statement, "ruleGroupReferenceStatement")) for statement in statements):
        yield Undecided("the rules of the group that it refers to")
    else:
        yield Finding("has no rate-based rule, so one client can ask without end")


RULE = Rule(
    name="firewall-rate-limit",
    title="Web ACLs limit the rate of each client",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("WAF.10"), well_architected("REL05-BP02"), well_architected("SEC05-BP03")),
    remediation="Add a rule with a rateBasedStatement by client address.",
    field="rules",
    types=frozenset({WEB_ACL}),
    check=_check,
)
