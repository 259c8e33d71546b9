"""Clusters and node groups stand in enough zones to lose one."""

from collections.abc import Iterator

from policies.clusters import CLUSTER, REMOTE_CLUSTER
from policies.engine.frameworks import eks_guide, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read
from policies.zones import SUBNET, zone_of
from pricing.resource import UNKNOWN, Resource

_FIELDS = {CLUSTER: ("vpcConfig",), REMOTE_CLUSTER: ("privateSubnetIds", "subnetIds")}


def _check(stack: Stack) -> Iterator[Result]:
    for cluster in stack.of(_FIELDS):
        yield from judge(cluster, _FIELDS[cluster.type], stack)


def judge(resource: Resource, fields: tuple[str, ...], stack: Stack) -> Iterator[Result]:
    """Whether the subnets that `fields` of a resource name lie in enough zones. Node groups are judged alike."""
    least = stack.settings.minimum_zones
    names = [name for field in fields for name in each(_subnet_ids(resource, field))]
    subnets = {subnet.urn: subnet for field in fields for subnet in stack.referred(resource, field, [SUBNET])}
    zones = {zone_of(subnet) for subnet in subnets.values()}
    known = len(zones - {None})
    if known >= least:
        return
    if not names:
        yield Finding("names no subnets", resource.urn)
    elif subnets and None not in zones:
        yield Finding(f"stands in {known} zone{'s' if known > 1 else ''}; this stack asks for {least}", resource.urn)
    elif not subnets and UNKNOWN not in names and len(names) < least:
        yield Finding(
            f"names {len(names)} subnet{'s' if len(names) > 1 else ''}, fewer than {least} zones", resource.urn
        )
    else:
        yield Undecided(f"zones of {' and '.join(fields)}", resource.urn)


def _subnet_ids(resource: Resource, field: str) -> object:
    value = read(resource.inputs, field)
    return read(value, "subnetIds") if field == "vpcConfig" else value


RULE = Rule(
    name="cluster-zones",
    title="Clusters stand in enough zones",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("REL10-BP01"), eks_guide("Reliability: control plane")),
    remediation="Give the cluster private subnets in as many zones as minimumZones asks for.",
    field="subnetIds",
    check_stack=_check,
)
