"""Node groups can start nodes in more than one zone."""

from collections.abc import Iterator

from policies.frameworks import eks_guide, fsbp
from policies.inputs import given, read
from policies.instances import LAUNCH_TEMPLATE, NODE_GROUP
from policies.reliability.cluster_zones import judge
from policies.rule import Result, Rule, Severity
from policies.settings import Level
from policies.view import View
from pricing.resource import Resource


def _check(view: View) -> Iterator[Result]:
    for group in view.of([NODE_GROUP]):
        if not _bound_to_zone(group, view):
            yield from judge(group, ("subnetIds",), view)


def _bound_to_zone(group: Resource, view: View) -> bool:
    """Whether its capacity exists in one zone alone: a capacity block, a reservation, or a placement group."""
    if read(group.inputs, "capacityType") == "CAPACITY_BLOCK":
        return True
    return any(
        given(read(template.inputs, "placement", "groupName"))
        or given(read(template.inputs, "capacityReservationSpecification", "capacityReservationTarget"))
        for template in view.referred(group, "launchTemplate", [LAUNCH_TEMPLATE])
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
