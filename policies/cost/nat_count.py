"""Outside production one NAT gateway serves all zones."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.zones import layouts


def _check(stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production:
        return
    for layout in layouts(stack).values():
        # In the order of their names: the engine knows them in an order of its own, and exceptions name one of them.
        for gateway in sorted(layout.gateways, key=lambda each: each.urn)[1:]:
            yield Finding(
                f"is one of {len(layout.gateways)} NAT gateways of a VPC that is not for production; one is enough",
                gateway.urn,
            )


RULE = Rule(
    name="nat-count",
    title="Outside production a VPC has one NAT gateway, not one a zone",
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=(finops("Workload Optimization"), well_architected("COST02-BP05")),
    remediation="Share one NAT gateway between the zones; each further one costs about 33 USD a month before traffic.",
    field="number of aws.ec2.NatGateway",
    check_stack=_check,
)
