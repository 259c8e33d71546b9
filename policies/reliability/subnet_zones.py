"""A VPC spans enough zones to lose one."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.zones import SUBNET, layouts


def _check(stack: Stack) -> Iterator[Result]:
    least = stack.settings.minimum_zones
    if not stack.of([SUBNET]):
        return
    for layout in layouts(stack).values():
        if len(layout.zones) >= least:
            continue
        if layout.unknown:
            yield Undecided("availabilityZone of a subnet", layout.vpc)
        else:
            yield Finding(
                f"has subnets in {len(layout.zones)} zone{'' if len(layout.zones) == 1 else 's'}; "
                f"this stack asks for {least}",
                layout.vpc,
            )


RULE = Rule(
    name="subnet-zones",
    title="The subnets of a VPC lie in enough zones",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("REL10-BP01"),),
    remediation="Add subnets in further zones; minimumZones of the section mlplatform:policies says how many.",
    field="availabilityZone",
    check_stack=_check,
)
