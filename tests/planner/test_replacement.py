"""Whether a change replaces a resource, by the facts of the providers, and what follows it."""

import json
from typing import Any

import pytest
from pulumi import _types as sdk  # pyright: ignore[reportPrivateUsage] - the SDK's own translation of names

from planner.difference import Effect, compare
from planner.plan import Plan
from planner.replacement import effect_of, forced_values
from planner.stateful import HOLDS
from pricing.budget import Budget
from pricing.lines import Estimate
from tests.support.planner.documents import plan, resource, urn
from tests.support.planner.plans import ROOT, STACKS, plan_of
from tests.support.planner.sdk import arguments_of

POOL = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:ec2/routeTable:RouteTable"
CLUSTER = "eks:index:Cluster"
PROVIDER = "pulumi:providers:kubernetes"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


def effect(resource_type: str, before: dict[str, Any], after: dict[str, Any]) -> Effect:
    changes = compare(plan([resource(resource_type, "x", before)]), plan([resource(resource_type, "x", after)])).changed
    return changes[0].effect


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "expected"),
    [
        (POOL, {"instanceTypes": ["g4dn.xlarge"]}, {"instanceTypes": ["g5.xlarge"]}, Effect.REPLACES),
        (POOL, {"scalingConfig": {"maxSize": 3}}, {"scalingConfig": {"maxSize": 4}}, Effect.UPDATES),
        (
            POOL,
            {"launchTemplate": {"id": "lt-1", "version": "1"}},
            {"launchTemplate": {"id": "lt-1", "version": "2"}},
            Effect.UPDATES,
        ),
        (POOL, {"launchTemplate": {"id": "lt-1"}}, {"launchTemplate": {"id": "lt-2"}}, Effect.REPLACES),
        # What the provider chose before may be what is now asked for, and what it keeps is no change.
        (POOL, {}, {"diskSize": 20}, Effect.MAY_REPLACE),
        (POOL, {"diskSize": 20}, {}, Effect.UPDATES),
        (POOL, {"capacityType": "[unknown]"}, {"capacityType": "SPOT"}, Effect.MAY_REPLACE),
        # A block that comes or goes replaces, and so does what is in it.
        (POOL, {}, {"remoteAccess": {"ec2SshKey": "k"}}, Effect.REPLACES),
        (
            "aws:msk/cluster:Cluster",
            {"brokerNodeGroupInfo": {"instanceType": "a"}},
            {"brokerNodeGroupInfo": {"instanceType": "b"}},
            Effect.UPDATES,
        ),
        (
            "aws:msk/cluster:Cluster",
            {"brokerNodeGroupInfo": {"clientSubnets": ["a"]}},
            {"brokerNodeGroupInfo": {"clientSubnets": ["b"]}},
            Effect.REPLACES,
        ),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, {}, Effect.REPLACES),
        ("aws:sqs/queue:Queue", {"fifoQueue": False}, {}, Effect.MAY_REPLACE),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"engineVersion": "7.0"},
            {"engineVersion": "7.1"},
            Effect.MAY_REPLACE,
        ),
        (CLUSTER, {"version": "1.33"}, {"version": "1.34"}, Effect.UPDATES),
        (CLUSTER, {"name": "a"}, {"name": "b"}, Effect.REPLACES),
        (CLUSTER, {"encryptionConfigKeyArn": "arn:a"}, {}, Effect.REPLACES),
        (CLUSTER, {}, {"encryptionConfigKeyArn": "arn:a"}, Effect.UPDATES),
        ("kubernetes:apps/v1:Deployment", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, Effect.UPDATES),
        (
            "kubernetes:apps/v1:Deployment",
            {"spec": {"selector": {"matchLabels": {"app": "a"}}}},
            {"spec": {"selector": {"matchLabels": {"app": "b"}}}},
            Effect.REPLACES,
        ),
        ("kubernetes:helm.sh/v3:Release", {"namespace": "a"}, {"namespace": "b"}, Effect.REPLACES),
        ("kubernetes:helm.sh/v3:Release", {"version": "1"}, {"version": "2"}, Effect.UPDATES),
        (
            "kubernetes:karpenter.sh/v1:NodePool",
            {"metadata": {"name": "a"}},
            {"metadata": {"name": "b"}},
            Effect.REPLACES,
        ),
        ("kubernetes:karpenter.sh/v1:NodePool", {"spec": {"weight": 1}}, {"spec": {"weight": 2}}, Effect.UPDATES),
        ("aws:nowhere/thing:Thing", {"a": 1}, {"a": 2}, Effect.UNKNOWN),
    ],
)
def test_a_change_does_what_the_provider_says(
    resource_type: str, before: dict[str, Any], after: dict[str, Any], expected: Effect
) -> None:
    assert effect(resource_type, before, after) is expected


