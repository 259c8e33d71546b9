"""Resources that an AWS account must have before the first deployment, in addition to service quotas."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from components.facts.versions import ADDONS
from resources.existing import existing_buckets, existing_clusters, existing_networks
from resources.inputs import elements, read
from resources.resource import UNKNOWN, Resource

_CACHE_RULE = "aws:ecr/pullThroughCacheRule:"
_ENVIRONMENT = "aws:batch/computeEnvironment:"
_BUDGET = "aws:budgets/budget:Budget"
_EXPORT, _CUR = "aws:bcmdata/export:Export", "COST_AND_USAGE_REPORT"
_COST_TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag"
_MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One thing that the program presupposes and does not make. `how` is a command that can be pasted."""

    what: str
    why: str
    how: str


@dataclass(frozen=True, slots=True)
class _ServiceLinkedRole:
    """A role that an AWS service assumes, and the resources that need it: those of `types` that `needs` accepts."""

    name: str
    service: str
    types: tuple[str, ...]
    needs: Callable[[Resource], bool] = lambda _: True
    why: str = (
        "AWS makes it with the first such resource, but only for a principal that has iam:CreateServiceLinkedRole."
    )


def prerequisites(resources: Sequence[Resource], zones: Sequence[str] = ()) -> tuple[Prerequisite, ...]:
    """Everything that must exist before `resources` can be created; `zones` are the names of their Route 53 zones."""
    return (
        *_delegated_zones(zones),
        *_existing_networks(resources),
        *_existing_buckets(resources),
        *_existing_clusters(resources),
        *_registry_credentials(resources),
        *_service_linked_roles(resources),
        *_cost_allocation_tags(resources),
        *_no_monitor_of_services(resources),
        *_split_costs(resources),
    )


def _delegated_zones(zones: Sequence[str]) -> Iterator[Prerequisite]:
    # Source: Route 53 developer guide, "Routing traffic for subdomains".
    for zone in sorted(set(zones)):
        parent = zone.partition(".")[2]
        yield Prerequisite(
            f"public Route 53 zone {zone} in this account",
            f"The program writes records into it. Certificates stay pending until {parent} has an NS record {zone} "
            "with the four name servers that the command prints.",
            f"aws route53 create-hosted-zone --name {zone} --caller-reference {zone}",
        )


