"""The default security group of a VPC lets nothing through."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read
from policies.security.traffic import DEFAULT_SECURITY_GROUP
from policies.zones import VPC, vpc_of
from pricing.resource import UNKNOWN


def _check(stack: Stack) -> Iterator[Result]:
    groups = stack.of([DEFAULT_SECURITY_GROUP])
    for group in groups:
        rules = {name: each(read(group.inputs, name)) for name in ("ingress", "egress")}
        for name, found in rules.items():
            if found == [UNKNOWN]:
                yield Undecided(name, group.urn)
            elif found:
                yield Finding(f"holds {name} rules, and every resource without a group of its own gets them", group.urn)
    locked = {vpc_of(group, stack) for group in groups}
    for vpc in stack.of([VPC]):
        if not {vpc.urn, vpc.parent or ""} & locked:
            yield Finding("leaves its default security group open: nothing here takes its rules away", vpc.urn)


RULE = Rule(
    name="default-security-group",
    title="The default security group of every VPC is locked",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EC2.2"), cis_aws("5.4")),
    remediation="Add an aws.ec2.DefaultSecurityGroup for the VPC without ingress and egress.",
    field="aws.ec2.DefaultSecurityGroup of the VPC",
    check_stack=_check,
)
