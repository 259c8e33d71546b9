"""Service quotas that a plan needs beyond AWS's defaults, to be asked for before the first deployment."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from components.facts.instances import InstanceType, instance_type
from pricing.resource import Resource


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota whose default is less than the plan needs. `why` says what needs it."""

    service: str
    code: str
    name: str
    default: float
    needed: float
    why: str


@dataclass(frozen=True, slots=True)
class _Limit:
    code: str
    name: str
    default: float


# Defaults of a new account. Source: AWS General Reference, "Amazon EC2 endpoints and quotas", and those of VPC and EBS.
_VCPUS: dict[tuple[str, bool], _Limit] = {
    ("standard", False): _Limit("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5),
    ("standard", True): _Limit("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5),
    ("g", False): _Limit("L-DB2E81BA", "Running On-Demand G and VT instances", 0),
    ("g", True): _Limit("L-3819A6DF", "All G and VT Spot Instance Requests", 0),
    ("p", False): _Limit("L-417A185B", "Running On-Demand P instances", 0),
    ("p", True): _Limit("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 0),
    ("inf", False): _Limit("L-1945791B", "Running On-Demand Inf instances", 0),
    ("inf", True): _Limit("L-B5D1601B", "All Inf Spot Instance Requests", 0),
    ("trn", False): _Limit("L-2C3B7624", "Running On-Demand Trn instances", 0),
    ("trn", True): _Limit("L-6B0D517C", "All Trn Spot Instance Requests", 0),
}
_ADDRESSES = _Limit("L-0263D0A3", "EC2-VPC Elastic IPs", 5)
_ENDPOINTS = _Limit("L-29B6F2EB", "Interface VPC endpoints per VPC", 50)
_VOLUMES_TIB = _Limit("L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", 50)

_FAMILIES = (("inf", "inf"), ("trn", "trn"), ("vt", "g"), ("g", "g"), ("p", "p"))

ZONES_SURGE = 2
"""Nodes a zone that EKS adds to a group while updating it, or as many as may be unavailable if that is more.

Source: EKS user guide, "Understand each phase of node updates".
"""


def quotas(resources: Sequence[Resource]) -> tuple[Quota, ...]:
    """The quotas whose default is too small for the plan at its peak, updates of its pools included."""
    found = [*_compute(resources), *_counts(resources)]
    return tuple(sorted(found, key=lambda quota: (quota.service, quota.code)))


def _compute(resources: Sequence[Resource]) -> Iterator[Quota]:
    needs = [*_managed_needs(resources), *_karpenter_needs(resources)]
    by_limit: dict[tuple[str, bool], list[_Need]] = defaultdict(list)
    for need in needs:
        by_limit[need.family, need.spot].append(need)
    for key, found in by_limit.items():
        limit, needed = _VCPUS[key], sum(need.vcpus for need in found)
        if needed > limit.default:
            yield _quota("ec2", limit, needed, "; ".join(need.why for need in found))
    tebibytes = sum(need.disk_gib for need in needs) / 1024
    if tebibytes > _VOLUMES_TIB.default:
        yield _quota("ebs", _VOLUMES_TIB, math.ceil(tebibytes), "disks of all nodes at their peak")


@dataclass(frozen=True, slots=True)
class _Need:
    family: str
    spot: bool
    vcpus: int
    disk_gib: int
    why: str


def _managed_needs(resources: Sequence[Resource]) -> Iterator[_Need]:
    """What managed groups take at their peak, raised ceiling and update included."""
    disks = {resource.urn: _disk_gib(resource) for resource in resources}
    templated = {resource.urn: resource.inputs.get("instanceType") for resource in resources}
    ceilings = _raised_ceilings(resources)
    for resource in resources:
        if resource.type != "aws:eks/nodeGroup:NodeGroup":
            continue
        templates = [templated.get(urn) for urn in resource.property_dependencies.get("launchTemplate", ())]
        kind = _instance(resource.inputs.get("instanceTypes") or [each for each in templates if each])
        if kind is None:
            continue
        peak = max(_number(_dig(resource.inputs, "scalingConfig", "maxSize")), ceilings.get(resource.urn, 0))
        block = resource.inputs.get("capacityType") == "CAPACITY_BLOCK"
        # What is updated in a block takes turns: it has no more nodes than were bought.
        surge = 0 if block else _surge(resource, peak)
        disk = sum(disks.get(urn, 0) for urn in resource.property_dependencies.get("launchTemplate", ()))
        spot = resource.inputs.get("capacityType") == "SPOT"
        more = " of a capacity block" if block else f" and {surge} more while updating"
        why = f"{resource.name}: {peak}{more}, {kind.name} of {kind.vcpus} vCPUs"
        yield _Need(_family(kind), spot, (peak + surge) * kind.vcpus, (peak + surge) * disk, why)


def _karpenter_needs(resources: Sequence[Resource]) -> Iterator[_Need]:
    """What Karpenter's pools may take; all of it as spot, and all of it on demand where that is allowed."""
    for resource in resources:
        if resource.type != "kubernetes:karpenter.sh/v1:NodePool":
            continue
        limit = re.fullmatch(r"\d+", str(_dig(resource.inputs, "spec", "limits", "cpu")))
        requirements = _items(_dig(resource.inputs, "spec", "template", "spec", "requirements"))
        values = {_dig(each, "key"): _items(_dig(each, "values")) for each in requirements}
        kind = _instance(values.get("node.kubernetes.io/instance-type"))
        if limit and kind:
            why = f"{resource.name}: up to {limit[0]} vCPUs"
            ways = values.get("karpenter.sh/capacity-type", ["on-demand"])
            # What is launched into a reservation counts as on demand.
            for spot in sorted({way == "spot" for way in ways}):
                yield _Need(_family(kind), spot, int(limit[0]), 0, why)


def _counts(resources: Sequence[Resource]) -> Iterator[Quota]:
    addresses = [resource.name for resource in resources if resource.type == "aws:ec2/eip:Eip"]
    endpoints = [
        resource.name
        for resource in resources
        if resource.type == "aws:ec2/vpcEndpoint:VpcEndpoint" and resource.inputs.get("vpcEndpointType") == "Interface"
    ]
    for service, limit, names in (("ec2", _ADDRESSES, addresses), ("vpc", _ENDPOINTS, endpoints)):
        if len(names) > limit.default:
            yield _quota(service, limit, len(names), ", ".join(sorted(names)))


def _quota(service: str, limit: _Limit, needed: float, why: str) -> Quota:
    return Quota(service, limit.code, limit.name, limit.default, needed, why)


def _raised_ceilings(resources: Sequence[Resource]) -> dict[str, int]:
    """The highest ceiling that a schedule sets, by the URN of the node group whose scaling group it moves."""
    found: dict[str, int] = {}
    for resource in resources:
        if resource.type == "aws:autoscaling/schedule:Schedule":
            for group in resource.property_dependencies.get("autoscalingGroupName", ()):
                found[group] = max(found.get(group, 0), _number(resource.inputs.get("maxSize")))
    return found


def _surge(resource: Resource, peak: int) -> int:
    zones = len(_items(resource.inputs.get("subnetIds"))) or 1
    share = _number(_dig(resource.inputs, "updateConfig", "maxUnavailablePercentage"))
    fixed = _number(_dig(resource.inputs, "updateConfig", "maxUnavailable")) or 1
    return max(ZONES_SURGE * zones, math.ceil(peak * share / 100), fixed)


def _family(kind: InstanceType) -> str:
    return next((quota for prefix, quota in _FAMILIES if kind.family.startswith(prefix)), "standard")


def _instance(names: Any) -> InstanceType | None:
    known = [instance_type(str(name)) for name in _items(names)]
    return max((kind for kind in known if kind), key=lambda kind: kind.vcpus, default=None)


def _disk_gib(resource: Resource) -> int:
    mappings = _items(resource.inputs.get("blockDeviceMappings"))
    return sum(_number(_dig(mapping, "ebs", "volumeSize")) for mapping in mappings)


def _items(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        value = cast(Mapping[str, Any], value).get(key) if isinstance(value, Mapping) else None
    return value


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
