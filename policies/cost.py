"""Instance types, whichever service runs them: what they cost and when GPUs run."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from policies.ec2 import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, SCALING_GROUP
from policies.eks import MANAGED_NODE_GROUP, NODE_GROUP
from policies.emr import CLUSTER as EMR_CLUSTER
from policies.emr import INSTANCE_FLEET
from policies.engine.checks import outside_production
from policies.engine.controls import values_at
from policies.engine.frameworks import finops, well_architected
from policies.engine.prices import hourly
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.karpenter import NODE_POOL, requirements
from resources.inputs import elements, number, read, text
from resources.resource import UNKNOWN, Resource, Unknown

_GROUPS = (NODE_GROUP, MANAGED_NODE_GROUP, SCALING_GROUP)
_WITH_INSTANCE_TYPES = (
    *_GROUPS,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    INSTANCE,
    NODE_POOL,
    "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/cluster:Cluster",
    EMR_CLUSTER,
    INSTANCE_FLEET,
    "aws:dms/replicationInstance:ReplicationInstance",
    "aws:docdb/clusterInstance:ClusterInstance",
    "aws:ec2/capacityReservation:CapacityReservation",
    "aws:ec2/dedicatedHost:DedicatedHost",
    "aws:ec2/fleet:Fleet",
    "aws:ec2/spotFleetRequest:SpotFleetRequest",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:elasticsearch/domain:Domain",
    "aws:emr/instanceGroup:InstanceGroup",
    "aws:memorydb/cluster:Cluster",
    "aws:neptune/clusterInstance:ClusterInstance",
    "aws:opensearch/domain:Domain",
    "aws:sagemaker/app:App",
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:sagemaker/notebookInstance:NotebookInstance",
    "aws:sagemaker/trainingJob:TrainingJob",
)
_INPUTS = (
    "instanceType",
    "instanceClass",
    "nodeType",
    "instanceTypes",
    "clusterConfig.instanceType",
    "jobResources.clusterConfig.instanceType",
    "launchSpecifications.instanceType",
    "launchTemplateConfigs.overrides.instanceType",
    "productionVariants.instanceType",
    "replicationInstanceClass",
    "resourceConfig.instanceType",
    "resourceSpec.instanceType",
)
"""Inputs that name an instance type, whichever type has them."""
_PART_OF_SERVICE = re.compile(r"^(?:db|cache|ml|dms)\.|\.(?:search|elasticsearch)$")
"""What a service adds to the name of an instance type."""
_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_ACCELERATED = re.compile(r"(?:p|g|gr|trn|inf|dl)\d")
"""Families with accelerators, as AWS names them. The table of instance types does not decide it: EC2 describes `dl2q`
and `trn2u` without accelerators, and a family may be newer than the table."""
_SUCCESSORS = {
    **dict.fromkeys(("c1", "c3", "c4", "cc2"), "c7i"),
    **dict.fromkeys(("m1", "m3", "m4"), "m7i"),
    **dict.fromkeys(("cr1", "m2", "r3", "r4"), "r7i"),
    **dict.fromkeys(("t1", "t2"), "t3"),
    **dict.fromkeys(("d2", "hs1"), "d3"),
    **dict.fromkeys(("g3", "g3s"), "g4dn or g6"),
    **{"a1": "m7g", "f1": "f2", "g2": "g6", "i2": "i4i", "p2": "g5 or p4d", "p3": "g6e or p4d", "p3dn": "p4d"},
}
"""Families of the past and what follows them (AWS: previous generation instances, and the older of burstable ones)."""
_STORE_SUCCESSORS = {"m": "m7g", "r": "r7g", "t": "t4g"}
"""What follows in RDS and ElastiCache, by a family's first letter: they do not offer every family of EC2."""


def _instance_types(resource: Resource) -> Iterator[tuple[str, str | Unknown]]:
    """Each input that names an instance type, and the type without the prefix of a managed service (db., cache.)."""
    inputs = resource.inputs
    overrides = elements(read(inputs, "mixedInstancesPolicy", "launchTemplate", "overrides"))
    fleets = [(f"{fleet}.", read(inputs, fleet)) for fleet in ("masterInstanceFleet", "coreInstanceFleet")]
    configs = [
        (f"{path}instanceTypeConfigs", each)
        for path, fleet in (("", inputs), *fleets)
        for each in elements(read(fleet, "instanceTypeConfigs"))
    ]
    for field, value in (
        *((path, value) for path in _INPUTS for value in values_at(inputs, path)),
        *(
            (f"mixedInstancesPolicy.launchTemplate.overrides[{index}].instanceType", read(each, "instanceType"))
            for index, each in enumerate(overrides)
        ),
        *((path, read(each, "instanceType")) for path, each in configs),
        *(
            ("spec.template.spec.requirements", values)
            for values in requirements(resource, "node.kubernetes.io/instance-type")
        ),
    ):
        for item in elements(value):
            name = text(item)
            if name is UNKNOWN:
                yield field, UNKNOWN
            elif name:
                yield field, _PART_OF_SERVICE.sub("", name)


