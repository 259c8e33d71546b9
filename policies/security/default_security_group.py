"""The default security group of a VPC lets nothing through."""

from collections.abc import Iterator

from policies.frameworks import cis_aws, fsbp
from policies.inputs import each, read
from policies.rule import Finding, Result, Rule, Severity, Undecided
from policies.security.traffic import DEFAULT_SECURITY_GROUP
from policies.settings import Level
from policies.view import View
from policies.zones import VPC, vpc_of
from pricing.resource import UNKNOWN


def _check(view: View) -> Iterator[Result]:
    groups = view.of([DEFAULT_SECURITY_GROUP])
    for group in groups:
        rules = {name: each(read(group.inputs, name)) for name in ("ingress", "egress")}
        for name, found in rules.items():
            if found == [UNKNOWN]:
                yield Undecided(name, group.urn)
            elif found:
                yield Finding(f"holds {name} rules, and every resource without a group of its own gets them", group.urn)
    locked = {vpc_of(group, view) for group in groups}
    for vpc in view.of([VPC]):
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
