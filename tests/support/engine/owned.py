"""What another team has in an account before a stack of ours comes: a network, a cluster, buckets and their key."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.cloud.account_process import AccountProcess

PRIVATE = ("10.50.0.0/18", "10.50.64.0/18")
PUBLIC = ("10.50.224.0/24", "10.50.225.0/24")
ISOLATED = ("10.50.192.0/21", "10.50.200.0/21")
ZONES = ("eu-central-1a", "eu-central-1b")
BUCKETS = ("acme-lake", "acme-weights")
CLUSTER = "acme"
_REGION = "eu-central-1"
_TRUST = '{"Version": "2012-10-17", "Statement": []}'


class Owned:
    """Makes all of it in `account`."""

    def __init__(self, account: AccountProcess):
        self._account = account
        vpc = self._call("ec2:CreateVpc", CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
        for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
            self._call("ec2:ModifyVpcAttribute", VpcId=vpc, **{attribute: {"Value": True}})
        gateway = self._call("ec2:CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self._call("ec2:AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
        public = self._subnets(vpc, PUBLIC, {"GatewayId": gateway})
        address = self._call("ec2:AllocateAddress")["AllocationId"]
        nat = self._call("ec2:CreateNatGateway", SubnetId=public[0]["id"], AllocationId=address)
        private = self._subnets(vpc, PRIVATE, {"NatGatewayId": nat["NatGateway"]["NatGatewayId"]})
        self.network: dict[str, Any] = {
            "vpcId": vpc,
            "publicSubnets": public,
            "privateSubnets": private,
            "isolatedSubnets": self._subnets(vpc, ISOLATED, {}),
        }
        self.key = self._call("kms:CreateKey")["KeyMetadata"]["Arn"]
        for each in BUCKETS:
            self._call("s3:CreateBucket", Bucket=each, CreateBucketConfiguration={"LocationConstraint": _REGION})
        role = self._call("iam:CreateRole", RoleName="acme-cluster", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
        group = self._call("ec2:CreateSecurityGroup", GroupName="acme-plane", Description="Acme", VpcId=vpc)["GroupId"]
        network = {"subnetIds": [each["id"] for each in private], "securityGroupIds": [group]}
        self._call("eks:CreateCluster", name=CLUSTER, version="1.36", roleArn=role, resourcesVpcConfig=network)
        self.security_group = group

    def all(self) -> dict[str, Any]:
        """What is there of it now."""
        vpc = [{"Name": "vpc-id", "Values": [self.network["vpcId"]]}]
        subnets = self._call("ec2:DescribeSubnets", Filters=vpc)["Subnets"]
        tables = self._call("ec2:DescribeRouteTables", Filters=vpc)["RouteTables"]
        return {
            "vpc": self._call("ec2:DescribeVpcs", VpcIds=[self.network["vpcId"]])["Vpcs"],
            "subnets": {each["SubnetId"]: each for each in subnets},
            "routes": {each["RouteTableId"]: each["Routes"] for each in tables},
            "key": self._call("kms:DescribeKey", KeyId=self.key)["KeyMetadata"]["KeyState"],
            "buckets": [self._bucket(each) for each in BUCKETS],
            "cluster": self._call("eks:DescribeCluster", name=CLUSTER)["cluster"],
        }

    def _bucket(self, name: str) -> Mapping[str, Any]:
        return self._call("s3:GetBucketVersioning", Bucket=name) | {"name": name}

    def _subnets(self, vpc: str, ranges: Sequence[str], way: Mapping[str, str]) -> list[dict[str, str]]:
        """Subnets of one zone each, and the default route `way` where there is one."""
        table = self._call("ec2:CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
        if way:
            self._call("ec2:CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **way)
        made: list[dict[str, str]] = []
        for cidr, zone in zip(ranges, ZONES, strict=True):
            subnet = self._call("ec2:CreateSubnet", VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]
            self._call("ec2:AssociateRouteTable", RouteTableId=table, SubnetId=subnet["SubnetId"])
            made.append({"id": subnet["SubnetId"], "cidr": cidr})
        return made

    def _call(self, operation: str, **members: Any) -> dict[str, Any]:
        answer = self._account.call(operation, _REGION, **members)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
