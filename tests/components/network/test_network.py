import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.core.spec import SpecError
from components.network.network import EndpointService, Network, NetworkArgs
from resources.resource import UNKNOWN
from tests.support.components.mocks import ACCOUNT, Recording, run

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ANYWHERE = "0.0.0.0/0"


def network(recording: Recording | None = None, **args: Any) -> Recording:
    arguments: NetworkArgs = {"vpc_cidr": "10.20.0.0/16", **args}  # pyright: ignore[reportAssignmentType]
    return run(lambda: Network("net", arguments), recording)


def subnets(recording: Recording, tier: str) -> list[Any]:
    return [each for each in recording.all(SUBNET) if each.name.startswith(f"net-{tier}-")]


def routes_of(recording: Recording, subnet: str) -> dict[str, str]:
    """Where the traffic of a subnet goes: destination to the target's id, by its association's table."""
    subnet_id = f"subnet-{subnet}"
    [table] = [
        each.inputs["routeTableId"] for each in recording.all(ASSOCIATION) if each.inputs["subnetId"] == subnet_id
    ]
    return {
        each.inputs["destinationCidrBlock"]: each.inputs.get("natGatewayId") or each.inputs["gatewayId"]
        for each in recording.all(ROUTE)
        if each.inputs["routeTableId"] == table
    }


def policy_of(resource: Any) -> list[dict[str, Any]]:
    return json.loads(resource.inputs["policy"])["Statement"]


@pytest.fixture(scope="module")
def prod() -> Recording:
    return network(cluster_names=["ml", "kubeflow"], interface_endpoints=["ecr.api", "ecr.dkr", "sts", "eks-auth"])


def test_each_tier_has_a_subnet_a_zone(prod: Recording) -> None:
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    for tier, first in (("public", "10.20.224.0/24"), ("private", "10.20.0.0/18"), ("isolated", "10.20.192.0/21")):
        found = subnets(prod, tier)
        assert [each.inputs["availabilityZone"] for each in found] == zones
        assert found[0].inputs["cidrBlock"] == first
        assert not any(each.inputs["mapPublicIpOnLaunch"] for each in found)


def test_public_subnets_route_to_the_internet_gateway(prod: Recording) -> None:
    assert all(routes_of(prod, each.name) == {ANYWHERE: "igw-net-internet"} for each in subnets(prod, "public"))


def test_each_private_subnet_leaves_by_the_nat_of_its_zone(prod: Recording) -> None:
    for zone in "abc":
        assert routes_of(prod, f"net-private-{zone}") == {ANYWHERE: f"nat-net-nat-{zone}"}
        assert prod.one(NAT, f"net-nat-{zone}").inputs["subnetId"] == f"subnet-net-public-{zone}"
        assert prod.one(NAT, f"net-nat-{zone}").inputs["allocationId"] == f"eipalloc-net-nat-{zone}"


def test_isolated_subnets_have_no_way_out(prod: Recording) -> None:
    assert all(routes_of(prod, each.name) == {} for each in subnets(prod, "isolated"))


def test_one_nat_serves_every_zone_when_single() -> None:
    recording = network(nat="single")
    assert [each.name for each in recording.all(NAT)] == [each.name for each in recording.all(EIP)] == ["net-nat-a"]
    assert all(routes_of(recording, f"net-private-{zone}") == {ANYWHERE: "nat-net-nat-a"} for zone in "abc")
    assert recording.outputs("net")["nat_public_ips"] == ["192.0.2.1"]


def test_without_nat_private_subnets_have_no_way_out() -> None:
    recording = network(nat="none")
    assert recording.all(NAT) == recording.all(EIP) == []
    assert all(routes_of(recording, f"net-private-{zone}") == {} for zone in "abc")
    assert recording.outputs("net")["nat_public_ips"] == []


def test_default_group_and_route_table_allow_nothing(prod: Recording) -> None:
    group = prod.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert (group.inputs["vpcId"], group.inputs["ingress"], group.inputs["egress"]) == ("vpc-net-vpc", [], [])
    table = prod.one("aws:ec2/defaultRouteTable:DefaultRouteTable")
    assert (table.inputs["defaultRouteTableId"], table.inputs["routes"]) == ("rtb-default-net-vpc", [])


