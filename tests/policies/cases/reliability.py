"""What the rules on zones, sizes and disruption say."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
CLUSTER = "aws:eks/cluster:Cluster"
REMOTE = "eks:index:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
KEY = "aws:kms/key:Key"

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

VPC = make("aws:ec2/vpc:Vpc")
LOGS_KEY = make(KEY, name="of-logs")


def subnet(zone: Any) -> Resource:
    inputs = {} if zone is None else {"availabilityZone": zone}
    return make(SUBNET, inputs, name=f"in-{zone}", refers={"vpcId": [VPC]})


A, B, C = subnet("us-east-1a"), subnet("us-east-1b"), subnet("us-east-1c")
SOMEWHERE, LATER = subnet(None), subnet(UNKNOWN)


def nat(where: Resource, **inputs: Any) -> Resource:
    return make(NAT, inputs, name=where.name, refers={"subnetId": [where]})


def cluster(*subnets: Resource, ids: Any = UNKNOWN) -> Resource:
    return make(CLUSTER, {"vpcConfig": {"subnetIds": ids}}, refers={"vpcConfig": subnets})


def remote(*subnets: Resource, ids: Any = UNKNOWN) -> Resource:
    return make(REMOTE, {"privateSubnetIds": ids}, refers={"privateSubnetIds": subnets})


def group(*subnets: Resource, template: Resource | None = None, **inputs: Any) -> Resource:
    refers = {"subnetIds": subnets, "launchTemplate": [template] if template else []}
    return make(NODE_GROUP, {"subnetIds": UNKNOWN, **inputs}, refers=refers)


def sized(least: Any, size: Any, most: Any) -> Resource:
    return make(NODE_GROUP, {"scalingConfig": {"minSize": least, "desiredSize": size, "maxSize": most}})


def workload(replicas: Any = None, namespace: Any = "ml", **pod: Any) -> Resource:
    template = {"metadata": {"labels": {"app": "it"}}, "spec": pod}
    count = {} if replicas is None else {"replicas": replicas}
    return make(DEPLOYMENT, {"metadata": {"namespace": namespace}, "spec": {**count, "template": template}})


def alias(key: Resource) -> Resource:
    return make("aws:kms/alias:Alias", refers={"targetKeyId": [key]})


def budget(app: Any = "it", namespace: Any = "ml", **spec: Any) -> Resource:
    selector = {"matchLabels": {"app": app}}
    return make(BUDGET, {"metadata": {"namespace": namespace}, "spec": {"selector": selector, **spec}})


CASES = [
    passes("subnet-zones", VPC, A, B),
    passes("subnet-zones", VPC, A, settings={"minimumZones": 1}),
    fails("subnet-zones", VPC, A, found="has subnets in 1 zone; this stack asks for 2"),
    fails("subnet-zones", VPC, A, B, settings={"minimumZones": 3}, found="in 2 zones; this stack asks for 3"),
    passes("subnet-zones", VPC, kind="absent"),
    unknown("subnet-zones", VPC, A, LATER, undecided="availabilityZone of a subnet"),
    passes("cluster-zones", A, B, cluster(A, B)),
    passes("cluster-zones", A, B, remote(A, B)),
    fails("cluster-zones", A, remote(A), found="stands in 1 zone; this stack asks for 2"),
    fails("cluster-zones", remote(ids=["subnet-1"]), found="names 1 subnet, fewer than 2 zones"),
    fails("cluster-zones", make(CLUSTER), kind="absent", found="names no subnets"),
    unknown("cluster-zones", A, SOMEWHERE, cluster(A, SOMEWHERE), undecided="zones of vpcConfig"),
    unknown("cluster-zones", cluster(ids=["subnet-1", "subnet-2"]), undecided="zones of vpcConfig"),
    passes("nat-redundancy", VPC, A, B, nat(A), nat(B)),
    passes("nat-redundancy", VPC, A, B, nat(A), environment=STAGING),
    passes("nat-redundancy", VPC, A, B, nat(A, availabilityMode="regional")),
    fails("nat-redundancy", VPC, A, B, C, nat(A), found="serves 3 zones with 1 NAT gateway"),
    passes("nat-redundancy", VPC, A, B, kind="absent"),
    passes("nat-redundancy", VPC, A, LATER, nat(A), kind="unknown"),
    passes("node-group-zones", A, B, group(A, B)),
    passes("node-group-zones", A, group(A, capacityType="CAPACITY_BLOCK")),
    passes(
        "node-group-zones",
        A,
        make(LAUNCH_TEMPLATE, {"placement": {"groupName": "efa"}}),
        group(A, template=make(LAUNCH_TEMPLATE)),
    ),
    fails("node-group-zones", A, group(A), found="stands in 1 zone"),
    fails("node-group-zones", make(NODE_GROUP), kind="absent", found="names no subnets"),
    unknown("node-group-zones", A, LATER, group(A, LATER), undecided="zones of subnetIds"),
    passes("node-group-size", sized(0, 2.0, 4)),
    fails("node-group-size", sized(0, 6, 4), found="desiredSize 6 is above maxSize 4"),
    fails("node-group-size", sized(3, 2, 4), found="minSize 3 is above desiredSize 2"),
    fails("node-group-size", sized(0, 0, 0), found="can never start a node"),
    fails(
        "node-group-size",
        make("aws:autoscaling/group:Group", {"minSize": 3, "maxSize": 1}),
        kind="absent",
        found="minSize 3 is above maxSize 1",
    ),
    passes("node-group-size", make(NODE_GROUP), kind="absent"),
    unknown("node-group-size", sized(0, UNKNOWN, 4), undecided="desiredSize"),
    passes("budget-satisfiable", workload(3), budget(maxUnavailable=1)),
    passes("budget-satisfiable", workload(3), budget(minAvailable="50%")),
    passes("budget-satisfiable", workload(1), budget(app="other", minAvailable=1)),
    passes("budget-satisfiable", workload(1), budget(namespace="other", minAvailable=1)),
    fails("budget-satisfiable", budget(maxUnavailable=0.0), found="maxUnavailable 0 never lets a Pod go"),
    fails("budget-satisfiable", budget(maxUnavailable="0%"), found="maxUnavailable 0% never"),
    fails("budget-satisfiable", budget(minAvailable="100%"), found="minAvailable 100% never"),
    fails("budget-satisfiable", workload(2), budget(minAvailable=2), found="minAvailable 2 of 2 replicas of it"),
    fails("budget-satisfiable", workload(), budget(minAvailable=1), found="minAvailable 1 of 1 replicas"),
    passes("budget-satisfiable", workload(2), budget(), kind="absent"),
    unknown("budget-satisfiable", budget(minAvailable=UNKNOWN), undecided="spec.minAvailable"),
    unknown("budget-satisfiable", workload(UNKNOWN), budget(minAvailable=1), undecided="replicas of it"),
    passes("budget-present", workload(2), budget()),
    passes("budget-present", workload(1)),
    fails("budget-present", workload(2), budget(app="other"), found="has 2 replicas and no disruption budget"),
    passes("budget-present", workload(), kind="absent"),
    unknown("budget-present", workload(UNKNOWN), undecided="spec.replicas"),
    unknown("budget-present", workload(2), budget(app=UNKNOWN), undecided="which Pods the disruption budgets select"),
    passes("workload-replicas", workload(2)),
    passes("workload-replicas", workload(1), environment=STAGING),
    fails("workload-replicas", workload(1), found="has one replica"),
    fails("workload-replicas", workload(), kind="absent", found="has one replica"),
    unknown("workload-replicas", workload(UNKNOWN), undecided="spec.replicas"),
    passes("workload-spread", workload(2, topologySpreadConstraints=[{"maxSkew": 1}])),
    passes("workload-spread", workload(2, affinity={"podAntiAffinity": {"x": 1}})),
    fails("workload-spread", workload(2), found="has 2 replicas that may all stand on one node"),
    passes("workload-spread", workload(), kind="absent"),
    unknown("workload-spread", workload(UNKNOWN), undecided="spec.replicas"),
    unknown("workload-spread", workload(2, affinity=UNKNOWN), undecided="affinity"),
    passes("stateful-protection", make(KEY, protect=True)),
    passes("stateful-protection", make(KEY), environment=STAGING),
    passes("stateful-protection", make("aws:rds/instance:Instance", {"deletionProtection": True})),
    fails("stateful-protection", make("aws:rds/instance:Instance", {"deletionProtection": False}), found="keeps it"),
    passes("stateful-protection", make("aws:dynamodb/table:Table", {"deletionProtectionEnabled": True})),
    passes("stateful-protection", LOGS_KEY, make(LOG_GROUP, refers={"kmsKeyId": [LOGS_KEY]}), alias(LOGS_KEY)),
    fails("stateful-protection", LOGS_KEY, alias(LOGS_KEY), found="holds data or the key to it"),
    fails(
        "stateful-protection",
        LOGS_KEY,
        make(LOG_GROUP, refers={"kmsKeyId": [LOGS_KEY]}),
        make("aws:sqs/queue:Queue", refers={"kmsMasterKeyId": [LOGS_KEY]}),
        found="holds data or the key to it",
    ),
    fails("stateful-protection", make("aws:glue/catalogDatabase:CatalogDatabase"), found="holds data"),
    fails("stateful-protection", make(KEY), kind="absent", found="holds data or the key to it"),
    unknown(
        "stateful-protection",
        make("aws:rds/instance:Instance", {"deletionProtection": UNKNOWN}),
        undecided="deletionProtection",
    ),
]