def _families(resource: Resource) -> Iterator[str]:
    """The whole families that a Karpenter pool may draw from."""
    for values in requirements(resource, "karpenter.k8s.aws/instance-family"):
        yield from (family for family in elements(values) if isinstance(family, str))


def _family(instance_type: str) -> str:
    """`g4dn` of `g4dn.xlarge` and of `g4dn`."""
    return instance_type.split(".")[0]


def _is_accelerated(instance_type: str) -> bool:
    """Whether a type, or a family, has GPUs or other accelerators."""
    return _ACCELERATED.match(instance_type) is not None


@rule(
    "dear-instances",
    "Expensive instance types are allowed by name",
    _WITH_INSTANCE_TYPES,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), well_architected("COST02-BP05")],
    remediation="Use a smaller type, or name this one in allowedInstanceTypes of the section mlplatform:policies.",
    field="instanceTypes",
)
def _dear_instances(resource: Resource, stack: Stack) -> Iterator[Result]:
    threshold, allowed = stack.settings.dear_instance_hourly, stack.settings.allowed_instance_types
    for field, name in _instance_types(resource):
        if name is UNKNOWN:
            yield Undecided(field)
        elif not any(fnmatchcase(name, pattern) for pattern in allowed):
            price = hourly(name, stack.environment.region)
            if price is not None and price >= threshold:
                yield Finding(f"{name} costs {price:.2f} USD an hour; types from {threshold:.2f} must be allowed")
            elif price is None and _is_accelerated(name):
                yield Finding(f"{name} is accelerated and has no known price, so it must be allowed")


@rule(
    "previous-generation",
    "Instances are of a current generation",
    _WITH_INSTANCE_TYPES,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), finops("Rate Optimization")],
    remediation="Choose the type of the same size in the family that the message names.",
    field="instance type",
)
def _previous_generation(resource: Resource, _: Stack) -> Iterator[Result]:
    for field, name in _instance_types(resource):
        if name is UNKNOWN:
            yield Undecided(field)
        elif successor := _successor(field, _family(name)):
            yield Finding(f"{name} is of a previous generation; use {successor}")
    for name in _families(resource):
        if successor := _SUCCESSORS.get(name):
            yield Finding(f"the family {name} is of a previous generation; use {successor}")


def _successor(field: str, family: str) -> str | None:
    successor = _SUCCESSORS.get(family)
    of_store = field in ("instanceClass", "nodeType")
    return _STORE_SUCCESSORS.get(family[0], successor) if successor and of_store else successor


@rule(
    "gpu-pool-schedule",
    "GPU pools on demand outside production have a schedule or a minimum of zero",
    (*_GROUPS, INSTANCE),
    when=outside_production,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Give the pool a schedule, a minimum of 0 or spot capacity; in production this rule does not apply.",
    field="schedules, minimum or capacityType",
)
def _gpu_pool_schedule(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == INSTANCE:
        instance_type = text(read(resource.inputs, "instanceType"))
        if isinstance(instance_type, str) and _is_accelerated(instance_type):
            yield Finding(f"{instance_type} runs day and night: a single instance has no schedule")
    elif resource.urn not in stack.once(_scheduled):
        yield from _unscheduled_group(resource, stack)


def _scheduled(stack: Stack) -> set[str]:
    """The URNs of the groups that scheduled actions name."""
    return {
        urn
        for schedule in stack.of_type(_SCHEDULE)
        for urn in (*schedule.property_dependencies.get("autoscalingGroupName", ()), *schedule.dependencies)
    }


def _unscheduled_group(group: Resource, stack: Stack) -> Iterator[Result]:
    types = _types_of_group(group, stack)
    accelerated = [name for name in types if isinstance(name, str) and _is_accelerated(name)]
    purchase = text(read(group.inputs, "capacityType"))
    if not (accelerated or UNKNOWN in types) or purchase not in (None, UNKNOWN, "ON_DEMAND"):
        return
    field = "minSize" if group.type == SCALING_GROUP else "scalingConfig.minSize"
    least = number(read(group.inputs, *field.split(".")))
    if least == 0:
        return
    instances: Any = accelerated or UNKNOWN
    judged = {field: least, "capacityType": purchase, "instanceTypes": instances}
    if unknown := [name for name, value in judged.items() if value is UNKNOWN]:
        yield Undecided(", ".join(unknown))
        return
    count = "an unknown number of" if least is None else f"{least:g}"
    yield Finding(
        f"keeps {count} {accelerated[0]} on demand day and night: no scheduled action names the group, "
        "and its minimum is not zero"
    )


def _types_of_group(group: Resource, stack: Stack) -> list[str | Unknown]:
    """The instance types of a group: its own, or those of its launch template."""
    sources = [group, *stack.sources(group, "launchTemplate", LAUNCH_TEMPLATE)]
    named = [[name for _, name in _instance_types(source)] for source in sources]
    return named[0] or [name for names in named[1:] for name in names]
