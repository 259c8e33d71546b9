"""What the data sources of the AWS provider read of an account."""

from collections.abc import Callable, Mapping
from typing import Any

Call = Callable[..., dict[str, Any]]
"""Calls an operation, such as "ec2:DescribeVpcs", in a region, with members."""


def read(call: Call, region: str, token: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the data source `token` reads, by Pulumi's names; None where it reads nothing of the account."""
    reader = _READERS.get(token)
    return reader(call, region, asked) if reader else None


def _vpc(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    identity = asked["id"]
    [found] = call("ec2:DescribeVpcs", region, VpcIds=[identity])["Vpcs"]

    def is_on(attribute: str) -> bool:
        answer = call("ec2:DescribeVpcAttribute", region, VpcId=identity, Attribute=attribute)
        return answer[f"{attribute[0].upper()}{attribute[1:]}"]["Value"]

    return {
        "id": identity,
        "cidrBlock": found["CidrBlock"],
        "cidrBlockAssociations": [{"cidrBlock": found["CidrBlock"], "associationId": "", "state": "associated"}],
        "enableDnsSupport": is_on("enableDnsSupport"),
        "enableDnsHostnames": is_on("enableDnsHostnames"),
    }


def _subnet(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    [found] = call("ec2:DescribeSubnets", region, SubnetIds=[asked["id"]])["Subnets"]
    return {
        "id": asked["id"],
        "vpcId": found["VpcId"],
        "availabilityZone": found["AvailabilityZone"],
        "cidrBlock": found["CidrBlock"],
    }


def _route_table(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    wanted = [{"Name": "association.subnet-id", "Values": [asked["subnetId"]]}]
    [found] = call("ec2:DescribeRouteTables", region, Filters=wanted)["RouteTables"]
    routes = [
        {"cidrBlock": each.get("DestinationCidrBlock", ""), "gatewayId": each.get("GatewayId", "")}
        for each in found["Routes"]
    ]
    return {"id": found["RouteTableId"], "routes": routes}


def _bucket(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = call("s3:GetBucketLocation", region, Bucket=asked["bucket"])["LocationConstraint"]
    return {"id": asked["bucket"], "bucket": asked["bucket"], "bucketRegion": found or "us-east-1"}


def _key(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = call("kms:DescribeKey", region, KeyId=asked["keyId"])["KeyMetadata"]
    return {"id": found["KeyId"], "keyId": asked["keyId"], "arn": found["Arn"], "enabled": found["Enabled"]}


def _cluster(call: Call, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = call("eks:DescribeCluster", region, name=asked["name"])["cluster"]
    network = found["resourcesVpcConfig"]
    return {
        "id": found["name"],
        "name": found["name"],
        "version": found["version"],
        "endpoint": found["endpoint"],
        "certificateAuthorities": [{"data": found["certificateAuthority"]["data"]}],
        "vpcConfig": {
            # The security group that EKS makes, which moto does not.
            "clusterSecurityGroupId": network.get("clusterSecurityGroupId", ""),
            "securityGroupIds": network.get("securityGroupIds", []),
        },
    }


_READERS: Mapping[str, Callable[[Call, str, Mapping[str, Any]], dict[str, Any]]] = {
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:ec2/getSubnet:getSubnet": _subnet,
    "aws:ec2/getRouteTable:getRouteTable": _route_table,
    "aws:eks/getCluster:getCluster": _cluster,
    "aws:kms/getKey:getKey": _key,
    "aws:s3/getBucket:getBucket": _bucket,
}
