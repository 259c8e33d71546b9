"""Cases of the rules in policies/vpc.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
SUBNET = "aws:ec2/subnet:Subnet"
EIP = "aws:ec2/eip:Eip"
NAT = "aws:ec2/natGateway:NatGateway"
SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
ALLOWED = "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple"
ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
VPC = make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})


def with_nat(name: str) -> tuple[Resource, Resource]:
    """A NAT gateway in a subnet of its own zone, in the one VPC."""
    subnet = make("aws:ec2/subnet:Subnet", {"availabilityZone": f"us-east-1{name}"}, name=name, refers={"vpcId": [VPC]})
    return subnet, make("aws:ec2/natGateway:NatGateway", {}, name=name, refers={"subnetId": [subnet]})


def endpoint(service: Any, kind: Any = "Gateway") -> Resource:
    inputs = {"serviceName": service, "vpcEndpointType": kind}
    return make("aws:ec2/vpcEndpoint:VpcEndpoint", inputs, refers={"vpcId": [VPC]})


def subnet(zone: Any) -> Resource:
    inputs = {} if zone is None else {"availabilityZone": zone}
    return make(SUBNET, inputs, name=f"in-{zone}", refers={"vpcId": [VPC]})


A, B, C = subnet("us-east-1a"), subnet("us-east-1b"), subnet("us-east-1c")
SOMEWHERE, LATER = subnet(None), subnet(UNKNOWN)


def nat(where: Resource, **inputs: Any) -> Resource:
    return make(NAT, inputs, name=where.name, refers={"subnetId": [where]})


def ports(first: Any, last: Any, *cidrs: Any, protocol: Any = "tcp") -> dict[str, Any]:
    return {"fromPort": first, "toPort": last, "protocol": protocol, "cidrBlocks": list(cidrs)}


def locked(**inputs: Any) -> Resource:
    return make(DEFAULT_GROUP, inputs, refers={"vpcId": [VPC]})


def watched(traffic: Any) -> Resource:
    return make(FLOW_LOG, {"trafficType": traffic}, refers={"vpcId": [VPC]})


SELECTIVE = make(SERVICE, {"acceptanceRequired": True}, name="selective")

CASES = [
    passes("nat-count", *with_nat("a"), VPC, environment=STAGING),
    passes("nat-count", *with_nat("a"), *with_nat("b"), VPC),
    fails("nat-count", *with_nat("a"), *with_nat("b"), VPC, environment=STAGING, found="is one of 2 NAT gateways"),
    passes("nat-count", VPC, kind="absent", environment=STAGING),
    passes(
        "nat-count",
        make("aws:ec2/natGateway:NatGateway", {"subnetId": UNKNOWN}),
        kind="unknown",
        environment=STAGING,
    ),
    fails(
        "nat-count",
        *(make(NAT, {"subnetId": UNKNOWN}, name=name, parent="urn:of-vpc") for name in "ab"),
        environment=STAGING,
        found="is one of 2 NAT gateways",
    ),
    passes("s3-endpoint", VPC, *with_nat("a"), endpoint("com.amazonaws.us-east-1.s3")),
    fails(
        "s3-endpoint", VPC, *with_nat("a"), endpoint("com.amazonaws.us-east-1.s3", "Interface"), found="no S3 gateway"
    ),
    fails("s3-endpoint", VPC, *with_nat("a"), kind="absent", found="carries traffic to S3"),
    unknown("s3-endpoint", VPC, *with_nat("a"), endpoint(UNKNOWN), undecided="vpcEndpointType or serviceName"),
    fails("s3-endpoint", VPC, *with_nat("a"), endpoint("com.amazonaws.us-east-1.dynamodb"), found="no S3 gateway"),
    fails("s3-endpoint", VPC, *with_nat("a"), endpoint(None), found="no S3 gateway"),
    passes("default-security-group", VPC, locked()),
    fails("default-security-group", VPC, locked(ingress=[ports(0, 0, protocol="-1")]), found="has ingress rules"),
    fails("default-security-group", VPC, kind="absent", found="leaves its default security group open"),
    unknown("default-security-group", VPC, locked(egress=UNKNOWN), undecided="egress"),
    passes("flow-logs", VPC, watched("ALL")),
    passes("flow-logs", VPC, watched("REJECT")),
    fails("flow-logs", VPC, watched("ACCEPT"), found="has no flow log of all or of rejected traffic"),
    fails("flow-logs", VPC, kind="absent", found="has no flow log"),
    unknown("flow-logs", VPC, watched(UNKNOWN), undecided="trafficType of its flow log"),
    passes("nat-redundancy", VPC, A, B, nat(A), nat(B)),
    passes("nat-redundancy", VPC, A, B, nat(A), environment=STAGING),
    passes("nat-redundancy", VPC, A, B, nat(A, availabilityMode="regional")),
    fails("nat-redundancy", VPC, A, B, C, nat(A), found="serves 3 zones with 1 NAT gateway"),
    passes("nat-redundancy", VPC, A, B, kind="absent"),
    passes("nat-redundancy", VPC, A, LATER, nat(A), kind="unknown"),
    fails("nat-redundancy", VPC, A, B, C, nat(A), nat(B), found="serves 3 zones with 2 NAT gateways"),
    passes("subnet-zones", VPC, A, B),
    passes("subnet-zones", VPC, A, settings={"minimumZones": 1}),
    fails("subnet-zones", VPC, A, found="has subnets in 1 zone; this stack requires 2"),
    fails("subnet-zones", VPC, A, B, settings={"minimumZones": 3}, found="in 2 zones; this stack requires 3"),
    passes("subnet-zones", VPC, kind="absent"),
    unknown("subnet-zones", VPC, A, LATER, undecided="availabilityZone of a subnet"),
    passes("subnet-zones", VPC, A, B, LATER),
    passes("endpoint-service", SELECTIVE),
    passes(
        "endpoint-service",
        SELECTIVE,
        make(ALLOWED, {"principalArn": "*"}, refers={"vpcEndpointServiceId": [SELECTIVE]}),
    ),
    fails("endpoint-service", make(SERVICE, {"acceptanceRequired": False}), found="accepts every consumer"),
    fails("endpoint-service", make(ALLOWED, {"principalArn": "*"}), found="lets every AWS account use the service"),
    fails("endpoint-service", make(SERVICE), found="accepts every consumer", kind="absent"),
    unknown("endpoint-service", make(SERVICE, {"acceptanceRequired": UNKNOWN}), undecided="acceptanceRequired"),
    passes("peering-routes", make(ROUTE, {"destinationCidrBlock": "10.1.0.0/16", "vpcPeeringConnectionId": "pcx"})),
    passes("peering-routes", make(ROUTE, {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat"})),
    fails(
        "peering-routes",
        make(ROUTE, {"destinationCidrBlock": "0.0.0.0/0", "vpcPeeringConnectionId": UNKNOWN}),
        found="sends everything for 0.0.0.0/0 to another VPC",
    ),
    fails(
        "peering-routes",
        make(ROUTE_TABLE, {"routes": [{"ipv6CidrBlock": "::/0", "vpcPeeringConnectionId": "pcx"}]}),
        found="sends everything for ::/0",
    ),
    passes("peering-routes", make(ROUTE), kind="absent"),
    unknown("peering-routes", make(ROUTE_TABLE, {"routes": UNKNOWN}), undecided="routes"),
    passes("idle-address", make(EIP, {"instance": "i-1"})),
    passes(
        "idle-address",
        make(EIP),
        make(NAT, {"allocationId": UNKNOWN}, name="nat", refers={"allocationId": [make(EIP)]}),
    ),
    passes("idle-address", make(EIP, {"networkInterface": UNKNOWN}), kind="unknown"),
    fails("idle-address", make(EIP, {"domain": "vpc"}), found="is attached to nothing"),
    fails("idle-address", make(EIP), kind="absent", found="is attached to nothing"),
]