def test_a_component_of_ours_is_never_replaced() -> None:
    before, after = (resource("mlplatform:index:Network", "n", {"a": value}, custom=False) for value in (1, 2))
    assert compare(plan([before]), plan([after])).replaced == ()


@pytest.mark.parametrize(
    ("switch", "immutable", "expected"),
    [(None, None, Effect.REPLACES), ("true", None, Effect.UPDATES), ("true", True, Effect.REPLACES)],
)
def test_config_map_data_replaces_unless_it_is_mutable(
    switch: str | None, immutable: bool | None, expected: Effect
) -> None:
    provider = resource(PROVIDER, "k8s", {"enableConfigMapMutable": switch} if switch else {})
    before, after = (
        resource(CONFIG_MAP, "c", {"data": {"k": value}, "immutable": immutable}, provider=provider["urn"])
        for value in "ab"
    )
    (change,) = compare(plan([provider, before]), plan([provider, after])).changed
    assert change.effect is expected


def document_of(stack: str) -> dict[str, Any]:
    """The stack's plan as a comparison reads it, without cost and verdicts."""
    estimate = Estimate("USD", "us-east-1", 0, (), (), ())
    return json.loads(Plan("sample", "test", plan_of(stack), {}, Budget(monthly_budget=1), estimate, (), (), ()).json())


def network(cidr: str) -> list[dict[str, Any]]:
    """A network in which a subnet takes the id of the VPC, a queue only waits for it, and a table uses the subnet."""
    after_vpc = {"vpcId": [urn(VPC, "vpc")]}
    return [
        resource(VPC, "vpc", {"cidrBlock": cidr}, outputs={"id": "vpc-12345678"}),
        resource(
            SUBNET,
            "subnet",
            {"vpcId": "vpc-12345678"},
            propertyDependencies=after_vpc,
            outputs={"id": "subnet-12345678"},
        ),
        resource(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "association",
            {"subnetId": "subnet-12345678"},
            propertyDependencies={"subnetId": [urn(SUBNET, "subnet")]},
        ),
        resource("aws:sqs/queue:Queue", "queue", {"name": "jobs"}, propertyDependencies={"name": [urn(VPC, "vpc")]}),
        resource(TABLE, "table", {"tags": {"vpc": "vpc-12345678"}}, propertyDependencies={"tags": [urn(VPC, "vpc")]}),
    ]


def launched(template: dict[str, Any], version: str = "1") -> list[dict[str, Any]]:
    """A node group that takes `version` of a launch template, whose latest one is 1."""
    source = resource(TEMPLATE, "template", template, outputs={"id": "lt-12345678", "latestVersion": 1})
    used = {"id": "lt-12345678", "version": version}
    depends = {"launchTemplate": [source["urn"]]}
    return [source, resource(POOL, "nodes", {"launchTemplate": used}, propertyDependencies=depends)]


