"""Amazon EKS: control planes and managed node groups."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from components.facts.instances import instance_type
from components.facts.versions import in_extended_support
from pricing.charges import Charge, Gap
from pricing.demand import Pool, node_of
from pricing.estimators.cloudwatch_logs import FOREVER_DAYS, kept
from pricing.estimators.ebs import volume_charges
from pricing.estimators.ec2_pools import (
    base_of,
    idle_charge,
    instance_charges,
    launch_template,
    load_of,
    purchase,
    rate,
    sizes,
    template_charges,
    unpriced_types,
)
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH, Size
from resources.required import UnreadableInput, flag, items, number, section, sections, text
from resources.resource import Resource

POOL_LABEL = "mlplatform.io/pool"
"""The label that holds the name that the config gives a pool."""

_CLUSTER = "aws:eks/cluster:Cluster"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_DEFAULT_TYPE = "t3.medium"
_DEFAULT_DISK_GB = 20


@prices("eks:index:Cluster")
def packaged_cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The cluster component of pulumi-eks, as long as its children are not shown; the engine shows them."""
    if stack.has_descendant(resource.urn, "aws:"):
        return
    yield from cluster(resource, stack)
    if not flag(resource.inputs, "skipDefaultNodeGroup") and not resource.inputs.get("fargate"):
        yield Gap("its default node group is made out of sight; skipDefaultNodeGroup leaves it out")


@prices(_CLUSTER)
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The hours of the control plane, which cost more in extended support, and logs without a log group."""
    inputs = resource.inputs
    sku = "control-plane-extended-support" if _extended(inputs, stack) else "control-plane-standard-support"
    support = sku.removeprefix("control-plane-").replace("-", " ")
    yield stack.charge(resource, "eks", sku, HOURS_A_MONTH, f"EKS control plane in {support}, all hours")
    if any(inputs.get(key) for key in ("autoMode", "computeConfig")):
        yield Gap("EKS Auto Mode charges each of its nodes beside the instance")
    if inputs.get("controlPlaneScalingConfig"):
        yield Gap("a provisioned control plane costs more than the standard one")
    if items(inputs, "enabledClusterLogTypes") and not _has_log_group(inputs, stack):
        written = stack.usage.control_plane_log_gb
        yield stack.charge(resource, "cloudwatch", "logs-ingestion-standard", written, "control-plane logs written")
        yield kept(resource, stack, written, FOREVER_DAYS)


@prices(_NODE_GROUP)
def node_group(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The nodes of a managed node group by its size and schedules, their volumes and monitoring."""
    inputs = resource.inputs
    template = launch_template(resource, stack)
    spans = sizes(resource, stack, _size(inputs), _group_names(resource))
    load = load_of(resource, stack, spans, _names(resource))
    kinds = _kinds(inputs, template)
    yield from unpriced_types(resource, stack, kinds)
    bought = purchase(resource, stack, kinds, text(inputs, "capacityType", "ON_DEMAND"))
    most = max((size.most or 0.0) for _, size in spans)
    if load.average == 0 and most > 0:
        yield idle_charge(bought, most)
    else:
        yield from instance_charges(bought, load)
    if template:
        yield from template_charges(resource, stack, template, load.average)
    elif inputs.get("launchTemplate") is None:
        disk = {"volumeSize": inputs.get("diskSize", _DEFAULT_DISK_GB), "volumeType": "gp3"}
        yield from volume_charges(resource, stack, disk, load.average, "node volume")
    else:
        yield Gap("the volumes of its nodes are in a launch template outside the stack")


def node_group_pools(stack: PricedStack) -> Iterator[Pool]:
    """The managed node groups whose size and type are known, as pools that pods can run on."""
    for resource in stack.of_type(_NODE_GROUP):
        inputs = resource.inputs
        try:
            lead = _kinds(inputs, launch_template(resource, stack))[0]
            spans = sizes(resource, stack, _size(inputs), _group_names(resource))
            kind, running = instance_type(lead), math.ceil(base_of(spans))
            most = max((size.most or 0.0) for _, size in spans)
            node = kind and node_of(kind, section(inputs, "labels"), sections(inputs, "taints"))
        except UnreadableInput:
            continue
        if node:
            yield Pool(resource.urn, node, running, most, rate(stack.price_table(resource), lead))


def _names(resource: Resource) -> list[str]:
    """The names of a node group: its pool's label first, which is the name that the config gives it."""
    labels = resource.inputs.get("labels")
    label = cast(Mapping[str, Any], labels).get(POOL_LABEL) if isinstance(labels, Mapping) else None
    candidates = (label, resource.name, *(resource.inputs.get(key) for key in ("nodeGroupName", "nodeGroupNamePrefix")))
    return [name for name in candidates if isinstance(name, str)]


def _size(inputs: Mapping[str, Any]) -> Size:
    scaling = section(inputs, "scalingConfig")
    values = [number(scaling, key) if scaling.get(key) is not None else None for key in _SIZE_KEYS]
    return Size(*values)


_SIZE_KEYS = ("minSize", "desiredSize", "maxSize")


def _kinds(inputs: Mapping[str, Any], template: Resource | None) -> Sequence[str]:
    kinds = items(inputs, "instanceTypes")
    if not all(isinstance(kind, str) for kind in kinds):
        raise UnreadableInput("instanceTypes are known only after the deployment", pending=True)
    if kinds:
        return kinds
    return [text(template.inputs, "instanceType", _DEFAULT_TYPE) if template else _DEFAULT_TYPE]


def _group_names(resource: Resource) -> list[str]:
    """The names of the scaling groups that EKS made for a node group, where the engine knows them already."""
    try:
        groups = items(section(resource.outputs, "resources"), "autoscalingGroups")
    except UnreadableInput:
        return []
    names = [cast(Mapping[str, Any], group).get("name") for group in groups if isinstance(group, Mapping)]
    return [name for name in names if isinstance(name, str)]


def _extended(inputs: Mapping[str, Any], stack: PricedStack) -> bool:
    if text(section(inputs, "upgradePolicy"), "supportType", "EXTENDED") == "STANDARD":
        return False
    version = text(inputs, "version", "")
    try:
        return bool(version) and in_extended_support(version, stack.today)
    except ValueError:
        raise UnreadableInput(f"version {version!r} is not like 1.35") from None


def _has_log_group(inputs: Mapping[str, Any], stack: PricedStack) -> bool:
    name = inputs.get("name")
    return not isinstance(name, str) or stack.named(f"/aws/eks/{name}/cluster", _LOG_GROUP) is not None