def test_load_balancers_and_karpenter_find_their_subnets(prod: Recording) -> None:
    shared = {"kubernetes.io/cluster/ml": "shared", "kubernetes.io/cluster/kubeflow": "shared"}
    name = {"Name": "net-public-a"}
    assert prod.one(SUBNET, "net-public-a").inputs["tags"] == {**name, **shared, "kubernetes.io/role/elb": "1"}
    assert prod.one(SUBNET, "net-private-a").inputs["tags"] == {
        "Name": "net-private-a",
        **shared,
        "kubernetes.io/role/internal-elb": "1",
        "karpenter.sh/discovery": "ml",
    }
    assert prod.one(SUBNET, "net-isolated-a").inputs["tags"] == {"Name": "net-isolated-a"}


def test_without_clusters_no_cluster_is_tagged() -> None:
    tags = network().one(SUBNET, "net-private-a").inputs["tags"]
    assert tags == {"Name": "net-private-a", "kubernetes.io/role/internal-elb": "1"}


def test_s3_is_reached_without_the_internet(prod: Recording) -> None:
    endpoint = prod.one(ENDPOINT, "net-s3")
    assert (endpoint.inputs["serviceName"], endpoint.inputs["vpcEndpointType"]) == (
        "com.amazonaws.us-east-1.s3",
        "Gateway",
    )
    assert endpoint.inputs["routeTableIds"] == [
        *(f"rtb-net-private-{zone}" for zone in "abc"),
        "rtb-net-isolated",
    ]


