"""Which instance types a resource asks for, and what their names say."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.stack import Stack
from policies.inputs import each, entries, read, text
from pricing.resource import UNKNOWN, Resource, Unknown

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
MANAGED_NODE_GROUP = "eks:index:ManagedNodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
INSTANCE = "aws:ec2/instance:Instance"
SCALING_GROUP = "aws:autoscaling/group:Group"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

TYPES_WITH_INSTANCES = frozenset(
    {
        NODE_GROUP,
        MANAGED_NODE_GROUP,
        LAUNCH_TEMPLATE,
        LAUNCH_CONFIGURATION,
        INSTANCE,
        SCALING_GROUP,
        NODE_POOL,
        "aws:rds/instance:Instance",
        "aws:rds/clusterInstance:ClusterInstance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/cluster:Cluster",
    }
)
_LONE_FIELDS = ("instanceType", "instanceClass", "nodeType")
_ACCELERATED = re.compile(r"(?:p|g|gr|trn|inf|dl)\d")


def instance_types(resource: Resource) -> Iterator[tuple[str, str | Unknown]]:
    """Where a resource names an instance type, and which. Prefixes of managed services (db., cache., ml.) are cut."""
    for field in _LONE_FIELDS:
        yield from _named(field, read(resource.inputs, field))
    yield from _named("instanceTypes", read(resource.inputs, "instanceTypes"))
    overrides = read(resource.inputs, "mixedInstancesPolicy", "launchTemplate", "overrides")
    for index, override in enumerate(each(overrides)):
        yield from _named(
            f"mixedInstancesPolicy.launchTemplate.overrides[{index}].instanceType", read(override, "instanceType")
        )
    for requirement in requirements(resource, "node.kubernetes.io/instance-type"):
        yield from _named("spec.template.spec.requirements", requirement)


def instance_families(resource: Resource) -> Iterator[str]:
    """The whole families that a Karpenter pool may draw from."""
    for requirement in requirements(resource, "karpenter.k8s.aws/instance-family"):
        yield from (family for family in each(requirement) if isinstance(family, str))


def requirements(resource: Resource, key: str) -> Iterator[Any]:
    """The values that a Karpenter pool requires to be `In` for a label."""
    for requirement in each(read(resource.inputs, "spec", "template", "spec", "requirements")):
        if read(requirement, "key") == key and read(requirement, "operator") == "In":
            yield read(requirement, "values")


def family(instance_type: str) -> str:
    """`g4dn` of `g4dn.xlarge`, of `cache.g4dn.xlarge` and of `g4dn`."""
    return instance_type.split(".")[0]


def is_accelerated(instance_type: str) -> bool:
    """Whether a type, or a family, has GPUs or other accelerators."""
    return _ACCELERATED.match(instance_type) is not None


def group_types(group: Resource, stack: Stack) -> list[str | Unknown]:
    """The instance types of a node group: its own, or those of the launch template that it was given."""
    own = [name for _, name in instance_types(group)]
    if own:
        return own
    templates = stack.referred(group, "launchTemplate", [LAUNCH_TEMPLATE])
    return [name for template in templates for _, name in instance_types(template)]


def _named(field: str, value: Any) -> Iterator[tuple[str, str | Unknown]]:
    for item in each(value):
        name = text(item)
        if name is UNKNOWN:
            yield field, UNKNOWN
        elif name:
            yield field, re.sub(r"^(?:db|cache|ml)\.", "", name)


def tags_in(value: Any) -> dict[str, Any] | Unknown:
    """A map of tags; `UNKNOWN` when the map as a whole is unknown."""
    return UNKNOWN if value is UNKNOWN else dict(entries(value))