@pytest.mark.parametrize(
    ("changed", "version", "expected"),
    [
        ({"imageId": "ami-2"}, "1", ["nodes launchTemplate.version", "template imageId"]),
        # These make no new version.
        ({"tags": {"team": "b"}}, "1", ["template tags.team"]),
        ({"updateDefaultVersion": True}, "1", ["template updateDefaultVersion"]),
        # EKS looks for no newer version by itself.
        ({"imageId": "ami-2"}, "$Default", ["template imageId"]),
    ],
)
def test_node_group_follows_the_latest_launch_template(
    changed: dict[str, Any], version: str, expected: list[str]
) -> None:
    before = {"imageId": "ami-1", "tags": {"team": "a"}, "updateDefaultVersion": False}
    found = compare(plan(launched(before, version)), plan(launched({**before, **changed}, version)))
    assert sorted(f"{each.resource.name} {change.path}" for each in found.changed for change in each.inputs) == expected
    assert found.replaced == ()


def test_compute_environment_follows_the_latest_launch_template() -> None:
    def machines(image: str) -> list[dict[str, Any]]:
        source = resource(TEMPLATE, "template", {"imageId": image}, outputs={"id": "lt-1", "latestVersion": 1})
        used = {"launchTemplate": {"launchTemplateId": "lt-1", "version": "1"}}
        depends = {"computeResources": [source["urn"]]}
        return [source, resource(ENVIRONMENT, "gpus", {"computeResources": used}, propertyDependencies=depends)]

    found = compare(plan(machines("ami-1")), plan(machines("ami-2")))
    changes = {each.resource.name: [change.path for change in each.inputs] for each in found.changed}
    assert changes == {"template": ["imageId"], "gpus": ["computeResources.launchTemplate.version"]}
    assert found.replaced == ()


def test_replacement_spreads_through_forcing_inputs() -> None:
    replaced = compare(plan(network("10.0.0.0/16")), plan(network("10.1.0.0/16"))).replaced
    assert {(each.resource.name, each.certain, each.reasons) for each in replaced} == {
        ("vpc", True, ("cidrBlock changes",)),
        ("subnet", True, ("it is in vpc, which is replaced, and AWS does not move it to another VPC",)),
        ("association", False, ("subnetId comes from subnet",)),
    }


@pytest.mark.parametrize("stack", ["prod", "kubeflow"])
def test_another_vpc_replaces_the_cluster_and_the_stores(stack: str) -> None:
    before = document_of(stack)
    after = document_of(stack)
    (vpc,) = (each for each in after["resources"] if each["type"] == VPC)
    vpc["inputs"]["cidrBlock"] = "10.99.0.0/16"
    lost = {each.resource.type: each.event for each in compare(before, after).at_risk}
    assert lost[CLUSTER] == "replaced"
    assert lost["aws:rds/instance:Instance"] == "replaced"
    assert lost["aws:elasticache/replicationGroup:ReplicationGroup"] == "replaced"


def test_another_subnet_of_the_same_vpc_replaces_no_store() -> None:
    before, after = document_of("prod"), document_of("prod")
    for each in after["resources"]:
        if each["type"].endswith(":SubnetGroup"):
            each["inputs"]["subnetIds"] = each["inputs"]["subnetIds"][:-1]
    assert not compare(before, after).at_risk


def test_a_vpc_that_may_be_replaced_puts_its_stores_at_risk() -> None:
    def stack(tenancy: str) -> dict[str, Any]:
        return plan(
            [
                resource(VPC, "vpc", {"instanceTenancy": tenancy}),
                resource(SUBNET, "subnet", {"vpcId": "vpc-1"}, propertyDependencies={"vpcId": [urn(VPC, "vpc")]}),
                resource(
                    CLUSTER,
                    "eks",
                    {"privateSubnetIds": ["subnet-1"]},
                    custom=False,
                    propertyDependencies={"privateSubnetIds": [urn(SUBNET, "subnet")]},
                ),
            ]
        )

    risks = compare(stack("dedicated"), stack("default")).at_risk
    assert [(each.resource.name, each.event) for each in risks] == [("eks", "may be replaced")]


