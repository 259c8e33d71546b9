"""The internet reaches no more than the ports the stack allows."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.security.traffic import INGRESS_RULE, RULE_OF_GROUP, SECURITY_GROUP, judge
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    return judge(resource, "ingress", stack.settings.world_open_ports)


RULE = Rule(
    name="open-ingress",
    title="Security groups open no port to the world but those allowed",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(
        fsbp("EC2.18"),
        fsbp("EC2.19"),
        cis_aws("5.2"),
        cis_aws("5.3"),
        well_architected("SEC05-BP02"),
    ),
    remediation="Name the ranges or security groups that need it; worldOpenPorts lists what a load balancer may open.",
    field="ingress",
    types=frozenset({SECURITY_GROUP, RULE_OF_GROUP, INGRESS_RULE}),
    check=_check,
)
