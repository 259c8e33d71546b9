"""What an account itself says of a resource, beside the inputs of the resource."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from resources.resource import Resource

Call = Callable[..., dict[str, Any]]
"""Calls an operation, such as "ec2:DescribeVpcs", in a region, with members."""


def differences(call: Call, region: str, resource: Resource) -> dict[str, tuple[Any, Any]]:
    """By input, what the account has and what the resource asks for, where they differ.

    Raises:
        KeyError: for a type that `DESCRIBED` does not have.
    """
    found = DESCRIBED[resource.type](call, region, resource)
    inputs = resource.inputs
    return {key: (held, inputs.get(key)) for key, held in found.items() if not _is_part_of(held, inputs.get(key))}


def _is_part_of(held: Any, wanted: Any) -> bool:
    """Whether what is described of a value is as in the input, which may say more."""
    if isinstance(held, dict):
        entries = cast(dict[str, Any], held)
        asked = cast(Mapping[str, Any], wanted if isinstance(wanted, Mapping) else {})
        return all(_is_part_of(each, asked.get(key)) for key, each in entries.items())
    if isinstance(held, list):
        items = cast(list[Any], held)
        return len(items) == len(wanted or ()) and all(map(_is_part_of, items, wanted or ()))
    return held == wanted


def _name(resource: Resource) -> str:
    return str({"name": resource.name, **resource.outputs, **resource.inputs}["name"])


def _alarm(call: Call, region: str, alarm: Resource) -> dict[str, Any]:
    [found] = call("cloudwatch:DescribeAlarms", region, AlarmNames=[_name(alarm)])["MetricAlarms"]
    return {"evaluationPeriods": found["EvaluationPeriods"], "threshold": found.get("Threshold")}


def _group(call: Call, region: str, group: Resource) -> dict[str, Any]:
    members = {"clusterName": group.inputs["clusterName"], "nodegroupName": group.outputs["id"]}
    return {"scalingConfig": call("eks:DescribeNodegroup", region, **members)["nodegroup"]["scalingConfig"]}


def _log_group(call: Call, region: str, group: Resource) -> dict[str, Any]:
    name = _name(group)
    found = call("logs:DescribeLogGroups", region, logGroupNamePrefix=name)["logGroups"]
    [retention] = [each.get("retentionInDays") for each in found if each["logGroupName"] == name]
    return {"retentionInDays": retention}


def _template(call: Call, region: str, template: Resource) -> dict[str, Any]:
    asked = {"LaunchTemplateId": template.outputs["id"], "Versions": ["$Latest"]}
    [found] = call("ec2:DescribeLaunchTemplateVersions", region, **asked)["LaunchTemplateVersions"]
    mappings = found["LaunchTemplateData"].get("BlockDeviceMappings", [])
    return {"blockDeviceMappings": [{"ebs": {"volumeSize": each["Ebs"]["VolumeSize"]}} for each in mappings]}


def _target(call: Call, region: str, target: Resource) -> dict[str, Any]:
    asked = {"ServiceNamespace": target.inputs["serviceNamespace"], "ResourceIds": [target.inputs["resourceId"]]}
    [found] = call("application-autoscaling:DescribeScalableTargets", region, **asked)["ScalableTargets"]
    return {"minCapacity": found["MinCapacity"], "maxCapacity": found["MaxCapacity"]}


def _tags(call: Call, region: str, resource: Resource) -> dict[str, Any]:
    wanted = [{"Name": "resource-id", "Values": [resource.outputs["id"]]}]
    found = call("ec2:DescribeTags", region, Filters=wanted)["Tags"]
    return {"tags": {each["Key"]: each["Value"] for each in found}}


DESCRIBED: Mapping[str, Callable[[Call, str, Resource], dict[str, Any]]] = {
    "aws:appautoscaling/target:Target": _target,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:ec2/launchTemplate:LaunchTemplate": _template,
    "aws:ec2/subnet:Subnet": _tags,
    "aws:ec2/vpc:Vpc": _tags,
    "aws:eks/nodeGroup:NodeGroup": _group,
}
"""By type, what the account says of the inputs that an update changes."""
