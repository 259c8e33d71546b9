"""What a deployment sends to EMR: the requests that the provider makes of a resource's inputs."""

import json
from collections.abc import Mapping
from typing import Any

_RENAMED = {
    "initialCapacities": "initialCapacity",
    "runtimeConfigurations": "runtimeConfiguration",
}


def create_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of CreateApplication that the provider makes of a resource's inputs.

    Source: hashicorp/terraform-provider-aws, internal/service/emrserverless/application.go.
    """
    request = {_RENAMED.get(key, key): value for key, value in inputs.items()}
    if "initialCapacity" in request:
        request["initialCapacity"] = {
            each["initialCapacityType"]: _whole(each["initialCapacityConfig"]) for each in request["initialCapacity"]
        }
    stop = request["autoStopConfiguration"]
    request["autoStopConfiguration"] = {**stop, "idleTimeoutMinutes": int(stop["idleTimeoutMinutes"])}
    return {**request, "clientToken": "token"}


def _whole(config: Mapping[str, Any]) -> dict[str, Any]:
    return {**config, "workerCount": int(config["workerCount"])}


def run_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of RunJobFlow that the provider makes of a cluster's inputs.

    Source: hashicorp/terraform-provider-aws, internal/service/emr/cluster.go.
    """
    attributes, idle = inputs["ec2Attributes"], inputs.get("autoTerminationPolicy")
    fleets = [
        fleet_request(inputs[field], kind)
        for field, kind in (("masterInstanceFleet", "MASTER"), ("coreInstanceFleet", "CORE"))
    ]
    request = {
        "Name": inputs["name"],
        "ReleaseLabel": inputs["releaseLabel"],
        "LogUri": inputs["logUri"],
        "LogEncryptionKmsKeyId": inputs["logEncryptionKmsKeyId"],
        "Applications": [{"Name": name} for name in inputs["applications"]],
        "ServiceRole": inputs["serviceRole"],
        "JobFlowRole": attributes["instanceProfile"],
        "SecurityConfiguration": inputs["securityConfiguration"],
        "ScaleDownBehavior": inputs["scaleDownBehavior"],
        "StepConcurrencyLevel": int(inputs["stepConcurrencyLevel"]),
        "Configurations": json.loads(inputs["configurationsJson"]),
        "Tags": [{"Key": key, "Value": value} for key, value in inputs["tags"].items()],
        "Instances": {
            "InstanceFleets": fleets,
            "Ec2SubnetIds": attributes["subnetIds"],
            "EmrManagedMasterSecurityGroup": attributes["emrManagedMasterSecurityGroup"],
            "EmrManagedSlaveSecurityGroup": attributes["emrManagedSlaveSecurityGroup"],
            "ServiceAccessSecurityGroup": attributes["serviceAccessSecurityGroup"],
            "KeepJobFlowAliveWhenNoSteps": inputs["keepJobFlowAliveWhenNoSteps"],
            "TerminationProtected": inputs["terminationProtection"],
            "UnhealthyNodeReplacement": inputs["unhealthyNodeReplacement"],
        },
    }
    if idle:
        request["AutoTerminationPolicy"] = {"IdleTimeout": int(idle["idleTimeout"])}
    if image := inputs.get("customAmiId"):
        request["CustomAmiId"] = image
    return request


def fleet_request(inputs: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A fleet of RunJobFlow and AddInstanceFleet."""
    launch = inputs["launchSpecifications"]
    specifications: dict[str, Any] = {}
    for each in launch.get("onDemandSpecifications", ()):
        specifications["OnDemandSpecification"] = {"AllocationStrategy": each["allocationStrategy"]}
    for each in launch.get("spotSpecifications", ()):
        specifications["SpotSpecification"] = {
            "AllocationStrategy": each["allocationStrategy"],
            "TimeoutAction": each["timeoutAction"],
            "TimeoutDurationMinutes": int(each["timeoutDurationMinutes"]),
        }
    return {
        "Name": inputs["name"],
        "InstanceFleetType": kind,
        "TargetOnDemandCapacity": int(inputs.get("targetOnDemandCapacity", 0)),
        "TargetSpotCapacity": int(inputs.get("targetSpotCapacity", 0)),
        "LaunchSpecifications": specifications,
        "InstanceTypeConfigs": [
            {
                "InstanceType": config["instanceType"],
                "WeightedCapacity": int(config["weightedCapacity"]),
                "EbsConfiguration": {
                    "EbsBlockDeviceConfigs": [
                        {
                            "VolumeSpecification": {"VolumeType": disk["type"], "SizeInGB": int(disk["size"])},
                            "VolumesPerInstance": int(disk["volumesPerInstance"]),
                        }
                        for disk in config["ebsConfigs"]
                    ]
                },
            }
            for config in inputs["instanceTypeConfigs"]
        ],
    }


def limits_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of PutManagedScalingPolicy."""
    [limit] = inputs["computeLimits"]
    return {
        "ClusterId": inputs["clusterId"],
        "ManagedScalingPolicy": {
            "ComputeLimits": {
                "UnitType": limit["unitType"],
                "MinimumCapacityUnits": int(limit["minimumCapacityUnits"]),
                "MaximumCapacityUnits": int(limit["maximumCapacityUnits"]),
                "MaximumOnDemandCapacityUnits": int(limit["maximumOndemandCapacityUnits"]),
                "MaximumCoreCapacityUnits": int(limit["maximumCoreCapacityUnits"]),
            }
        },
    }
