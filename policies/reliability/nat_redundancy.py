"""In production, a lost zone doesn't take the way out from the others."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.zones import is_regional, layouts


def _check(stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    for layout in layouts(stack).values():
        gateways = layout.gateways
        if gateways and len(gateways) < len(layout.zones) and not any(map(is_regional, gateways)):
            yield Finding(
                f"serves {len(layout.zones)} zones with {len(gateways)} NAT gateway{'s' if len(gateways) > 1 else ''}: "
                "a lost zone cuts off the others",
                gateways[0].urn,
            )


RULE = Rule(
    name="nat-redundancy",
    title="In production every zone has its NAT gateway",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("REL10-BP01"), well_architected("REL02-BP02")),
    remediation="Make one NAT gateway a zone, and route each private subnet to the one of its own zone.",
    field="number of aws.ec2.NatGateway",
    check_stack=_check,
)
