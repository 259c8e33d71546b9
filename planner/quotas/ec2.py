"""Quotas of Amazon EC2, EBS and VPC: vCPUs and disks of nodes, addresses, endpoints."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.facts.instances import InstanceType, instance_type
from planner.quotas.quota import Limit, Quota, quota, whole
from resources.index import ResourceIndex
from resources.inputs import elements, quantity, read, text
from resources.resource import Resource

# Defaults of a new account. Source: AWS General Reference, "Amazon EC2 endpoints and quotas", and those of VPC and EBS.
_VCPUS: dict[tuple[str, bool], Limit] = {
    ("standard", False): Limit("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5),
    ("standard", True): Limit("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5),
    ("g", False): Limit("L-DB2E81BA", "Running On-Demand G and VT instances", 0),
    ("g", True): Limit("L-3819A6DF", "All G and VT Spot Instance Requests", 0),
    ("p", False): Limit("L-417A185B", "Running On-Demand P instances", 0),
    ("p", True): Limit("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 0),
    ("inf", False): Limit("L-1945791B", "Running On-Demand Inf instances", 0),
    ("inf", True): Limit("L-B5D1601B", "All Inf Spot Instance Requests", 0),
    ("trn", False): Limit("L-2C3B7624", "Running On-Demand Trn instances", 0),
    ("trn", True): Limit("L-6B0D517C", "All Trn Spot Instance Requests", 0),
}
_ADDRESSES = Limit("L-0263D0A3", "EC2-VPC Elastic IPs", 5)
_ENDPOINTS = Limit("L-29B6F2EB", "Interface VPC endpoints per VPC", 50)
_VOLUMES_TIB = Limit("L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", 50)

_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_COMPUTE_ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
_KARPENTER_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_FAMILIES = (("inf", "inf"), ("trn", "trn"), ("vt", "g"), ("g", "g"), ("p", "p"))

ZONES_SURGE = 2
"""Nodes a zone that EKS adds to a group while updating it, or as many as may be unavailable if that is more.

Source: EKS user guide, "Understand each phase of node updates".
"""


def ec2_quotas(index: ResourceIndex) -> Iterator[Quota]:
    """The quotas of nodes at their peak, updates of their pools included, and of what is counted in a VPC."""
    yield from _compute(index)
    yield from _counts(index)


def _compute(index: ResourceIndex) -> Iterator[Quota]:
    needs = [
        *_managed_needs(index),
        *_karpenter_needs(index),
        *_batch_needs(index),
        *_spark_needs(index),
    ]
    by_limit: dict[tuple[str, bool], list[_Need]] = defaultdict(list)
    for need in needs:
        by_limit[need.family, need.spot].append(need)
    for key, found in by_limit.items():
        limit, needed = _VCPUS[key], sum(need.vcpus for need in found)
        if needed > limit.default:
            yield quota("ec2", limit, needed, "; ".join(need.why for need in found))
    tebibytes = sum(need.disk_gib for need in needs) / 1024
    if tebibytes > _VOLUMES_TIB.default:
        yield quota("ebs", _VOLUMES_TIB, math.ceil(tebibytes), "disks of all nodes at their peak")


@dataclass(frozen=True, slots=True)
class _Need:
    family: str
    spot: bool
    vcpus: int
    disk_gib: int
    why: str


def _managed_needs(index: ResourceIndex) -> Iterator[_Need]:
    """What managed node groups use at their peak: the highest maximum of any schedule, and nodes added by updates."""
    for group in index.of_type(_NODE_GROUP):
        templates = index.sources(group, "launchTemplate", _LAUNCH_TEMPLATE)
        named = group.inputs.get("instanceTypes") or [each.inputs.get("instanceType") for each in templates]
        kind = _instance(named)
        if kind is None:
            continue
        maxima = [whole(group.inputs, "scalingConfig", "maxSize")]
        maxima += [whole(each.inputs, "maxSize") for each in index.referrers(group, "autoscalingGroupName", _SCHEDULE)]
        peak = max(maxima)
        block = group.inputs.get("capacityType") == "CAPACITY_BLOCK"
        # An update of a capacity block adds no nodes: it replaces the nodes that were bought one after the other.
        surge = 0 if block else _surge(group, peak)
        disk = sum(map(_disk_gib, templates))
        spot = group.inputs.get("capacityType") == "SPOT"
        more = " of a capacity block" if block else f" and {surge} more while updating"
        why = f"{group.name}: {peak}{more}, {kind.name} of {kind.vcpus} vCPUs"
        yield _Need(_family(kind), spot, (peak + surge) * kind.vcpus, (peak + surge) * disk, why)


def _karpenter_needs(index: ResourceIndex) -> Iterator[_Need]:
    """What Karpenter's pools may use: all of it as spot, and all of it on demand where that is allowed."""
    for pool in index.of_type(_KARPENTER_POOL):
        limit = quantity(read(pool.inputs, "spec", "limits", "cpu"))
        requirements = elements(read(pool.inputs, "spec", "template", "spec", "requirements"))
        values = {text(read(each, "key")): elements(read(each, "values")) for each in requirements}
        kind = _instance(values.get("node.kubernetes.io/instance-type"))
        if limit and kind:
            why = f"{pool.name}: up to {math.ceil(limit)} vCPUs"
            # Nodes in a capacity reservation count as on demand.
            for spot in sorted({way == "spot" for way in values.get("karpenter.sh/capacity-type", ["on-demand"])}):
                yield _Need(_family(kind), spot, math.ceil(limit), 0, why)


