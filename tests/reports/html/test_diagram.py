"""The architecture: places by routes, boxes by component, and flows from what the plan permits."""

import json
from typing import Any

import pytest

from reports.html.diagram.graph import Graph, drawn_flows
from reports.html.inventory import places
from reports.html.owners import Owners
from resources.resource import Resource
from tests.support.planner.plans import built
from tests.support.reports.pages import component, large, plan, resource

VPC = "vpc-1"
NODES, STORE = "sg-nodes", "sg-store"


def graph(*resources: Resource) -> dict[str, Any]:
    return document(plan(*resources))


def document(given: Any) -> dict[str, Any]:
    return Graph(given, Owners(given.resources), places(given)).document()


def titles(found: dict[str, Any], kind: str) -> list[str]:
    return sorted(each["title"] for each in found["nodes"] if each["type"] == kind)


def above(found: dict[str, Any], title: str, kind: str = "component") -> list[str]:
    """The titles of what a node is in, the nearest first."""
    nodes = {each["id"]: each for each in found["nodes"]}
    [node] = [each for each in found["nodes"] if (each["title"], each["type"]) == (title, kind)]
    names: list[str] = []
    while node["parent"]:
        node = nodes[node["parent"]]
        names.append(node["title"])
    return names


def network(gateway: str | None) -> list[Resource]:
    """A VPC with one subnet, whose way out is `gateway`, an input of a route."""
    routes = [resource("out", "aws:ec2/route:Route", inputs={"routeTableId": "rtb", gateway: "x"})] if gateway else []
    return [
        resource("vpc", "aws:ec2/vpc:Vpc", inputs={"cidrBlock": "10.0.0.0/16"}, outputs={"id": VPC}),
        resource(
            "a",
            "aws:ec2/subnet:Subnet",
            inputs={"vpcId": VPC, "availabilityZone": "eu-1a", "cidrBlock": "10.0.0.0/24"},
            outputs={"id": "subnet-a"},
        ),
        resource(
            "a",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            inputs={"routeTableId": "rtb", "subnetId": "subnet-a"},
        ),
        *routes,
    ]


@pytest.mark.parametrize(
    ("gateway", "tier"),
    [("gatewayId", "Public subnets"), ("natGatewayId", "Private subnets"), (None, "Isolated subnets")],
)
def test_a_tier_is_named_by_its_way_out(gateway: str | None, tier: str) -> None:
    found = graph(*network(gateway))
    assert titles(found, "tier") == [tier]
    assert above(found, "eu-1a", "subnet")[-3:] == [tier, "VPC", "us-east-1"]


def test_a_store_is_in_the_tier_of_its_subnet_group() -> None:
    data = component("data")
    group = resource(
        "group", "aws:rds/subnetGroup:SubnetGroup", parent=data.urn, inputs={"name": "db", "subnetIds": ["subnet-a"]}
    )
    database = resource(
        "data-db",
        "aws:rds/instance:Instance",
        parent=data.urn,
        inputs={
            "dbSubnetGroupName": "db",
            "engine": "postgres",
            "engineVersion": "17",
            "instanceClass": "db.m7g.large",
        },
    )
    found = graph(*network(None), data, group, database)
    assert above(found, "data") == ["Isolated subnets", "VPC", "us-east-1"]
    assert above(found, "db", "leaf")[0] == "data"


def cluster() -> list[Resource]:
    control = resource("eks", "eks:index:Cluster", inputs={"name": "ml", "version": "1.36", "subnets": ["subnet-a"]})
    provider = resource(
        "kubernetes", "pulumi:providers:kubernetes", property_dependencies={"kubeconfig": [control.urn]}
    )
    return [control, provider]


def deployment(name: str, owner: Resource, provider: Resource) -> Resource:
    return resource(name, "kubernetes:apps/v1:Deployment", parent=owner.urn, provider=f"{provider.urn}::id")


def test_objects_of_kubernetes_are_in_the_cluster_of_their_provider() -> None:
    control, provider = cluster()
    app = component("app")
    found = graph(*network("natGatewayId"), control, provider, app, deployment("app-web", app, provider))
    assert above(found, "app") == ["EKS cluster ml", "Private subnets", "VPC", "us-east-1"]


