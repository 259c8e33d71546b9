"""Resources for tests of prices, in the shape the engine would register them, and their estimates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pricing.estimate import Estimate, Line, estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource

CLUSTER = "urn:pulumi:prod::mlplatform::mlplatform:index:GpuCluster::ml"
TODAY = date(2026, 11, 21)


def resource(type_: str, name: str = "x", /, parent: str | None = CLUSTER, **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:prod::mlplatform::{type_}::{name}", type_, name, parent=parent, inputs=inputs)


def component() -> Resource:
    return Resource(CLUSTER, "mlplatform:index:GpuCluster", "ml", custom=False)


def referring(who: Resource, references: Mapping[str, Sequence[Resource]], **inputs: Any) -> Resource:
    return Resource(
        who.urn,
        who.type,
        who.name,
        parent=who.parent,
        custom=who.custom,
        inputs={**who.inputs, **inputs},
        property_dependencies={key: [target.urn for target in targets] for key, targets in references.items()},
    )


def launch_template(*volumes: Mapping[str, Any], **inputs: Any) -> Resource:
    mappings = [{"deviceName": f"/dev/xvd{letter}", "ebs": volume} for letter, volume in zip("abcdef", volumes)]  # noqa: B905
    return resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", blockDeviceMappings=mappings, **inputs)


def node_group(
    kinds: Sequence[str] = ("g4dn.xlarge",),
    *,
    least: float = 20.0,
    wanted: float = 20.0,
    most: float = 20.0,
    capacity: str = "ON_DEMAND",
    template: Resource | None = None,
    name: str = "ml-serving",
) -> Resource:
    group = resource(
        "aws:eks/nodeGroup:NodeGroup",
        name,
        instanceTypes=list(kinds),
        capacityType=capacity,
        scalingConfig={"minSize": least, "desiredSize": wanted, "maxSize": most},
    )
    if template is None:
        return group
    return referring(group, {"launchTemplate": [template]}, launchTemplate={"id": UNKNOWN, "version": UNKNOWN})


def schedule(group: Resource, recurrence: str, most: float, name: str, **sizes: float) -> Resource:
    action = resource(
        "aws:autoscaling/schedule:Schedule",
        name,
        recurrence=recurrence,
        timeZone="Etc/UTC",
        maxSize=most,
        minSize=sizes.get("least", -1.0),
        desiredCapacity=sizes.get("wanted", -1.0),
        autoscalingGroupName=UNKNOWN,
    )
    return referring(action, {"autoscalingGroupName": [group]})


def node_pool(requirements: Mapping[str, Sequence[str]], limits: Mapping[str, Any], name: str = "batch") -> Resource:
    needs = [{"key": key, "operator": "In", "values": list(values)} for key, values in requirements.items()]
    template = {"spec": {"requirements": needs, "nodeClassRef": {"name": "gpu"}}}
    return resource(
        "kubernetes:karpenter.sh/v1:NodePool",
        name,
        metadata={"name": name},
        spec={"limits": dict(limits), "template": template},
    )


def node_class(*volumes: Mapping[str, Any]) -> Resource:
    mappings = [{"deviceName": "/dev/xvda", "ebs": volume} for volume in volumes]
    return resource(
        "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
        "gpu",
        metadata={"name": "gpu"},
        spec={"blockDeviceMappings": mappings},
    )


def priced(*resources: Resource, today: date = TODAY, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage), today=today)


def line(result: Estimate, what: str) -> Line:
    """The only line that says this."""
    found = [line for line in result.lines if what in line.what]
    assert len(found) == 1, [line.what for line in result.lines]
    return found[0]


def charged(result: Estimate, what: str) -> float:
    """What all lines of a kind cost together. Nothing that is free has a line."""
    return sum(line.monthly for line in result.lines if what in line.what)
