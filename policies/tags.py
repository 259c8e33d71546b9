"""Tags: on every resource, and on the instances and volumes that a scaling group starts."""

from collections.abc import Iterator
from typing import Any

from policies.ec2 import LAUNCH_TEMPLATE, NODE_CLASS, NODE_CLASSES
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, entries, read
from resources.resource import UNKNOWN, Resource
from resources.tags import default_tags

_TAGGABLE = frozenset(
    {
        "aws:autoscaling/launchConfiguration:LaunchConfiguration",
        "aws:batch/computeEnvironment:ComputeEnvironment",
        "aws:batch/jobDefinition:JobDefinition",
        "aws:batch/jobQueue:JobQueue",
        "aws:batch/schedulingPolicy:SchedulingPolicy",
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
        "aws:kinesis/stream:Stream",
        "aws:kms/key:Key",
        "aws:lambda/function:Function",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:msk/cluster:Cluster",
        "aws:msk/serverlessCluster:ServerlessCluster",
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


@rule(
    "required-tags",
    "Resources have the tags for cost allocation",
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Allocation"), well_architected("COST03-BP02"), security_hub("EKS.6")],
    remediation="Give the AWS provider the tags as defaultTags, and the resource that provider.",
    field="tags",
)
def _required_tags(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not resource.type.startswith("aws:") or not (resource.type in _TAGGABLE or "tags" in resource.inputs):
        return
    inputs = resource.inputs
    maps = (default_tags(stack.provider(resource)), read(inputs, "tagsAll"), read(inputs, "tags"))
    if UNKNOWN in maps:
        yield Undecided("tags")
    elif lacking := _missing({key: value for tags in maps for key, value in entries(tags)}, stack):
        yield Finding(f"lacks {'the tag' if len(lacking) == 1 else 'the tags'} {', '.join(lacking)}")


def _missing(tags: dict[str, Any], stack: Stack) -> list[str]:
    """The required tags that are absent or empty. An unknown value counts as given."""
    return [name for name in stack.settings.required_tags if tags.get(name) in (None, "")]


@rule(
    "launched-tags",
    "Launch templates and node classes set tags on the instances and volumes that they start",
    (LAUNCH_TEMPLATE, NODE_CLASS),
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Allocation"), well_architected("COST03-BP02")],
    remediation="Add tagSpecifications for instance and volume to the launch template, or tags to the EC2NodeClass.",
    field="tagSpecifications or spec.tags",
    in_cluster=[
        InCluster(
            resources=NODE_CLASSES,
            found="variables.required_tags.all(tag, object.spec.?tags[?tag].orValue('') != '') ? [] : "
            "['instances and volumes it starts lack ' + variables.required_tags.filter(tag, "
            "object.spec.?tags[?tag].orValue('') == '').join(', ') + ' in tags; default tags do not reach them']",
        )
    ],
)
def _launched_tags(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == NODE_CLASS:
        yield from _launched("tags", "instances and volumes", read(resource.inputs, "spec", "tags"), stack)
        return
    specifications = elements(read(resource.inputs, "tagSpecifications"))
    for kind in ("instance", "volume"):
        tags = [read(each, "tags") for each in specifications if read(each, "resourceType") == kind]
        if not tags and UNKNOWN in specifications:
            yield Undecided("tagSpecifications")
        else:
            yield from _launched("tagSpecifications", f"{kind}s", tags[0] if tags else None, stack)


def _launched(field: str, what: str, tags: Any, stack: Stack) -> Iterator[Result]:
    if tags is UNKNOWN:
        yield Undecided(field)
    elif lacking := _missing(dict(entries(tags)), stack):
        yield Finding(f"{what} it starts lack {', '.join(lacking)} in {field}; default tags do not reach them")