def test_replaced_cluster_replaces_what_runs_in_it() -> None:
    def cluster(name: str) -> list[dict[str, Any]]:
        provider = resource(
            PROVIDER, "k8s", {"kubeconfig": "[secret]"}, propertyDependencies={"kubeconfig": [urn(CLUSTER, "eks")]}
        )
        inside = resource("kubernetes:core/v1:Namespace", "ns", {"metadata": {"name": "ns"}}, provider=provider["urn"])
        return [resource(CLUSTER, "eks", {"name": name}, custom=False), provider, inside]

    difference = compare(plan(cluster("a")), plan(cluster("b")))
    assert [(each.resource.name, each.certain) for each in difference.replaced] == [
        ("eks", True),
        ("ns", False),
        ("k8s", False),
    ]
    assert [(each.resource.name, each.event) for each in difference.at_risk] == [
        ("eks", "replaced"),
        ("ns", "may be replaced"),
    ]


def test_provider_in_another_region_replaces_its_resources() -> None:
    def stack(region: str) -> list[dict[str, Any]]:
        provider = resource("pulumi:providers:aws", "aws", {"region": region})
        resources = [
            resource(VPC, "vpc"),
            resource(VPC, "elsewhere", {"region": "eu-west-1"}),
            resource("aws:iam/role:Role", "role"),
        ]
        return [provider, *({**each, "provider": provider["urn"]} for each in resources)]

    (replacement,) = compare(plan(stack("us-east-1")), plan(stack("us-west-2"))).replaced
    assert replacement.resource.name == "vpc"
    assert replacement.certain
    assert replacement.reasons == ("its provider moves from us-east-1 to us-west-2",)


def test_resources_that_name_each_other_end_the_search() -> None:
    def pair(cidr: str) -> list[dict[str, Any]]:
        return [
            resource(
                SUBNET,
                name,
                {"vpcId": f"id-of-{other}", "cidrBlock": cidr},
                outputs={"id": f"id-of-{name}"},
                propertyDependencies={"vpcId": [urn(SUBNET, other)]},
            )
            for name, other in (("one", "two"), ("two", "one"))
        ]

    assert len(compare(plan(pair("10.0.0.0/24")), plan(pair("10.0.1.0/24"))).replaced) == 2


def known_types() -> set[str]:
    """The types in replacements.json; `kubernetes:*` stands for the other kinds of Kubernetes."""
    return set(json.loads((ROOT / "planner" / "replacements.json").read_text(encoding="utf-8"))["types"])


@pytest.mark.parametrize("stack", STACKS)
def test_replacement_facts_cover_every_type_of_the_stacks(stack: str) -> None:
    types = {each.type for each in plan_of(stack) if each.custom or each.type.startswith("eks:")}
    known = known_types()
    wrong: list[str] = []
    for resource_type in sorted(types):
        if resource_type.startswith("kubernetes:"):
            continue
        if resource_type not in known:
            wrong.append(f"{resource_type} is missing")
        arguments = arguments_of(resource_type)
        names = set(sdk.input_type_py_to_pulumi_names(arguments).values()) if arguments else set[str]()
        wrong += [f"{resource_type} has no {name}" for name in forced_values(resource_type, {}) if name not in names]
    assert wrong == []


def test_every_stateful_type_is_one_the_facts_know() -> None:
    known = known_types()
    assert [each for each in HOLDS if not each.startswith("kubernetes:") and each not in known] == []


def test_an_effect_is_judged_alone_as_well() -> None:
    (change,) = compare(plan([resource(VPC, "v", {"a": 1})]), plan([resource(VPC, "v", {"a": 2})])).changed[0].inputs
    assert effect_of(VPC, change) is Effect.UPDATES
    assert effect_of("random:index:Id", change) is Effect.UNKNOWN