def _existing_networks(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    for network in existing_networks(resources):
        vpc = str(read(network.inputs, "existing", "vpcId"))
        yield Prerequisite(
            f"{vpc} with the subnets of network.existing",
            "The stack does not make, change or delete it, and no rule judges it here. Its owner is responsible for a "
            "flow log, a default security group without rules, an S3 gateway endpoint, NAT in each zone, isolated "
            "subnets without a way out, and the alarms of its gateways. The deployment compares ids, ranges, zones and "
            "default routes with the config, and stops if they differ.",
            f"aws ec2 describe-subnets --filters Name=vpc-id,Values={vpc} "
            "--query 'Subnets[].[SubnetId,AvailabilityZone,CidrBlock]' --output table",
        )


def _existing_buckets(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    for bucket, (purpose, component) in existing_buckets(resources).items():
        key = str(read(component.inputs, "existing", "keyArn"))
        yield Prerequisite(
            f"bucket {bucket} of featureStore.data.existing ({purpose})",
            "The stack does not make, change or delete it, and no rule judges it here. Its owner is responsible for "
            f"versioning, encryption with {key}, whose policy must let IAM policies of the account grant its use, a "
            "policy that refuses plain HTTP, the block of public access, access logs, expiry, and alarms. The "
            "deployment stops if it is missing or in another region, or if the key is disabled.",
            f"aws s3api get-bucket-encryption --bucket {bucket} && aws s3api get-bucket-versioning --bucket {bucket}",
        )


def _existing_clusters(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    for component in existing_clusters(resources):
        name = str(read(component.inputs, "clusterName"))
        addons = ", ".join(sorted(ADDONS[max(ADDONS)]))
        yield Prerequisite(
            f"EKS cluster {name} of gpuCluster.existing, with access entries",
            "The stack adds nodes, access entries, namespaces and software, and does not change or delete the control "
            "plane; no rule judges it here. Its owner is responsible for a private endpoint that this deployment "
            "reaches, all logs, encrypted secrets, updates, and the add-ons, with network policies of the VPC CNI and "
            f"the volume key of the stack for the EBS CSI driver: {addons}. No other Karpenter, device plugin, cluster "
            "autoscaler or default storage class may run in it.",
            f"aws eks describe-cluster --name {name} --query 'cluster.[version,accessConfig,resourcesVpcConfig]' && "
            f"aws eks list-addons --cluster-name {name}",
        )


def _registry_credentials(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    # Source: ECR user guide, "Creating a pull through cache rule"; ECR API reference, CreatePullThroughCacheRule.
    arns = {each.inputs.get("credentialArn") for each in resources if each.type.startswith(_CACHE_RULE)}
    for arn in sorted(arn for arn in arns if isinstance(arn, str)):
        _, _, _, region, account, _, secret = arn.split(":", 6)
        name = secret.rpartition("-")[0]
        yield Prerequisite(
            f"secret {name} in account {account}",
            "ECR signs in to the cached registry with it, and refuses the cache rule without it. credentials.json "
            'holds {"username": "...", "accessToken": "..."}. Write the ARN that the command prints into '
            "imageRegistry.upstreams as credentialArn: AWS chooses its last six characters.",
            f"aws secretsmanager create-secret --region {region} --name {name} --secret-string file://credentials.json",
        )


def _cost_allocation_tags(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    # Source: AWS Billing user guide, "Activating user-defined cost allocation tags".
    active = {read(each.inputs, "tagKey") for each in resources if each.type == _COST_TAG}
    filters = [
        value
        for each in resources
        if each.type == _BUDGET
        for one in elements(read(each.inputs, "costFilters"))
        if read(one, "name") == "TagKeyValue"
        for value in elements(read(one, "values"))
    ]
    keys = {str(value).removeprefix("user:").partition("$")[0] for value in filters if isinstance(value, str)}
    for key in sorted(keys - active):
        yield Prerequisite(
            f"active cost allocation tag {key} in the account that pays",
            "The budget counts costs by this tag, and counts nothing before it is active. AWS offers the tag up to 24 "
            "hours after the first resource has it, and needs up to 24 hours more. Only the organization's management "
            "account, or an account without an organization, can activate it.",
            f"aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey={key},Status=Active",
        )


def _no_monitor_of_services(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    # Source: aws-cloudformation/cloudformation-coverage-roadmap, issue 2515.
    if any(each.type == _MONITOR and read(each.inputs, "monitorDimension") == "SERVICE" for each in resources):
        yield Prerequisite(
            "no monitor of AWS services in Cost Anomaly Detection",
            "An account has one, and AWS makes it for new accounts. If the command prints an ARN, write it into "
            "spend.anomalies.monitorArn.",
            "aws ce get-anomaly-monitors --query \"AnomalyMonitors[?MonitorDimension=='SERVICE'].MonitorArn\"",
        )


def _split_costs(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    # Source: Data Exports user guide, "Enabling split cost allocation data" and "Understanding split cost allocation
    # data". No API turns it on: botocore has no such preference.
    exports = [each for each in resources if each.type == _EXPORT]
    queries = [query for each in exports for query in elements(read(each.inputs, "export", "dataQueries"))]
    asked = [read(query, "tableConfigurations", _CUR, "INCLUDE_SPLIT_COST_ALLOCATION_DATA") for query in queries]
    if "TRUE" in asked:
        yield Prerequisite(
            "split cost allocation data, turned on in the account that pays",
            "The costs of pods are empty before. Turn it on in the console: Billing and Cost Management, Cost "
            "management preferences, General, Split cost allocation data, Amazon EKS. A day later the command prints "
            "the tag.",
            "aws ce list-cost-allocation-tags --tag-keys aws:eks:namespace --type AWSGenerated",
        )


def _service_linked_roles(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    named: set[str] = set()
    for role in _ROLES:
        if role.name not in named and any(each.type.startswith(role.types) and role.needs(each) for each in resources):
            named.add(role.name)
            yield Prerequisite(
                f"service-linked role {role.name}",
                role.why,
                f"aws iam create-service-linked-role --aws-service-name {role.service}",
            )


def _buys_spot(resource: Resource) -> bool:
    """Whether a NodePool of Karpenter may launch Spot Instances; one that names no capacity type may."""
    requirements = elements(read(resource.inputs, "spec", "template", "spec", "requirements"))
    ways = [each for each in requirements if read(each, "key") == "karpenter.sh/capacity-type"]
    return not ways or any(read(each, "operator") != "In" or "spot" in elements(read(each, "values")) for each in ways)


def _scales_kafka(target: Resource) -> bool:
    return read(target.inputs, "serviceNamespace") == "kafka"


def _has_spot_machines(resource: Resource) -> bool:
    """Whether a compute environment of AWS Batch may launch Spot Instances."""
    return read(resource.inputs, "computeResources", "type") in ("SPOT", UNKNOWN)


_SPOT_OF_BATCH = "AWS Batch needs it for spot machines, and does not make it."

_ROLES = (
    _ServiceLinkedRole(
        "AWSServiceRoleForEC2Spot",
        "spot.amazonaws.com",
        ("kubernetes:karpenter.sh/",),
        _buys_spot,
        "Karpenter cannot make it, and cannot launch Spot Instances without it.",
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForEC2Spot",
        "spot.amazonaws.com",
        ("aws:ec2/spotInstanceRequest:", "aws:ec2/fleet:"),
        why="EC2 makes it only for requests in its console.",
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForEC2Spot", "spot.amazonaws.com", (_ENVIRONMENT,), _has_spot_machines, _SPOT_OF_BATCH
    ),
    _ServiceLinkedRole("AWSServiceRoleForEC2SpotFleet", "spotfleet.amazonaws.com", ("aws:ec2/spotFleetRequest:",)),
    _ServiceLinkedRole(
        "AWSServiceRoleForEC2SpotFleet", "spotfleet.amazonaws.com", (_ENVIRONMENT,), _has_spot_machines, _SPOT_OF_BATCH
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com", ("aws:autoscaling/group:", "aws:eks/nodeGroup:")
    ),
    _ServiceLinkedRole("AWSServiceRoleForAmazonEKS", "eks.amazonaws.com", ("aws:eks/cluster:", "eks:index:Cluster")),
    _ServiceLinkedRole("AWSServiceRoleForAmazonEKSNodegroup", "eks-nodegroup.amazonaws.com", ("aws:eks/nodeGroup:",)),
    _ServiceLinkedRole(
        "AWSServiceRoleForAmazonEKSForFargate", "eks-fargate.amazonaws.com", ("aws:eks/fargateProfile:",)
    ),
    _ServiceLinkedRole("AWSServiceRoleForElastiCache", "elasticache.amazonaws.com", ("aws:elasticache/",)),
    _ServiceLinkedRole("AWSServiceRoleForRDS", "rds.amazonaws.com", ("aws:rds/instance:", "aws:rds/cluster:")),
    _ServiceLinkedRole(
        "AWSServiceRoleForElasticLoadBalancing",
        "elasticloadbalancing.amazonaws.com",
        ("aws:lb/loadBalancer:", "aws:alb/loadBalancer:"),
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForWAFV2Logging", "wafv2.amazonaws.com", ("aws:wafv2/webAclLoggingConfiguration:",)
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForECRPullThroughCache",
        "pullthroughcache.ecr.amazonaws.com",
        (_CACHE_RULE,),
    ),
    _ServiceLinkedRole(
        "AWSServiceRoleForECRReplication", "replication.ecr.amazonaws.com", ("aws:ecr/replicationConfiguration:",)
    ),
    _ServiceLinkedRole("AWSServiceRoleForEMRCleanup", "elasticmapreduce.amazonaws.com", ("aws:emr/cluster:",)),
    _ServiceLinkedRole("AWSServiceRoleForAmazonEMRContainers", "emr-containers.amazonaws.com", ("aws:emrcontainers/",)),
    _ServiceLinkedRole(
        "AWSServiceRoleForAmazonEMRServerless", "ops.emr-serverless.amazonaws.com", ("aws:emrserverless/",)
    ),
    _ServiceLinkedRole("AWSServiceRoleForBatch", "batch.amazonaws.com", (_ENVIRONMENT,)),
    _ServiceLinkedRole("AWSServiceRoleForKafka", "kafka.amazonaws.com", ("aws:msk/cluster:", "aws:msk/serverless")),
    _ServiceLinkedRole(
        "AWSServiceRoleForApplicationAutoScaling_KafkaCluster",
        "kafka.application-autoscaling.amazonaws.com",
        ("aws:appautoscaling/target:",),
        _scales_kafka,
    ),
    _ServiceLinkedRole("AWSServiceRoleForECS", "ecs.amazonaws.com", ("aws:ecs/cluster:", "aws:ecs/service:")),
    _ServiceLinkedRole(
        "AWSServiceRoleForAmazonOpenSearchService", "opensearchservice.amazonaws.com", ("aws:opensearch/domain:",)
    ),
    _ServiceLinkedRole("AWSServiceRoleForAmazonFSx", "fsx.amazonaws.com", ("aws:fsx/",)),
    _ServiceLinkedRole(
        "AWSServiceRoleForAmazonElasticFileSystem", "elasticfilesystem.amazonaws.com", ("aws:efs/fileSystem:",)
    ),
    _ServiceLinkedRole("AWSServiceRoleForBackup", "backup.amazonaws.com", ("aws:backup/vault:", "aws:backup/plan:")),
)
"""Source: each service's user guide, "Using service-linked roles"; Karpenter, "Getting started"; EC2 user guide,
"Service-linked role for Spot Instance requests"; AWS Batch user guide, "Amazon EC2 spot fleet role"."""
