"""Every VPC records who talked to whom."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from policies.zones import VPC, vpc_of
from pricing.resource import UNKNOWN, Resource

_FLOW_LOG = "aws:ec2/flowLog:FlowLog"


def _check(stack: Stack) -> Iterator[Result]:
    logs = stack.of([_FLOW_LOG])
    for vpc in stack.of([VPC]):
        kinds = [text(read(log.inputs, "trafficType")) for log in logs if _watches(log, vpc, stack)]
        if any(kind in ("ALL", "REJECT") for kind in kinds):
            continue
        if UNKNOWN in kinds:
            yield Undecided("trafficType of its flow log", vpc.urn)
        else:
            yield Finding("has no flow log of all or of rejected traffic", vpc.urn)


def _watches(log: Resource, vpc: Resource, stack: Stack) -> bool:
    return vpc_of(log, stack) in (vpc.urn, vpc.parent)


RULE = Rule(
    name="flow-logs",
    title="Every VPC has flow logs",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("EC2.6"), cis_aws("3.7"), well_architected("SEC04-BP01")),
    remediation="Add a flow log of the VPC with trafficType ALL or REJECT.",
    field="aws.ec2.FlowLog of the VPC",
    check_stack=_check,
)
