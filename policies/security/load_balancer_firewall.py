"""No request from the internet passes a firewall by."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import ASSOCIATION, LOAD_BALANCERS, hidden, is_application, is_public, of
from policies.inputs import flag, read
from pricing.resource import UNKNOWN, Resource


def _check(stack: Stack) -> Iterator[Result]:
    for balancer in filter(is_application, stack.of(LOAD_BALANCERS)):
        public = is_public(balancer)
        if public is UNKNOWN:
            yield Undecided("internal", balancer.urn)
        elif public:
            yield from _public(balancer, stack)


def _public(balancer: Resource, stack: Stack) -> Iterator[Result]:
    if not of(stack, balancer, ASSOCIATION):
        if hidden(stack, ASSOCIATION):
            yield Undecided("resourceArn of a web ACL's association", balancer.urn)
        else:
            yield Finding("is reached from the internet and has no web ACL", balancer.urn)
    if flag(read(balancer.inputs, "enableWafFailOpen")) is True:
        yield Finding("lets requests through when its firewall does not answer (enableWafFailOpen)", balancer.urn)


RULE = Rule(
    name="load-balancer-firewall",
    title="Public application load balancers have a web ACL",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.16"), well_architected("SEC05-BP03")),
    remediation="Associate a regional web ACL with the load balancer, and leave enableWafFailOpen off.",
    field="aws.wafv2.WebAclAssociation of the load balancer",
    check_stack=_check,
)
