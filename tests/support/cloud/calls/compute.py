"""Calls of clusters, machines and jobs."""

from typing import Any

from tests.support.cloud.call import Call, Rows, tagged
from tests.support.components.emr_api import fleet_request, limits_request, run_request

_AS_GIVEN = (
    "bootstrapSelfManagedAddons",
    "deletionProtection",
    "enabledClusterLogTypes",
    "name",
    "upgradePolicy",
    "version",
)
_OF_THE_NETWORK = ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")


def _template(inputs: dict[str, Any]) -> dict[str, Any]:
    """A launch template: its own tags beside the data of its machines."""
    tags = inputs.pop("tags", None)
    own = [{"resourceType": "launch-template", "tags": tags}] if tags else None
    data = {key: value for key, value in inputs.items() if key not in ("name", "description")}
    if "vpcSecurityGroupIds" in data:
        data["securityGroupIds"] = data.pop("vpcSecurityGroupIds")
    for interface in data.get("networkInterfaces", []):
        interface["groups"] = interface.pop("securityGroups", None)
    return {"launchTemplateData": data, "tagSpecifications": own}


def _cluster(inputs: dict[str, Any]) -> dict[str, Any]:
    """A cluster, with all types of its log in one setup."""
    types = inputs.pop("enabledClusterLogTypes", None)
    if types:
        inputs["logging"] = {"clusterLogging": [{"types": types, "enabled": True}]}
    return inputs


def _component(inputs: dict[str, Any]) -> dict[str, Any]:
    """The control plane that pulumi-eks makes of its component. Its inputs name the role by its id.

    Source: pulumi-eks 4.4, nodejs/eks/cluster/cluster.ts.
    """
    plane = {key: inputs[key] for key in _AS_GIVEN if key in inputs}
    network = {key: inputs[key] for key in _OF_THE_NETWORK if key in inputs}
    return _cluster(
        {
            **plane,
            "roleArn": f"arn:aws:iam::111122223333:role/{inputs['serviceRole']}",
            "vpcConfig": {
                **network,
                "subnetIds": inputs["privateSubnetIds"],
                "securityGroupIds": [inputs["clusterSecurityGroup"]],
            },
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": inputs.get("kubernetesServiceIpAddressRange")},
            "accessConfig": {
                "authenticationMode": inputs["authenticationMode"],
                "bootstrapClusterCreatorAdminPermissions": True,
            },
            "encryptionConfig": {
                "provider": {"keyArn": inputs["encryptionConfigKeyArn"]},
                "resources": ["secrets"],
            },
        }
    )


def _machine(inputs: dict[str, Any]) -> dict[str, Any]:
    root = inputs.pop("rootBlockDevice", None)
    if root:
        inputs["blockDeviceMappings"] = [{"deviceName": "/dev/xvda", "ebs": root}]
    inputs["iamInstanceProfile"] = {"name": inputs["iamInstanceProfile"]}
    return tagged("instance")(inputs)


def _warm_workers(inputs: dict[str, Any]) -> dict[str, Any]:
    """The workers kept warm as a map by their type."""
    warm: list[dict[str, Any]] = inputs.pop("initialCapacities", None) or []
    by_type = {each["initialCapacityType"]: each["initialCapacityConfig"] for each in warm}
    return {**inputs, **({"initialCapacity": by_type} if by_type else {})}


