"""The IAM permissions of Karpenter's controller.

Source: the statements of Karpenter 1.14.1, "CloudFormation" reference, without two: creating instance profiles, because
the program creates the profile, and zonal shift, which the chart's values disable.
"""

from ...core.account import Account
from ...core.iam import Condition, Statement, allow, document

_LAUNCHED = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")


def controller_policy(at: Account, cluster: str, node_role_arn: str, queue_arn: str) -> str:
    """The policy of the controller. It may launch and terminate only resources with the cluster's tags."""
    return document(*_launching(at, cluster), *_discovery(at, cluster), *_supporting(at, node_role_arn, queue_arn))


def _launching(at: Account, cluster: str) -> list[Statement]:
    owned = f"kubernetes.io/cluster/{cluster}"
    made: Condition = {
        "StringEquals": {f"aws:RequestTag/{owned}": "owned", "aws:RequestTag/eks:eks-cluster-name": cluster},
        "StringLike": {"aws:RequestTag/karpenter.sh/nodepool": "*"},
    }
    ours: Condition = {
        "StringEquals": {f"aws:ResourceTag/{owned}": "owned"},
        "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
    }
    new = [_ec2(at, f"{kind}/*") for kind in _LAUNCHED]
    creating = ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]
    tagging: Condition = {
        "StringEquals": {**made["StringEquals"], "ec2:CreateAction": creating},
        "StringLike": made["StringLike"],
    }
    retagging: Condition = {
        **ours,
        "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": cluster},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]},
    }
    existing = ("security-group", "subnet", "capacity-reservation", "placement-group")
    public = [f"arn:{at.partition}:ec2:{at.region}::{kind}/*" for kind in ("image", "snapshot")]
    launch = ["ec2:RunInstances", "ec2:CreateFleet"]
    return [
        allow("LaunchFrom", launch, [*public, *(_ec2(at, f"{kind}/*") for kind in existing)]),
        allow("LaunchFromOwnTemplates", launch, [_ec2(at, "launch-template/*")], ours),
        allow("LaunchTagged", [*launch, "ec2:CreateLaunchTemplate"], new, made),
        allow("TagAtLaunch", ["ec2:CreateTags"], new, tagging),
        allow("TagOwnInstances", ["ec2:CreateTags"], [_ec2(at, "instance/*")], retagging),
        allow(
            "EndOwn",
            ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            [_ec2(at, "instance/*"), _ec2(at, "launch-template/*")],
            ours,
        ),
    ]


def _discovery(at: Account, cluster: str) -> list[Statement]:
    described = (
        "CapacityReservations", "Images", "Instances", "InstanceStatus", "InstanceTypeOfferings", "InstanceTypes",
        "LaunchTemplates", "PlacementGroups", "SecurityGroups", "SpotPriceHistory", "Subnets",
    )  # fmt: skip
    here: Condition = {"StringEquals": {"aws:RequestedRegion": at.region}}
    return [
        allow("ReadRegion", [f"ec2:Describe{what}" for what in described], ["*"], here),
        allow("ReadImages", ["ssm:GetParameter"], [f"arn:{at.partition}:ssm:{at.region}::parameter/aws/service/*"]),
        allow("ReadPrices", ["pricing:GetProducts"], ["*"]),
        allow("ReadCluster", ["eks:DescribeCluster"], [at.arn("eks", f"cluster/{cluster}")]),
    ]


def _supporting(at: Account, node_role_arn: str, queue_arn: str) -> list[Statement]:
    services = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
    to_instances: Condition = {"StringEquals": {"iam:PassedToService": services}}
    profiles = f"arn:{at.partition}:iam::{at.id}:instance-profile/*"
    queue = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    return [
        allow("PassNodeRole", ["iam:PassRole"], [node_role_arn], to_instances),
        allow("ReadProfiles", ["iam:GetInstanceProfile"], [profiles]),
        allow("ListProfiles", ["iam:ListInstanceProfiles"], ["*"]),
        allow("HearInterruptions", queue, [queue_arn]),
    ]


def _ec2(at: Account, resource: str) -> str:
    return f"arn:{at.partition}:ec2:{at.region}:*:{resource}"
