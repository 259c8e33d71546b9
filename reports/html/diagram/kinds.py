"""Which resources an architecture shows, and how each reads in it. The others support what is shown."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from resources.inputs import elements, number, read
from resources.resource import UNKNOWN, Resource


class Kind(StrEnum):
    """What a resource is for in the architecture."""

    ENTRY = "entry"
    COMPUTE = "compute"
    STORE = "store"
    MESSAGES = "messages"
    SERVICE = "service"


class Shown(NamedTuple):
    """How a type of resource reads: its kind, its name, and what to say of one of it."""

    kind: Kind
    name: str
    about: Callable[[Mapping[str, Any]], str] | None = None


def _text(value: Any) -> str:
    return "" if value is None or value is UNKNOWN or isinstance(value, dict | list) else str(value)


def _cache(inputs: Mapping[str, Any]) -> str:
    nodes = number(inputs.get("numCacheClusters")) or 0
    shards = number(inputs.get("numNodeGroups"))
    if shards:
        nodes = shards * (1 + (number(inputs.get("replicasPerNodeGroup")) or 0))
    return f"{nodes:g} x {_text(inputs.get('nodeType'))}" if nodes else _text(inputs.get("nodeType"))


def _database(inputs: Mapping[str, Any]) -> str:
    zones = ", standby in another zone" if inputs.get("multiAz") is True else ""
    engine = f"{_text(inputs.get('engine'))} {_text(inputs.get('engineVersion'))}"
    return f"{engine}, {_text(inputs.get('instanceClass'))}{zones}"


def _nodes(inputs: Mapping[str, Any]) -> str:
    least, most = (number(read(inputs, "scalingConfig", key)) for key in ("minSize", "maxSize"))
    kinds = ", ".join(_text(each) for each in elements(inputs.get("instanceTypes")))
    sizes = f"{least:g}" if least == most else f"{least or 0:g} to {most or 0:g}"
    return f"{sizes} x {kinds}{', spot' if inputs.get('capacityType') == 'SPOT' else ''}"


def _brokers(inputs: Mapping[str, Any]) -> str:
    count = number(inputs.get("numberOfBrokerNodes"))
    kind = _text(read(inputs, "brokerNodeGroupInfo", "instanceType"))
    return f"{count:g} x {kind}" if count else kind


def _replicas(inputs: Mapping[str, Any]) -> str:
    count = number(read(inputs, "spec", "replicas"))
    return f"{count:g} {'replica' if count == 1 else 'replicas'}" if count else ""


def _balancer(inputs: Mapping[str, Any]) -> str:
    return "internal" if inputs.get("internal") is True else "internet-facing"


def _input(*path: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda inputs: _text(read(inputs, *path))


KINDS: Mapping[str, Shown] = {
    "aws:lb/loadBalancer:LoadBalancer": Shown(Kind.ENTRY, "load balancer", _balancer),
    "aws:wafv2/webAcl:WebAcl": Shown(Kind.ENTRY, "firewall"),
    "aws:cognito/userPool:UserPool": Shown(Kind.ENTRY, "user pool"),
    "aws:apigatewayv2/api:Api": Shown(Kind.ENTRY, "API"),
    "aws:eks/nodeGroup:NodeGroup": Shown(Kind.COMPUTE, "node pool", _nodes),
    "kubernetes:karpenter.sh/v1:NodePool": Shown(Kind.COMPUTE, "Karpenter pool"),
    "aws:ec2/instance:Instance": Shown(Kind.COMPUTE, "EC2 instance", _input("instanceType")),
    "aws:autoscaling/group:Group": Shown(Kind.COMPUTE, "scaling group"),
    "aws:batch/computeEnvironment:ComputeEnvironment": Shown(
        Kind.COMPUTE, "Batch environment", _input("computeResources", "type")
    ),
    "aws:emrserverless/application:Application": Shown(Kind.COMPUTE, "EMR application", _input("releaseLabel")),
    "aws:sagemaker/domain:Domain": Shown(Kind.COMPUTE, "SageMaker domain"),
    "aws:lambda/function:Function": Shown(Kind.COMPUTE, "Lambda function", _input("runtime")),
    "aws:ecs/service:Service": Shown(Kind.COMPUTE, "ECS service"),
    "kubernetes:serving.kserve.io/v1beta1:InferenceService": Shown(Kind.COMPUTE, "model"),
    "kubernetes:apps/v1:Deployment": Shown(Kind.SERVICE, "Deployment", _replicas),
    "kubernetes:apps/v1:StatefulSet": Shown(Kind.SERVICE, "StatefulSet", _replicas),
    "kubernetes:apps/v1:DaemonSet": Shown(Kind.SERVICE, "DaemonSet"),
    "kubernetes:batch/v1:CronJob": Shown(Kind.SERVICE, "CronJob", _input("spec", "schedule")),
    "kubernetes:helm.sh/v3:Release": Shown(Kind.SERVICE, "Helm release", _input("version")),
    "aws:s3/bucket:Bucket": Shown(Kind.STORE, "S3 bucket"),
    "aws:s3/bucketV2:BucketV2": Shown(Kind.STORE, "S3 bucket"),
    "aws:elasticache/replicationGroup:ReplicationGroup": Shown(Kind.STORE, "cache", _cache),
    "aws:elasticache/serverlessCache:ServerlessCache": Shown(Kind.STORE, "serverless cache"),
    "aws:rds/instance:Instance": Shown(Kind.STORE, "database", _database),
    "aws:rds/cluster:Cluster": Shown(Kind.STORE, "database cluster", _input("engine")),
    "aws:dynamodb/table:Table": Shown(Kind.STORE, "DynamoDB table"),
    "aws:efs/fileSystem:FileSystem": Shown(Kind.STORE, "file system"),
    "aws:ecr/repository:Repository": Shown(Kind.STORE, "image repository"),
    "aws:glue/catalogDatabase:CatalogDatabase": Shown(Kind.STORE, "Glue catalog"),
    "aws:amp/workspace:Workspace": Shown(Kind.STORE, "Managed Prometheus"),
    "aws:opensearch/serverlessCollection:ServerlessCollection": Shown(Kind.STORE, "OpenSearch collection"),
    "aws:backup/vault:Vault": Shown(Kind.STORE, "backup vault"),
    "aws:secretsmanager/secret:Secret": Shown(Kind.STORE, "secret"),
    "aws:ec2/volume:Volume": Shown(Kind.STORE, "volume"),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": Shown(Kind.STORE, "model registry group"),
    "aws:msk/cluster:Cluster": Shown(Kind.MESSAGES, "Kafka", _brokers),
    "aws:msk/serverlessCluster:ServerlessCluster": Shown(Kind.MESSAGES, "serverless Kafka"),
    "aws:kinesis/stream:Stream": Shown(Kind.MESSAGES, "Kinesis stream"),
    "aws:sqs/queue:Queue": Shown(Kind.MESSAGES, "queue"),
    "aws:sns/topic:Topic": Shown(Kind.MESSAGES, "topic"),
    "aws:athena/workgroup:Workgroup": Shown(Kind.SERVICE, "Athena workgroup"),
    "aws:guardduty/detector:Detector": Shown(Kind.SERVICE, "GuardDuty"),
    "aws:cloudtrail/trail:Trail": Shown(Kind.SERVICE, "CloudTrail"),
    "aws:xray/traceSegmentDestination:TraceSegmentDestination": Shown(Kind.SERVICE, "X-Ray"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Shown(Kind.SERVICE, "endpoint", _input("serviceName")),
}
"""What is drawn, by type. A further type is a line here."""


def shown(resource: Resource) -> Shown | None:
    """How a resource reads in the architecture, or `None` if it only supports others."""
    return KINDS.get(resource.type)


def about(resource: Resource) -> str:
    """What to say of a resource beside its name, such as its size; empty without."""
    found = KINDS.get(resource.type)
    return found.about(resource.inputs).strip(" ,") if found and found.about else ""
