"""Cases of the rules in policies/vpc.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE_OF_GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
WORLD = "0.0.0.0/0"
ALL_V6 = "::/0"
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


def group(**inputs: Any) -> Resource:
    return make(SECURITY_GROUP, inputs)


def lone(kind: str, cidr: Any, port: Any = 443, protocol: Any = "tcp") -> Resource:
    return make(kind, {"cidrIpv4": cidr, "ipProtocol": protocol, "fromPort": port, "toPort": port})


def locked(**inputs: Any) -> Resource:
    return make(DEFAULT_GROUP, inputs, refers={"vpcId": [VPC]})


def watched(traffic: Any) -> Resource:
    return make(FLOW_LOG, {"trafficType": traffic}, refers={"vpcId": [VPC]})


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
    passes("open-egress", group(egress=[ports(443, 443, WORLD)])),
    passes("open-egress", group(egress=[ports(0, 0, "10.0.0.0/16", protocol="-1")])),
    fails("open-egress", group(egress=[ports(0, 0, WORLD, protocol="-1")]), found="egress[0]: allows everything to"),
    fails("open-egress", make(RULE_OF_GROUP, {"type": "egress", **ports(0, 65535, WORLD)}), found="TCP ports 0 to"),
    fails("open-egress", lone(EGRESS, WORLD, 25), found="TCP port 25 to 0.0.0.0/0"),
    passes("open-egress", group(), kind="absent"),
    unknown("open-egress", lone(EGRESS, UNKNOWN, 25), undecided="CIDRs"),
    passes("open-ingress", group(ingress=[ports(443, 443, WORLD), ports(22, 22, "10.0.0.0/8")])),
    passes("open-ingress", group(egress=[ports(0, 0, WORLD, protocol="-1")])),
    passes("open-ingress", make(RULE_OF_GROUP, {"type": "egress", **ports(22, 22, WORLD)})),
    passes("open-ingress", lone(INGRESS, WORLD, 8443), settings={"worldOpenPorts": [8443]}),
    passes("open-ingress", make(INGRESS, {"referencedSecurityGroupId": "sg-1", "ipProtocol": "-1"})),
    fails("open-ingress", group(ingress=[ports(22, 22, WORLD)]), found="ingress[0]: allows TCP port 22 from 0.0.0.0/0"),
    fails("open-ingress", group(ingress=[ports(0, 65535, WORLD)]), found="TCP ports 0 to 65535"),
    fails("open-ingress", group(ingress=[ports(0, 0, WORLD, protocol="-1")]), found="allows everything from"),
    fails(
        "open-ingress", group(ingress=[ports(443, 443, "0.0.0.0/1", protocol="udp")]), found="allows udp traffic from"
    ),
    fails("open-ingress", make(RULE_OF_GROUP, {"type": "ingress", **ports(22, 22, WORLD)}), found="TCP port 22"),
    fails("open-ingress", lone(INGRESS, WORLD, 6443), found="TCP port 6443 from 0.0.0.0/0"),
    fails("open-ingress", make(INGRESS, {"cidrIpv6": ALL_V6, "ipProtocol": "-1"}), found="everything from ::/0"),
    fails(
        "open-ingress",
        group(ingress=[{"fromPort": 22, "toPort": 22, "protocol": "tcp", "ipv6CidrBlocks": [ALL_V6]}]),
        found="from ::/0",
    ),
    passes("open-ingress", group(), kind="absent"),
    unknown("open-ingress", lone(INGRESS, UNKNOWN, 22), undecided="CIDRs"),
    unknown("open-ingress", lone(INGRESS, WORLD, UNKNOWN), undecided="protocol and ports open to 0.0.0.0/0"),
    unknown("open-ingress", group(ingress=UNKNOWN), undecided="ingress: CIDRs"),
    fails("open-ingress", group(ingress=[ports(443, None, WORLD)]), found="allows tcp traffic from"),
    fails("open-ingress", group(ingress=[ports(None, 443, WORLD)]), found="allows tcp traffic from"),
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
]
