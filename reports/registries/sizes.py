"""What each kind of facility is called, and how large it is, in one line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from resources.inputs import display, elements, read
from resources.resource import UNKNOWN, Resource

Size = Callable[[Resource], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of facility: what people call it, and its size; empty where a size says nothing."""

    what: str
    size: Size | None = None


def size_of(resource: Resource) -> str:
    """The size of a facility; empty where it has none."""
    kind = KINDS.get(resource.type)
    return kind.size(resource) if kind and kind.size else ""


def _at(*path: str | int) -> Callable[[Resource], str]:
    def shown(resource: Resource) -> str:
        value = read(resource.inputs, *path)
        return "" if value is None else display(value)

    return shown


def _joined(value: Any) -> str:
    return " or ".join(display(each) for each in elements(value))


def _node_group(resource: Resource) -> str:
    scaling = read(resource.inputs, "scalingConfig")
    least, most = (display(read(scaling, key)) for key in ("minSize", "maxSize"))
    spot = ", spot" if resource.inputs.get("capacityType") == "SPOT" else ""
    return f"{least} to {most} x {_joined(resource.inputs.get('instanceTypes'))}{spot}"


def _cache(resource: Resource) -> str:
    shards, replicas = (read(resource.inputs, key) for key in ("numNodeGroups", "replicasPerNodeGroup"))
    known = isinstance(shards, int | float) and isinstance(replicas, int | float)
    nodes = display(shards * (1 + replicas)) if known else "?"
    return f"{nodes} x {_at('nodeType')(resource)}; shards: {display(shards)}, replicas of each: {display(replicas)}"


def _instance(resource: Resource) -> str:
    inputs = resource.inputs
    growing = read(inputs, "maxAllocatedStorage")
    disk = f"{display(read(inputs, 'allocatedStorage'))} GB"
    disk += f", grows to {display(growing)} GB" if growing else ""
    standby = ", with a standby" if read(inputs, "multiAz") is True else ""
    return f"{_at('instanceClass')(resource)}{standby}, {disk}"


def _brokers(resource: Resource) -> str:
    broker = read(resource.inputs, "brokerNodeGroupInfo")
    volume = display(read(broker, "storageInfo", "ebsStorageInfo", "volumeSize"))
    return f"{_at('numberOfBrokerNodes')(resource)} x {display(read(broker, 'instanceType'))}, {volume} GiB each"


def _batch(resource: Resource) -> str:
    machines = read(resource.inputs, "computeResources")
    return f"at most {display(read(machines, 'maxVcpus'))} vCPU of {_joined(read(machines, 'instanceTypes'))}"


def _capacity(resource: Resource) -> str:
    most = read(resource.inputs, "maximumCapacity")
    return f"at most {display(read(most, 'cpu'))}, {display(read(most, 'memory'))}"


def _replicas(resource: Resource) -> str:
    many = read(resource.inputs, "spec", "replicas")
    return "" if many is None else f"pods: {display(many)}"


def _days(resource: Resource) -> str:
    days = read(resource.inputs, "retentionInDays")
    return f"kept for {display(days)} days" if days else "kept for ever"


def _chart(resource: Resource) -> str:
    chart = display(read(resource.inputs, "chart")).rpartition("/")[2]
    version = read(resource.inputs, "version")
    return f"chart {chart} {display(version)}" if isinstance(version, str) else f"chart {chart}"


def _cluster(resource: Resource) -> str:
    return f"Kubernetes {_at('version')(resource)}"


def _topic(resource: Resource) -> str:
    partitions = first_known(read(resource.inputs, "partitionCount"), read(resource.inputs, "partitions"))
    return "" if partitions is None else f"partitions: {display(partitions)}"


def first_known(*values: Any) -> Any:
    """The first value that is neither absent nor unknown."""
    return next((value for value in values if value is not None and value is not UNKNOWN), None)


