"""Node groups can start nodes in more than one zone."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide, fsbp
from policies.engine.rule import Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from policies.instances import LAUNCH_TEMPLATE, NODE_GROUP
from policies.reliability.cluster_zones import judge
from pricing.resource import Resource


def _check(stack: Stack) -> Iterator[Result]:
    for group in stack.of([NODE_GROUP]):
        if not _bound_to_zone(group, stack):
            yield from judge(group, ("subnetIds",), stack)


def _bound_to_zone(group: Resource, stack: Stack) -> bool:
    """Whether its capacity exists in one zone alone: a capacity block, a reservation, or a placement group."""
    if read(group.inputs, "capacityType") == "CAPACITY_BLOCK":
        return True
    return any(
        given(read(template.inputs, "placement", "groupName"))
        or given(read(template.inputs, "capacityReservationSpecification", "capacityReservationTarget"))
        for template in stack.referred(group, "launchTemplate", [LAUNCH_TEMPLATE])
    )


RULE = Rule(
    name="node-group-zones",
    title="Node groups stand in enough zones",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(fsbp("AutoScaling.2"), eks_guide("Reliability: data plane")),
    remediation="Give the node group subnets in several zones, unless its volumes or reservation bind it to one.",
    field="subnetIds",
    check_stack=_check,
)
