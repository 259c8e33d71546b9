"""A cluster that exists is not imported: the stack gets the config that uses it."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner.adoption.cluster_config import as_yaml, sections
from planner.adoption.existing import Existing
from planner.adoption.report import as_json, as_text
from planner.adoption.terraform import read_terraform
from stacks.config import parse_config
from tests.support.planner import terraform_state as terraform

VPC, GROUP = "vpc-0123456789abcdef0", "sg-0123456789abcde40"
BASE: dict[str, Any] = {
    "environment": {
        "kind": "staging",
        "owner": "vision",
        "costCenter": "ml",
        "account": "123456789012",
        "region": "eu-central-1",
    },
    "cost": {"monthlyBudget": 3000},
}
POOL = {"name": "system", "instanceTypes": ["m7i.xlarge"], "minimum": 2, "maximum": 4}


def subnet(number: int, zone: str, *, public: bool = False) -> dict[str, Any]:
    """A subnet of the cluster."""
    return terraform.instance(
        "aws_subnet",
        f"subnet{number}",
        id=f"subnet-0123456789abcde{number:02}",
        vpc_id=VPC,
        cidr_block=f"10.50.{number}.0/24",
        availability_zone=f"eu-central-1{zone}",
        map_public_ip_on_launch=public,
    )


@pytest.fixture
def existing(tmp_path: Path) -> list[Existing]:
    """A cluster over two zones, each with a public and a private subnet, and its VPC."""
    subnets = [
        subnet(10, "a", public=True),
        subnet(11, "b", public=True),
        subnet(21, "b"),
        subnet(20, "a"),
        subnet(22, "a"),
    ]
    network = {
        "cluster_security_group_id": GROUP,
        "subnet_ids": [each["instances"][0]["attributes"]["id"] for each in subnets],
        "vpc_id": VPC,
    }
    cluster = terraform.instance(
        "aws_eks_cluster", "main", id="acme", name="acme", version="1.35", vpc_config=[network]
    )
    vpc = terraform.instance("aws_vpc", "main", id=VPC, cidr_block="10.50.0.0/16")
    return read_terraform(terraform.write(tmp_path / "terraform.tfstate", [cluster, vpc, *subnets]))


def test_the_config_is_one_that_the_stack_takes(existing: list[Existing]) -> None:
    found = sections(existing[0], existing)
    found["gpuCluster"] |= {"nodePools": [POOL], "deletionProtection": False}
    values = {f"mlplatform:{name}": json.dumps(each) for name, each in {**BASE, **found}.items()}
    config = parse_config(values)
    assert config.gpu_cluster
    assert config.gpu_cluster.existing
    assert (config.gpu_cluster.cluster_name, config.gpu_cluster.existing.security_group_id) == ("acme", GROUP)
    there = config.network.existing
    assert there
    assert [each.id for each in there.private_subnets] == ["subnet-0123456789abcde20", "subnet-0123456789abcde21"]
    assert [each.id for each in there.public_subnets] == ["subnet-0123456789abcde10", "subnet-0123456789abcde11"]


def test_the_report_has_the_config(existing: list[Existing]) -> None:
    shown = as_text("test", [], existing)
    assert f"securityGroupId: {GROUP}" in shown
    assert max(map(len, shown.splitlines())) <= 80
    [cluster] = [each for each in json.loads(as_json("test", [], existing))["notPlanned"] if each["config"]]
    assert cluster["config"]["gpuCluster"]["kubernetesVersion"] == "1.35"


def test_without_its_network_only_the_cluster_is_named(existing: list[Existing]) -> None:
    found = sections(existing[0], existing[:1])
    assert list(found) == ["gpuCluster"]
    assert "mlplatform:gpuCluster:" in as_yaml(found)
    bare = sections(Existing("aws_eks_cluster.x", "aws_eks_cluster", {"id": "x", "vpc_config": "odd"}), [])
    assert bare["gpuCluster"]["clusterName"] == "x"
    odd = Existing("aws_eks_cluster.x", "aws_eks_cluster", {"id": "x", "vpc_config": [{"subnet_ids": 7.5}]})
    assert sections(odd, existing).keys() == {"gpuCluster"}
