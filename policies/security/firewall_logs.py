"""Firewalls log what they decide."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LOGGING, WEB_ACL, hidden, of


def _check(stack: Stack) -> Iterator[Result]:
    for acl in stack.of([WEB_ACL]):
        if of(stack, acl, LOGGING):
            continue
        if hidden(stack, LOGGING):
            yield Undecided("resourceArn of a logging configuration", acl.urn)
        else:
            yield Finding("has no logging configuration", acl.urn)


RULE = Rule(
    name="firewall-logs",
    title="Web ACLs log requests",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("WAF.11"), well_architected("SEC04-BP01")),
    remediation="Add a logging configuration with the web ACL's ARN as resourceArn.",
    field="aws.wafv2.WebAclLoggingConfiguration of the web ACL",
    check_stack=_check,
)