def test_a_rule_of_a_security_group_is_a_flow_from_the_pods_whose_policies_permit_it() -> None:
    control, provider = cluster()
    app, other, cache = component("app"), component("other"), component("cache")
    egress = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/16"}}], "ports": [{"port": 6379}]}]
    policy = resource(
        "app-out",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        parent=app.urn,
        provider=f"{provider.urn}::id",
        inputs={"spec": {"egress": egress}},
    )
    group = "aws:ec2/securityGroup:SecurityGroup"
    rule = resource(
        "in",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs={"referencedSecurityGroupId": NODES, "securityGroupId": STORE, "fromPort": 6379, "toPort": 6379},
    )
    store = resource(
        "cache-store",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        parent=cache.urn,
        inputs={"securityGroupIds": [STORE]},
    )
    template = resource("nodes", "aws:ec2/launchTemplate:LaunchTemplate", inputs={"vpcSecurityGroupIds": [NODES]})
    found = graph(
        *(control, provider, app, other, cache, policy, rule, store, template),
        resource("nodes-sg", group, outputs={"id": NODES}),
        resource("store-sg", group, outputs={"id": STORE}),
        deployment("app-web", app, provider),
        deployment("other-web", other, provider),
    )
    assert drawn_flows(found) == [("app", "cache", "network", "6379")]


def test_a_statement_of_a_policy_is_a_flow_of_data() -> None:
    data, job = component("data"), component("job")
    bucket = resource("data-raw", parent=data.urn, outputs={"arn": "arn:aws:s3:::raw"})
    role = resource("job-role", "aws:iam/role:Role", parent=job.urn, outputs={"name": "job-role"})
    statements = [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::raw/features/*"]},
        {"Effect": "Deny", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::raw/*"]},
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::rawer/*", "*"]},
    ]
    policy = resource(
        "job-policy",
        "aws:iam/rolePolicy:RolePolicy",
        parent=job.urn,
        inputs={"role": "job-role", "policy": json.dumps({"Statement": statements})},
    )
    assert drawn_flows(graph(data, job, bucket, role, policy)) == [("job", "data", "data", "reads")]


def test_an_internet_facing_load_balancer_has_a_flow_from_the_internet() -> None:
    entry = component("entry")
    kind = "aws:lb/loadBalancer:LoadBalancer"
    outside = resource("entry-lb", kind, parent=entry.urn, outputs={"arn": "arn:lb"})
    listener = resource("https", "aws:lb/listener:Listener", inputs={"loadBalancerArn": "arn:lb", "port": 443})
    assert drawn_flows(graph(entry, outside, listener)) == [("Internet", "entry", "network", "443")]
    inside = resource("entry-lb", kind, parent=entry.urn, inputs={"internal": True}, outputs={"arn": "arn:lb"})
    assert drawn_flows(graph(entry, inside, listener)) == []


def test_components_without_flows_are_one_box_when_there_are_many() -> None:
    members: list[Resource] = []
    for name in ("a", "b", "c", "d"):
        owner = component(name)
        members += [owner, resource(f"{name}-bucket", parent=owner.urn)]
    found = graph(*members)
    [group] = [each for each in found["nodes"] if each["type"] == "others"]
    assert group["open"] is False
    assert {each["parent"] for each in found["nodes"] if each["type"] == "component"} == {group["id"]}


@pytest.mark.slow
def test_the_architecture_of_prod_has_its_tiers_cluster_stores_and_ways() -> None:
    found = document(built("prod"))
    assert titles(found, "tier") == ["Isolated subnets", "Private subnets", "Public subnets"]
    assert len(titles(found, "subnet")) == 9
    flows = drawn_flows(found)
    assert ("Internet", "serving", "network", "80, 443") in flows
    assert ("feature-services", "feature-store", "network", "5432, 6379") in flows
    assert ("spark", "event-stream", "network", "9098") in flows
    nodes = {each["id"] for each in found["nodes"]}
    assert {each["parent"] for each in found["nodes"]} - nodes == {None}
    assert {end for flow in found["flows"] for end in (flow["from"], flow["to"])} <= nodes


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["staging", "kubeflow", "everything"])
def test_every_stack_can_be_drawn(stack: str) -> None:
    assert document(built(stack))["flows"]


def test_a_large_plan_has_few_boxes_at_first() -> None:
    found = document(large(10_000))
    closed = {each["id"] for each in found["nodes"] if each["open"] is False}
    visible = [each for each in found["nodes"] if each["parent"] not in closed]
    assert len(visible) < 20
