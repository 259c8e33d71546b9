"""The calls that change a resource, where they are others than those that create it."""

from collections.abc import Mapping
from typing import Any

from tests.support.cloud.call import Call, Rows
from tests.support.cloud.calls import CALLS
from tests.support.cloud.calls.operations import budget_request

_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_DATABASE = "aws:rds/instance:Instance"


def _tags(operation: str, member: str, source: str) -> tuple[Call, ...]:
    return (Call(operation, own={member: source}, takes=("tags",)),)


def _version(inputs: dict[str, Any]) -> dict[str, Any]:
    """The data of a launch template, whose own tags are no part of a version."""
    shaped = CALLS[_TEMPLATE][0].shaped
    assert shaped
    return {"launchTemplateData": shaped(inputs)["launchTemplateData"]}


def _budget(inputs: dict[str, Any]) -> dict[str, Any]:
    """A budget without its notifications, which have calls of their own."""
    request = budget_request(inputs)
    return {"accountId": request["accountId"], "newBudget": request["budget"]}


_OF_EC2 = (
    "aws:ec2/eip:Eip",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
)

UPDATES: Rows = {
    **{kind: _tags("ec2:CreateTags", "Resources", "id") for kind in _OF_EC2},
    "aws:acm/certificate:Certificate": _tags("acm:AddTagsToCertificate", "CertificateArn", "arn"),
    "aws:budgets/budget:Budget": (Call("budgets:UpdateBudget", shaped=_budget),),
    "aws:cloudwatch/logGroup:LogGroup": (
        Call("logs:PutRetentionPolicy", own={"logGroupName": "name"}, takes=("retentionInDays",)),
        *_tags("logs:TagLogGroup", "logGroupName", "name"),
    ),
    _TEMPLATE: (
        Call(
            "ec2:CreateLaunchTemplateVersion",
            CALLS[_TEMPLATE][0].members,
            own={"LaunchTemplateId": "id"},
            shaped=_version,
        ),
        CALLS[_TEMPLATE][1],
    ),
    "aws:ecr/repository:Repository": _tags("ecr:TagResource", "resourceArn", "arn"),
    "aws:eks/nodeGroup:NodeGroup": (
        Call(
            "eks:UpdateNodegroupConfig",
            own={"nodegroupName": "id"},
            takes=("clusterName", "nodeRepairConfig", "scalingConfig", "updateConfig"),
        ),
    ),
    _CACHE: (
        Call(
            "elasticache:ModifyReplicationGroup",
            CALLS[_CACHE][0].members,
            takes=(
                "applyImmediately",
                "description",
                "maintenanceWindow",
                "nodeType",
                "replicationGroupId",
                "snapshotRetentionLimit",
                "snapshotWindow",
            ),
        ),
        Call(
            "elasticache:ModifyReplicationGroupShardConfiguration",
            {"numNodeGroups": "NodeGroupCount"},
            own={"ReplicationGroupId": "replicationGroupId"},
            given={"ApplyImmediately": True},
            takes=("numNodeGroups",),
        ),
        Call(
            "elasticache:IncreaseReplicaCount",
            {"replicasPerNodeGroup": "NewReplicaCount"},
            own={"ReplicationGroupId": "replicationGroupId"},
            given={"ApplyImmediately": True},
            takes=("replicasPerNodeGroup",),
        ),
    ),
    "aws:iam/role:Role": _tags("iam:TagRole", "RoleName", "name"),
    "aws:kms/key:Key": _tags("kms:TagResource", "KeyId", "id"),
    "aws:lb/loadBalancer:LoadBalancer": _tags("elbv2:AddTags", "ResourceArns", "arn"),
    "aws:lb/targetGroup:TargetGroup": _tags("elbv2:AddTags", "ResourceArns", "arn"),
    _DATABASE: (
        Call(
            "rds:ModifyDBInstance",
            CALLS[_DATABASE][0].members,
            takes=(
                "allocatedStorage",
                "allowMajorVersionUpgrade",
                "applyImmediately",
                "backupRetentionPeriod",
                "deletionProtection",
                "engineVersion",
                "identifier",
                "instanceClass",
                "maxAllocatedStorage",
                "multiAz",
            ),
        ),
    ),
}
"""By type, the calls of an update with the inputs that they set."""

CHECKED_ONLY: Mapping[str, str] = {
    "aws:budgets/budget:Budget": "moto has CreateBudget, but no UpdateBudget",
    _CACHE: "moto has no shards, no data tiering and no user groups to create the store of a plan with",
    _DATABASE: "moto deletes no database that has deletion protection, as a plan has it",
}
"""Types of `UPDATES` whose updates are checked by AWS's models alone, and the reason."""
