"""Nothing sends to the whole internet on more than the ports the stack allows."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.security.traffic import EGRESS_RULE, RULE_OF_GROUP, SECURITY_GROUP, judge
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    return judge(resource, "egress", stack.settings.world_egress_ports)


RULE = Rule(
    name="open-egress",
    title="Security groups send to the world on no port but those allowed",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC05-BP02"),),
    remediation="Send to the VPC's range, to endpoints or to prefix lists; worldEgressPorts lists what may go "
    "anywhere.",
    field="egress",
    types=frozenset({SECURITY_GROUP, RULE_OF_GROUP, EGRESS_RULE}),
    check=_check,
)