COMPUTE: Rows = {
    "aws:appautoscaling/policy:Policy": (Call("application-autoscaling:PutScalingPolicy", {"name": "PolicyName"}),),
    "aws:appautoscaling/target:Target": (Call("application-autoscaling:RegisterScalableTarget"),),
    "aws:autoscaling/schedule:Schedule": (Call("autoscaling:PutScheduledUpdateGroupAction"),),
    "aws:autoscaling/tag:Tag": (
        Call(
            "autoscaling:CreateOrUpdateTags",
            {"autoscalingGroupName": "Tags[].ResourceId", "tag": "Tags[]"},
            given={"Tags[].ResourceType": "auto-scaling-group"},
        ),
    ),
    "aws:batch/computeEnvironment:ComputeEnvironment": (
        Call("batch:CreateComputeEnvironment", own={"computeEnvironmentName": "name"}),
        Call("batch:UpdateComputeEnvironment", own={"computeEnvironment": "arn"}, takes=("updatePolicy",)),
    ),
    "aws:batch/jobDefinition:JobDefinition": (Call("batch:RegisterJobDefinition", {"name": "jobDefinitionName"}),),
    "aws:batch/jobQueue:JobQueue": (Call("batch:CreateJobQueue", {"name": "jobQueueName"}),),
    "aws:batch/schedulingPolicy:SchedulingPolicy": (Call("batch:CreateSchedulingPolicy", own={"name": "name"}),),
    "aws:ebs/volume:Volume": (Call("ec2:CreateVolume", {"type": "VolumeType"}, shaped=tagged("volume")),),
    "aws:ec2/instance:Instance": (
        Call(
            "ec2:RunInstances",
            {"ami": "ImageId", "vpcSecurityGroupIds": "SecurityGroupIds"},
            given={"MinCount": 1, "MaxCount": 1},
            shaped=_machine,
        ),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        Call(
            "ec2:CreateLaunchTemplate",
            {"launchTemplateData.instanceMarketOptions.marketType": "MarketType"},
            own={"LaunchTemplateName": "name"},
            shaped=_template,
        ),
        Call(
            "ec2:ModifyLaunchTemplate",
            own={"LaunchTemplateId": "id", "DefaultVersion": "latestVersion"},
            takes=("updateDefaultVersion",),
            shaped=lambda _: {},
        ),
    ),
    "aws:ec2/placementGroup:PlacementGroup": (
        Call("ec2:CreatePlacementGroup", own={"GroupName": "name"}, shaped=tagged("placement-group")),
    ),
    "aws:ec2/volumeAttachment:VolumeAttachment": (Call("ec2:AttachVolume", {"deviceName": "Device"}),),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        Call("ecr:PutLifecyclePolicy", {"policy": "lifecyclePolicyText", "repository": "repositoryName"}),
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (Call("ecr:CreatePullThroughCacheRule"),),
    "aws:ecr/registryPolicy:RegistryPolicy": (Call("ecr:PutRegistryPolicy", {"policy": "policyText"}),),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": (
        Call("ecr:PutRegistryScanningConfiguration"),
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": (Call("ecr:PutReplicationConfiguration"),),
    "aws:ecr/repository:Repository": (Call("ecr:CreateRepository", {"name": "repositoryName"}),),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (Call("ecr:CreateRepositoryCreationTemplate"),),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        Call("ecr:SetRepositoryPolicy", {"policy": "policyText", "repository": "repositoryName"}),
    ),
    "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": (
        Call(
            "emr:PutBlockPublicAccessConfiguration",
            {"blockPublicSecurityGroupRules": ("BlockPublicAccessConfiguration.BlockPublicSecurityGroupRules")},
        ),
    ),
    "aws:emr/cluster:Cluster": (Call("emr:RunJobFlow", shaped=run_request),),
    "aws:emr/instanceFleet:InstanceFleet": (
        Call(
            "emr:AddInstanceFleet",
            shaped=lambda inputs: {
                "clusterId": inputs["clusterId"],
                "instanceFleet": fleet_request(inputs, "TASK"),
            },
        ),
    ),
    "aws:emr/managedScalingPolicy:ManagedScalingPolicy": (Call("emr:PutManagedScalingPolicy", shaped=limits_request),),
    "aws:emr/securityConfiguration:SecurityConfiguration": (
        Call("emr:CreateSecurityConfiguration", {"configuration": "SecurityConfiguration"}, own={"Name": "name"}),
    ),
    "aws:emrcontainers/virtualCluster:VirtualCluster": (
        Call("emr-containers:CreateVirtualCluster", given={"clientToken": "token"}),
    ),
    "aws:eks/accessEntry:AccessEntry": (Call("eks:CreateAccessEntry"),),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (Call("eks:AssociateAccessPolicy"),),
    "aws:eks/addon:Addon": (Call("eks:CreateAddon", {"resolveConflictsOnCreate": "resolveConflicts"}),),
    "aws:eks/cluster:Cluster": (Call("eks:CreateCluster", {"vpcConfig": "resourcesVpcConfig"}, shaped=_cluster),),
    "eks:index:Cluster": (Call("eks:CreateCluster", {"vpcConfig": "resourcesVpcConfig"}, shaped=_component),),
    "aws:eks/nodeGroup:NodeGroup": (
        Call("eks:CreateNodegroup", {"nodeRoleArn": "nodeRole", "subnetIds": "subnets"}, own={"nodegroupName": "id"}),
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (Call("eks:CreatePodIdentityAssociation"),),
    "aws:emrserverless/application:Application": (
        Call("emr-serverless:CreateApplication", given={"clientToken": "token"}, shaped=_warm_workers),
    ),
    "aws:sagemaker/domain:Domain": (Call("sagemaker:CreateDomain"),),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (Call("sagemaker:PutModelPackageGroupPolicy"),),
    "aws:sagemaker/userProfile:UserProfile": (Call("sagemaker:CreateUserProfile"),),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (Call("sagemaker:CreateModelPackageGroup"),),
    "aws:scheduler/schedule:Schedule": (Call("scheduler:CreateSchedule"),),
    "aws:scheduler/scheduleGroup:ScheduleGroup": (Call("scheduler:CreateScheduleGroup"),),
}
