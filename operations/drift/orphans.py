"""What orphans cost a month: AWS says what they are, and the estimators of the plan price them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import Resource

from ..state import State, StateResource, region_of
from .findings import Clients, Finding, Findings, Kind
from .tags import kind_of

Describe = Callable[[Any, str], Mapping[str, Any]]
"""What a resource is, as inputs of its Pulumi type: `describe(client, ARN)`."""
_REMEDY = "import it into the program, or delete it; ask the owner in its tags first"


def _last(arn: str) -> str:
    return arn.replace("/", ":").rpartition(":")[2]


def _database(client: Any, arn: str) -> Mapping[str, Any]:
    [found] = client.describe_db_instances(DBInstanceIdentifier=_last(arn))["DBInstances"]
    return {
        "instanceClass": found["DBInstanceClass"],
        "engine": found["Engine"],
        "multiAz": found.get("MultiAZ", False),
        "allocatedStorage": found.get("AllocatedStorage", 0),
        "storageType": found.get("StorageType", "gp3"),
        **({"iops": found["Iops"]} if found.get("Iops") else {}),
    }


def _cache(client: Any, arn: str) -> Mapping[str, Any]:
    [found] = client.describe_replication_groups(ReplicationGroupId=_last(arn))["ReplicationGroups"]
    groups = found.get("NodeGroups", ())
    members = max((len(each.get("NodeGroupMembers", ())) for each in groups), default=1)
    return {
        "nodeType": found.get("CacheNodeType", ""),
        "engine": found.get("Engine", "valkey"),
        "numNodeGroups": max(1, len(groups)),
        "replicasPerNodeGroup": max(0, members - 1),
    }


def _volume(client: Any, arn: str) -> Mapping[str, Any]:
    [found] = client.describe_volumes(VolumeIds=[_last(arn)])["Volumes"]
    return {"size": found["Size"], "type": found["VolumeType"]}


def _instance(client: Any, arn: str) -> Mapping[str, Any]:
    [reservation] = client.describe_instances(InstanceIds=[_last(arn)])["Reservations"]
    return {"instanceType": reservation["Instances"][0]["InstanceType"]}


def _balancer(client: Any, arn: str) -> Mapping[str, Any]:
    [found] = client.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    return {"loadBalancerType": found["Type"]}


def _endpoint(client: Any, arn: str) -> Mapping[str, Any]:
    [found] = client.describe_vpc_endpoints(VpcEndpointIds=[_last(arn)])["VpcEndpoints"]
    return {"vpcEndpointType": found["VpcEndpointType"], "subnetIds": found.get("SubnetIds", [])}


def _plain(_: Any, __: str) -> Mapping[str, Any]:
    return {}


PRICED: dict[str, tuple[str, str, Describe]] = {
    "rds:db": ("rds", "aws:rds/instance:Instance", _database),
    "elasticache:replicationgroup": ("elasticache", "aws:elasticache/replicationGroup:ReplicationGroup", _cache),
    "ec2:volume": ("ec2", "aws:ebs/volume:Volume", _volume),
    "ec2:instance": ("ec2", "aws:ec2/instance:Instance", _instance),
    "ec2:natgateway": ("ec2", "aws:ec2/natGateway:NatGateway", _plain),
    "ec2:elastic-ip": ("ec2", "aws:ec2/eip:Eip", _plain),
    "ec2:vpc-endpoint": ("ec2", "aws:ec2/vpcEndpoint:VpcEndpoint", _endpoint),
    "elasticloadbalancing:loadbalancer/app": ("elbv2", "aws:lb/loadBalancer:LoadBalancer", _balancer),
    "elasticloadbalancing:loadbalancer/net": ("elbv2", "aws:lb/loadBalancer:LoadBalancer", _balancer),
    "kms:key": ("kms", "aws:kms/key:Key", _plain),
    "secretsmanager:secret": ("secretsmanager", "aws:secretsmanager/secret:Secret", _plain),
    "eks:cluster": ("eks", "aws:eks/cluster:Cluster", _plain),
}
"""For each kind of ARN that costs money by itself: the service that describes it, its Pulumi type, and how."""


def find_orphans(clients: Clients, arns: Sequence[str], findings: Findings, today: date) -> None:
    """Keep each orphan with its cost."""
    for arn in arns:
        monthly = None
        if kind_of(arn) in PRICED:
            service, type_, describe = PRICED[kind_of(arn)]
            with findings.reading(f"{service} on {arn}"):
                inputs = describe(clients(service, region_of(arn)), arn)
                monthly = cost(type_, inputs, region_of(arn), today)
        findings.differences.append(Finding(Kind.ORPHAN, arn, monthly=monthly, remedy=_REMEDY))


def cost(type_: str, inputs: Mapping[str, Any], region: str, today: date) -> float | None:
    """USD a month of one resource at list price, with the usage that a plan assumes; None without a price."""
    resource = Resource(f"urn:pulumi:drift::drift::{type_}::found", type_, "found", inputs=inputs)
    known = estimate([resource], region=region, usage=Usage(), today=today)
    return known.monthly if known.lines else None


def compare_plan(plan: Mapping[str, Any], state: State, findings: Findings, today: date) -> None:
    """Find what the plan has and the state has not, and the other way round, by URN."""
    planned = {str(each["urn"]) for each in plan["resources"]}
    lines: dict[str, float] = {}
    for line in plan["cost"]["lines"]:
        lines[line["urn"]] = lines.get(line["urn"], 0.0) + line["monthly"]
    stated = {each.urn: each for each in state.resources}
    for urn in sorted(planned - stated.keys()):
        name, monthly = urn.rpartition("::")[2], lines.get(urn)
        remedy = "deploy the stack"
        findings.differences.append(Finding(Kind.NOT_DEPLOYED, name, monthly=monthly, remedy=remedy))
    for urn in sorted(stated.keys() - planned):
        each = stated[urn]
        # What eks.Cluster makes, and default providers, are in the state alone.
        if _is_made_inside(each, planned) or each.type.startswith("pulumi:providers:"):
            continue
        monthly = cost(each.type, each.inputs, region_of(each.arn) if each.arn else state.region, today)
        remedy = "the next deployment deletes it; keep it by its code, or by `retainOnDelete`"
        findings.differences.append(Finding(Kind.NOT_PLANNED, each.name, monthly=monthly, remedy=remedy))


def _is_made_inside(resource: StateResource, planned: set[str]) -> bool:
    """Whether a component of another package made it, which the plan has as one resource without children."""
    return "eks:index:Cluster$" in resource.urn and any("eks:index:Cluster::" in urn for urn in planned)