KINDS: Mapping[str, Kind] = {
    "aws:acm/certificate:Certificate": Kind("TLS certificate", _at("domainName")),
    "aws:amp/workspace:Workspace": Kind("Managed Prometheus workspace"),
    "aws:athena/workgroup:Workgroup": Kind("Athena workgroup"),
    "aws:backup/vault:Vault": Kind("backup vault"),
    "aws:batch/computeEnvironment:ComputeEnvironment": Kind("Batch machines", _batch),
    "aws:batch/jobQueue:JobQueue": Kind("Batch queue"),
    "aws:bcmdata/export:Export": Kind("export of the bill"),
    "aws:cloudtrail/trail:Trail": Kind("CloudTrail trail"),
    "aws:cloudwatch/logGroup:LogGroup": Kind("log group", _days),
    "aws:cognito/userPool:UserPool": Kind("user pool"),
    "aws:dynamodb/table:Table": Kind("DynamoDB table", _at("billingMode")),
    "aws:ebs/volume:Volume": Kind("volume", lambda resource: f"{_at('size')(resource)} GiB"),
    "aws:ec2/eip:Eip": Kind("public address"),
    "aws:ec2/instance:Instance": Kind("virtual machine", _at("instanceType")),
    "aws:ec2/internetGateway:InternetGateway": Kind("internet gateway"),
    "aws:ec2/natGateway:NatGateway": Kind("NAT gateway"),
    "aws:ec2/subnet:Subnet": Kind("subnet", _at("cidrBlock")),
    "aws:ec2/vpc:Vpc": Kind("VPC", _at("cidrBlock")),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Kind("VPC endpoint", _at("serviceName")),
    "aws:ecr/repository:Repository": Kind("image repository"),
    "aws:efs/fileSystem:FileSystem": Kind("file system"),
    "aws:eks/cluster:Cluster": Kind("EKS cluster", _cluster),
    "aws:eks/nodeGroup:NodeGroup": Kind("nodes", _node_group),
    "aws:elasticache/replicationGroup:ReplicationGroup": Kind("Valkey store", _cache),
    "aws:emrserverless/application:Application": Kind("EMR Serverless application", _capacity),
    "aws:glue/catalogDatabase:CatalogDatabase": Kind("Glue database"),
    "aws:glue/registry:Registry": Kind("schema registry"),
    "aws:guardduty/detector:Detector": Kind("threat detector"),
    "aws:kinesis/stream:Stream": Kind("Kinesis stream", _at("shardCount")),
    "aws:kms/key:Key": Kind("KMS key"),
    "aws:lb/loadBalancer:LoadBalancer": Kind("load balancer", _at("loadBalancerType")),
    "aws:msk/cluster:Cluster": Kind("Kafka brokers", _brokers),
    "aws:msk/serverlessCluster:ServerlessCluster": Kind("Kafka cluster, serverless"),
    "aws:msk/topic:Topic": Kind("Kafka topic", _topic),
    "aws:rds/instance:Instance": Kind("database", _instance),
    "aws:route53/record:Record": Kind("DNS record", _at("name")),
    "aws:s3/bucket:Bucket": Kind("bucket"),
    "aws:sagemaker/domain:Domain": Kind("SageMaker Studio domain"),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": Kind("group of model versions"),
    "aws:scheduler/schedule:Schedule": Kind("schedule", _at("scheduleExpression")),
    "aws:secretsmanager/secret:Secret": Kind("secret"),
    "aws:sns/topic:Topic": Kind("notification topic"),
    "aws:sqs/queue:Queue": Kind("queue"),
    "aws:wafv2/webAcl:WebAcl": Kind("web firewall"),
    "eks:index:Cluster": Kind("EKS cluster", _cluster),
    "kubernetes:apps/v1:DaemonSet": Kind("workload on each node"),
    "kubernetes:apps/v1:Deployment": Kind("workload", _replicas),
    "kubernetes:apps/v1:StatefulSet": Kind("workload with volumes", _replicas),
    "kubernetes:batch/v1:CronJob": Kind("scheduled job", _at("spec", "schedule")),
    "kubernetes:core/v1:Namespace": Kind("namespace"),
    "kubernetes:helm.sh/v3:Release": Kind("installed chart", _chart),
    "kubernetes:karpenter.sh/v1:NodePool": Kind("nodes of Karpenter"),
}
"""The kinds of facility by their type. Other resources only configure them; one that costs money is listed too."""