def test_foreign_credentials_cannot_write_through_the_s3_endpoint(prod: Recording) -> None:
    own, services, others = policy_of(prod.one(ENDPOINT, "net-s3"))
    assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    assert services["Condition"] == {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    assert others["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]


def test_dynamodb_gets_its_gateway_when_asked() -> None:
    assert [each.name for each in network().all(ENDPOINT)] == ["net-s3"]
    endpoint = network(dynamodb_endpoint=True).one(ENDPOINT, "net-dynamodb")
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.dynamodb"
    assert all("Condition" in statement for statement in policy_of(endpoint))


def test_interface_endpoints_are_in_every_zone(prod: Recording) -> None:
    endpoint = prod.one(ENDPOINT, "net-ecr-api")
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.ecr.api"
    assert endpoint.inputs["privateDnsEnabled"] is True
    assert endpoint.inputs["subnetIds"] == [f"subnet-net-private-{zone}" for zone in "abc"]
    assert endpoint.inputs["securityGroupIds"] == ["sg-net-endpoints"]


def test_interface_endpoints_serve_the_own_account_alone(prod: Recording) -> None:
    assert all("Condition" in statement for statement in policy_of(prod.one(ENDPOINT, "net-ecr-api")))


def test_pods_may_assume_roles_of_the_account(prod: Recording) -> None:
    """Such a request is unsigned, so that no condition on its principal can hold."""
    [exchange] = [each for each in policy_of(prod.one(ENDPOINT, "net-sts")) if "Condition" not in each]
    assert exchange["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert exchange["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/*"


def test_endpoints_of_registries_have_no_policy(prod: Recording) -> None:
    assert "policy" not in prod.one(ENDPOINT, "net-ecr-dkr").inputs
    assert "policy" not in prod.one(ENDPOINT, "net-eks-auth").inputs


def test_endpoints_are_open_to_https_from_the_vpc_alone(prod: Recording) -> None:
    group = prod.one("aws:ec2/securityGroup:SecurityGroup")
    assert not group.inputs.get("ingress")
    assert not group.inputs.get("egress")
    rule = prod.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert rule["securityGroupId"] == "sg-net-endpoints"
    assert (rule["cidrIpv4"], rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("10.20.0.0/16", "tcp", 443, 443)


def test_every_connection_is_logged_and_kept(prod: Recording) -> None:
    log = prod.one(FLOW_LOG).inputs
    assert (log["vpcId"], log["trafficType"], log["maxAggregationInterval"]) == ("vpc-net-vpc", "ALL", 600)
    group = prod.one(LOG_GROUP).inputs
    assert (group["name"], group["retentionInDays"]) == ("/mlplatform/test/net/flow-logs", 90)
    assert log["logDestination"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group['name']}"


def test_the_flow_log_can_be_narrowed() -> None:
    recording = network(flow_logs={"traffic": "reject", "retention_days": 14, "aggregation_seconds": 60})
    log = recording.one(FLOW_LOG).inputs
    assert (log["trafficType"], log["maxAggregationInterval"]) == ("REJECT", 60)
    assert recording.one(LOG_GROUP).inputs["retentionInDays"] == 14


def test_the_logs_key_rotates_and_serves_this_log_group_alone(prod: Recording) -> None:
    key = prod.one("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert prod.one(LOG_GROUP).inputs["kmsKeyId"] == f"arn:aws:kms:us-east-1:{ACCOUNT}:key/net-flow-logs"
    [grant] = [each for each in policy_of(key) if "Service" in each["Principal"]]
    assert grant["Principal"]["Service"] == "logs.us-east-1.amazonaws.com"
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/mlplatform/test/net/flow-logs"
    assert grant["Condition"] == {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}}


def test_only_own_flow_logs_use_the_role_to_write(prod: Recording) -> None:
    [trust] = json.loads(prod.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/*"},
    }
    permissions = prod.one("aws:iam/rolePolicy:RolePolicy")
    assert not any("*" in action for statement in policy_of(permissions) for action in statement["Action"])
    everywhere = [each["Action"] for each in policy_of(permissions) if "*" in each["Resource"]]
    assert everywhere == [["logs:DescribeLogGroups"]], "no other action is for every resource"
    assert permissions.urn in prod.one(FLOW_LOG).dependencies


def test_the_zone_that_cannot_hold_a_control_plane_is_left_out() -> None:
    zones = {"us-east-1a": "use1-az3", "us-east-1b": "use1-az1", "us-east-1c": "use1-az2", "us-east-1d": "use1-az4"}
    recording = network(Recording(zones=zones))
    assert recording.outputs("net")["zones"] == ["us-east-1b", "us-east-1c", "us-east-1d"]


def test_named_zones_are_used_in_their_order() -> None:
    recording = network(zones=["us-east-1d", "us-east-1b"])
    assert recording.outputs("net")["zones"] == ["us-east-1d", "us-east-1b"]
    assert recording.one(SUBNET, "net-private-d").inputs["cidrBlock"] == "10.20.0.0/18"
    assert recording.outputs("net")["private_subnet_ids"] == ["subnet-net-private-d", "subnet-net-private-b"]


@pytest.mark.parametrize(
    ("zones", "args", "message"),
    [
        (
            ["a", "b"],
            {"zones": ["us-east-1a", "us-east-1e"]},
            "zones[1] = 'us-east-1e': the region has no such zone, or EKS does not support it",
        ),
        (["a", "b"], {"zones": ["us-east-1a", "eu-west-1a"]}, "choose from us-east-1a, us-east-1b"),
        (["a", "b"], {}, "zoneCount = 3: the region offers 2 (us-east-1a, us-east-1b); write fewer"),
    ],
)
def test_zones_that_the_region_lacks_are_refused(zones: list[str], args: dict[str, Any], message: str) -> None:
    recording = Recording(zones={f"us-east-1{letter}": f"id-{letter}" for letter in zones})
    with pytest.raises(SpecError) as refusal:
        network(recording, **args)
    assert message in str(refusal.value)
    assert [each.type for each in recording.resources] == ["mlplatform:index:Network"]


def test_every_child_is_parented_and_named_after_the_network(prod: Recording) -> None:
    children = prod.children("net")
    assert len(children) == len(prod.resources) - 1
    assert all(each.name.startswith("net-") for each in children)
    assert len({each.urn for each in children}) == len(children)
    assert not any(each.protect or each.retain_on_delete for each in prod.resources)


def test_every_taggable_child_is_named(prod: Recording) -> None:
    untagged = {each.type for each in prod.children("net") if not each.inputs.get("tags", {}).get("Name")}
    assert untagged == {
        ROUTE,
        ASSOCIATION,
        "aws:iam/rolePolicy:RolePolicy",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }


def test_children_and_questions_go_to_the_provider_of_the_network() -> None:
    def program() -> None:
        provider = aws.Provider("pinned", region="us-east-1")
        Network("net", {"vpc_cidr": "10.20.0.0/16"}, pulumi.ResourceOptions(provider=provider))

    recording = run(program)
    pinned = recording.one("pulumi:providers:aws").urn
    assert {each.provider for each in recording.children("net")} == {pinned}
    assert {provider.rpartition("::")[0] for _, _, provider in recording.calls} == {pinned}


def test_two_networks_share_a_stack() -> None:
    def program() -> None:
        Network("one", {"vpc_cidr": "10.20.0.0/16"})
        Network("two", {"vpc_cidr": "10.30.0.0/16"})

    recording = run(program)
    assert len({each.urn for each in recording.resources}) == len(recording.resources)
    assert len({each.inputs["name"] for each in recording.all(LOG_GROUP)}) == 2


def test_the_outputs_name_what_was_made(prod: Recording) -> None:
    assert prod.outputs("net") == {
        "vpc_id": "vpc-net-vpc",
        "vpc_cidr": "10.20.0.0/16",
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "public_subnet_ids": [f"subnet-net-public-{zone}" for zone in "abc"],
        "private_subnet_ids": [f"subnet-net-private-{zone}" for zone in "abc"],
        "isolated_subnet_ids": [f"subnet-net-isolated-{zone}" for zone in "abc"],
        "public_subnet_cidrs": ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"],
        "private_subnet_cidrs": ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"],
        "isolated_subnet_cidrs": ["10.20.192.0/21", "10.20.200.0/21", "10.20.208.0/21"],
        "private_route_table_ids": [f"rtb-net-private-{zone}" for zone in "abc"],
        "isolated_route_table_id": "rtb-net-isolated",
        "nat_gateway_ids": [f"nat-net-nat-{zone}" for zone in "abc"],
        "nat_public_ips": ["192.0.2.1"] * 3,
        "endpoint_security_group_id": "sg-net-endpoints",
        "s3_endpoint_id": "vpce-net-s3",
        "flow_log_group_name": "/mlplatform/test/net/flow-logs",
    }


def test_at_preview_the_same_resources_are_planned(prod: Recording) -> None:
    preview = network(
        Recording(preview=True),
        cluster_names=["ml", "kubeflow"],
        interface_endpoints=["ecr.api", "ecr.dkr", "sts", "eks-auth"],
    )
    assert {each.urn for each in preview.resources} == {each.urn for each in prod.resources}
    assert preview.one(SUBNET, "net-private-a").inputs["vpcId"] is UNKNOWN
    assert preview.outputs("net")["zones"] == prod.outputs("net")["zones"]


def test_private_subnet_ids_wait_for_routes_and_endpoints() -> None:
    def build() -> None:
        made = Network("net", {"vpc_cidr": "10.20.0.0/16", "interface_endpoints": [EndpointService.STS]})
        aws.ec2.NetworkInterface("node", subnet_id=made.private_subnet_ids.apply(lambda ids: ids[0]))

    node = run(build).one("aws:ec2/networkInterface:NetworkInterface")
    needed = {urn.rpartition("$")[2] for urn in node.dependencies}
    assert needed >= {
        f"{ROUTE}::net-private-a-nat",
        f"{ROUTE}::net-public-internet",
        f"{ASSOCIATION}::net-private-a",
        f"{ASSOCIATION}::net-public-a",
        f"{ENDPOINT}::net-s3",
        f"{ENDPOINT}::net-sts",
    }