def _batch_needs(index: ResourceIndex) -> Iterator[_Need]:
    """What compute environments of AWS Batch may use: all of it as any family of instances that they name.

    On demand, Batch may exceed the maximum by one machine. Source: AWS Batch API reference, ComputeResource, maxvCpus.
    """
    for environment in index.of_type(_COMPUTE_ENVIRONMENT):
        most = whole(environment.inputs, "computeResources", "maxVcpus")
        spot = text(read(environment.inputs, "computeResources", "type")) == "SPOT"
        kinds = _instances(read(environment.inputs, "computeResources", "instanceTypes"))
        templates = index.sources(environment, "computeResources", _LAUNCH_TEMPLATE)
        disk = sum(map(_disk_gib, templates))
        for family in sorted({_family(kind) for kind in kinds}):
            vcpus = [kind.vcpus for kind in kinds if _family(kind) == family]
            beyond = 0 if spot else max(vcpus)
            more = "" if spot else f" and one machine of {beyond} more"
            why = f"{environment.name}: up to {most} vCPUs{more}"
            yield _Need(family, spot, most + beyond, math.ceil(most / min(vcpus)) * disk, why)


def _spark_needs(index: ResourceIndex) -> Iterator[_Need]:
    """What clusters of EMR may use: core nodes up to their limit on demand, and the rest of their limit on spot."""
    for cluster in index.of_type("aws:emr/cluster:Cluster"):
        limits = [
            limit
            for policy in index.referrers(cluster, "clusterId", "aws:emr/managedScalingPolicy:ManagedScalingPolicy")
            for limit in elements(read(policy.inputs, "computeLimits"))
        ]
        most, on_demand = (
            max((whole(limit, field) for limit in limits), default=0)
            for field in ("maximumCapacityUnits", "maximumOndemandCapacityUnits")
        )
        primary, core = (_lead(cluster, fleet) for fleet in ("masterInstanceFleet", "coreInstanceFleet"))
        if primary:
            yield _Need(_family(primary), False, primary.vcpus, 0, f"{cluster.name}: a primary node {primary.name}")
        if core:
            why = f"{cluster.name}: up to {{}} vCPUs of EMR"
            yield _Need(_family(core), False, on_demand, 0, why.format(on_demand))
            yield _Need(_family(core), True, most - on_demand, 0, why.format(most - on_demand))


def _lead(cluster: Resource, fleet: str) -> InstanceType | None:
    configs = elements(read(cluster.inputs, fleet, "instanceTypeConfigs"))
    return _instance([read(config, "instanceType") for config in configs])


def _counts(index: ResourceIndex) -> Iterator[Quota]:
    addresses = [each.name for each in index.of_type("aws:ec2/eip:Eip")]
    endpoints = [
        each.name
        for each in index.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if each.inputs.get("vpcEndpointType") == "Interface"
    ]
    for service, limit, names in (("ec2", _ADDRESSES, addresses), ("vpc", _ENDPOINTS, endpoints)):
        if len(names) > limit.default:
            yield quota(service, limit, len(names), ", ".join(sorted(names)))


def _surge(group: Resource, peak: int) -> int:
    zones = len(elements(group.inputs.get("subnetIds"))) or 1
    share = whole(group.inputs, "updateConfig", "maxUnavailablePercentage")
    fixed = whole(group.inputs, "updateConfig", "maxUnavailable") or 1
    return max(ZONES_SURGE * zones, math.ceil(peak * share / 100), fixed)


def _family(kind: InstanceType) -> str:
    return next((quota for prefix, quota in _FAMILIES if kind.family.startswith(prefix)), "standard")


def _instance(names: Any) -> InstanceType | None:
    """The largest of the instance types with these names."""
    return max(_instances(names), key=lambda kind: kind.vcpus, default=None)


def _instances(names: Any) -> list[InstanceType]:
    return [kind for name in elements(names) if (kind := instance_type(str(name)))]


def _disk_gib(template: Resource) -> int:
    mappings = elements(template.inputs.get("blockDeviceMappings"))
    return sum(whole(mapping, "ebs", "volumeSize") for mapping in mappings)
