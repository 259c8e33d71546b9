"""Every resource says who owns it, who pays and what it is for."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.tags import effective, missing
from pricing.resource import UNKNOWN, Resource

_TAGGABLE = frozenset(
    {
        "aws:autoscaling/launchConfiguration:LaunchConfiguration",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:dynamodb/table:Table",
        "aws:ebs/volume:Volume",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/instance:Instance",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/placementGroup:PlacementGroup",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ecr/repository:Repository",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/addon:Addon",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:elasticache/cluster:Cluster",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/user:User",
        "aws:kms/key:Key",
        "aws:lambda/function:Function",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/webAcl:WebAcl",
    }
)
"""Types that take tags. A resource of another type is judged when it has tags of its own."""


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not resource.type.startswith("aws:") or not (resource.type in _TAGGABLE or "tags" in resource.inputs):
        return
    tags = effective(resource, stack)
    if tags is UNKNOWN:
        yield Undecided("tags")
    elif lacking := missing(tags, stack.settings.required_tags):
        yield Finding(f"lacks {'the tag' if len(lacking) == 1 else 'the tags'} {', '.join(lacking)}")


RULE = Rule(
    name="required-tags",
    title="Resources carry the tags that costs are told apart by",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(finops("Allocation"), well_architected("COST03-BP02"), fsbp("EKS.6")),
    remediation="Give the AWS provider the tags as defaultTags, and the resource that provider.",
    field="tags",
    check=_check,
)
