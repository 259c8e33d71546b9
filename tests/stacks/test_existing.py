"""A stack over a VPC and buckets that exist: none of them is made, and every reader of the plan knows them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from availability.site import Site
from components.core.spec import SpecError
from planner.build import plan_of
from planner.plan import Plan
from planner.stackfile import StackFile
from reports.registries.facilities import facilities
from stacks.config import parse_config
from stacks.second_region import second_region

ROOT = Path(__file__).parents[2]
VPC = "vpc-0123456789abcdef0"
PRIVATE = ["subnet-0123456789abcde20", "subnet-0123456789abcde21"]
PUBLIC = ["subnet-0123456789abcde10", "subnet-0123456789abcde11"]
ISOLATED = ["subnet-0123456789abcde30", "subnet-0123456789abcde31"]
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
CONTROL_PLANE = "sg-0123456789abcde40"
FREE = {"deletionProtection": False}

SECTIONS: dict[str, Any] = {
    "environment": {
        "kind": "staging", "owner": "vision", "costCenter": "ml", "account": "123456789012", "region": "eu-central-1"
    },
    "cost": {"monthlyBudget": 3000},
    "network": {
        "vpcCidr": "10.50.0.0/16",
        "zones": ["eu-central-1a", "eu-central-1b"],
        "existing": {
            "vpcId": VPC,
            "publicSubnets": [{"id": PUBLIC[0], "cidr": "10.50.224.0/24"}, {"id": PUBLIC[1], "cidr": "10.50.225.0/24"}],
            "privateSubnets": [{"id": PRIVATE[0], "cidr": "10.50.0.0/18"}, {"id": PRIVATE[1], "cidr": "10.50.64.0/18"}],
            "isolatedSubnets": [
                {"id": ISOLATED[0], "cidr": "10.50.192.0/21"}, {"id": ISOLATED[1], "cidr": "10.50.200.0/21"}
            ],
        },
    },
    "gpuCluster": {
        "clusterName": "acme",
        "existing": {"securityGroupId": CONTROL_PLANE},
        "access": [{"name": "ops", "principalArn": "arn:aws:iam::123456789012:role/ops", "level": "view"}],
        "nodePools": [
            {"name": "system", "instanceTypes": ["m7i.xlarge"], "minimum": 2, "maximum": 4},
            {"name": "one-zone", "instanceTypes": ["m7i.large"], "minimum": 0, "maximum": 1, "zone": "eu-central-1b"},
        ],
        "karpenter": {"pools": [{"name": "gpu", "instanceTypes": ["g6.xlarge"], "maximumGpus": 2, "maximumVcpus": 8}]},
        **FREE,
    },
    "featureStore": {
        "data": {"prefix": "acme", "existing": {"keyArn": KEY, "raw": "acme-lake", "models": "acme-weights"}, **FREE},
        "catalog": {"database": "acme"},
        "online": {"cacheName": "acme", "gigabytes": 2, "users": [{"name": "serving", "access": "read"}], **FREE},
        "database": {"identifier": "acme", "instanceClass": "db.t4g.medium", "storageGib": 20, **FREE},
    },
    "alarms": {"name": "acme", "critical": {"emails": ["a@acme.org"]}, "warning": {"emails": ["a@acme.org"]}},
}  # fmt: skip


def config_of(sections: dict[str, Any]) -> dict[str, str]:
    return {f"mlplatform:{name}": json.dumps(value, sort_keys=True) for name, value in sections.items()}


@pytest.fixture(scope="module")
def plan() -> Plan:
    file = StackFile("mlplatform", "acme", ROOT / "Pulumi.acme.yaml", config_of(SECTIONS), frozenset())
    return plan_of(ROOT, file, today=date(2026, 12, 1))


def made(plan: Plan, *types: str) -> list[Any]:
    return [each for each in plan.resources if each.type in types]


def test_nothing_of_what_exists_is_made_or_billed(plan: Plan) -> None:
    assert not plan.violations
    assert not [each for each in plan.resources if each.type.startswith(("aws:ec2/vpc:", "aws:ec2/subnet:"))]
    assert not [each for each in plan.resources if each.urn.startswith("network-")]
    buckets = {each.inputs["bucket"] for each in made(plan, "aws:s3/bucket:Bucket")}
    assert buckets == {"acme-logs-123456789012", "acme-training-123456789012", "acme-offline-123456789012"}
    assert not [line.what for line in plan.estimate.lines if "NAT" in line.what]


def test_what_is_made_is_in_the_existing_subnets(plan: Plan) -> None:
    groups = {each.name: each.inputs["subnetIds"] for each in made(plan, "aws:eks/nodeGroup:NodeGroup")}
    assert groups["gpu-cluster-system-nodes"] == PRIVATE
    assert groups["gpu-cluster-one-zone-nodes"] == [PRIVATE[1]]
    [database] = made(plan, "aws:rds/subnetGroup:SubnetGroup")
    assert database.inputs["subnetIds"] == ISOLATED
    [nodes] = [each for each in plan.resources if each.type.endswith(":EC2NodeClass")]
    assert nodes.inputs["spec"]["subnetSelectorTerms"] == [{"id": each} for each in PRIVATE]
    rights = json.dumps([each.inputs for each in made(plan, "aws:iam/rolePolicy:RolePolicy")])
    assert "acme-raw-123456789012" not in rights


def test_readers_of_the_plan_know_the_zones(plan: Plan) -> None:
    site = Site(plan.resources)
    assert site.zones == ("eu-central-1a", "eu-central-1b")
    [pool] = [each for each in plan.resources if each.name == "gpu-cluster-system-nodes"]
    assert site.zones_of(pool, "subnetIds") == ("eu-central-1a", "eu-central-1b")
    rows = {row["name"]: row for row in facilities(plan).rows}
    for name in (VPC, *PRIVATE, "acme-lake", "acme-weights", "acme"):
        assert "existing, not made here" in str(rows[name]["what"])
        assert rows[name].get("monthly_usd") is None
    assert rows["gpu-cluster-system-nodes"]["zones"] == ["eu-central-1a", "eu-central-1b"]


def test_plan_says_what_the_owners_are_responsible_for(plan: Plan) -> None:
    said = {each.what: each.why for each in plan.prerequisites}
    assert "flow log" in said[f"{VPC} with the subnets of network.existing"]
    assert "all logs" in said["EKS cluster acme of gpuCluster.existing, with access entries"]
    assert "versioning" in said["bucket acme-lake of featureStore.data.existing (raw)"]


def test_existing_cluster_gets_nodes_and_software_alone(plan: Plan) -> None:
    assert not made(plan, "eks:index:Cluster", "aws:eks/cluster:Cluster", "aws:eks/addon:Addon")
    assert not made(plan, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert "gpu-cluster-cluster-sg" not in {each.name for each in made(plan, "aws:ec2/securityGroup:SecurityGroup")}
    entries = made(plan, "aws:eks/accessEntry:AccessEntry", "aws:eks/nodeGroup:NodeGroup")
    assert {each.inputs["clusterName"] for each in entries} == {"acme"}
    rules = made(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    into = {each.name for each in rules if each.inputs["securityGroupId"] == CONTROL_PLANE}
    assert into == {"gpu-cluster-api-from-nodes"}
    assert not [line.what for line in plan.estimate.lines if "control plane" in line.what]


def test_second_region_has_a_network_and_buckets_of_its_own() -> None:
    recovery = {"vaultName": "acme", "emails": ["a@acme.org"], "region": "eu-west-1", "mode": "pilot-light"}
    sections = {**SECTIONS, "recovery": recovery}
    second = second_region(sections, parse_config(config_of(sections)))
    assert "existing" not in second["network"]
    assert "existing" not in second["gpuCluster"]
    assert "existing" not in second["featureStore"]["data"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("endpointPrivateCidrs", ["10.50.0.0/16"], "configures a control plane that is made here"),
        ("logRetentionDays", 30, "configures a control plane that is made here"),
        ("existing", {"securityGroupId": "sg-1"}, "gpuCluster.existing.securityGroupId = 'sg-1'"),
    ],
)
def test_fields_of_a_made_control_plane_are_refused(field: str, value: Any, said: str) -> None:
    cluster = {**SECTIONS["gpuCluster"], field: value}
    with pytest.raises(SpecError) as error:
        parse_config(config_of({**SECTIONS, "gpuCluster": cluster}))
    assert f"gpuCluster.{field}" in str(error.value)
    assert said in str(error.value)


def test_existing_cluster_needs_its_vpc() -> None:
    network = {key: value for key, value in SECTIONS["network"].items() if key != "existing"}
    with pytest.raises(SpecError, match=r"add network\.existing"):
        parse_config(config_of({**SECTIONS, "network": network}))


@pytest.mark.parametrize(
    ("section", "value", "said"),
    [
        (
            "modelServing",
            {"zoneName": "acme.org", "domain": "models.acme.org", "platform": {"modelNamespaces": ["models"]}},
            "network.existing.publicSubnets = []: modelServing needs public subnets; add them, or set "
            "loadBalancer.internal",
        ),
    ],
)
def test_section_that_needs_public_subnets_says_so(section: str, value: Any, said: str) -> None:
    existing = {key: value for key, value in SECTIONS["network"]["existing"].items() if key != "publicSubnets"}
    sections = {**SECTIONS, "network": {**SECTIONS["network"], "existing": existing}, section: value}
    with pytest.raises(SpecError) as error:
        parse_config(config_of(sections))
    assert said in str(error.value)
