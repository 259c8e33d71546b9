"""A price is of the region that a resource is in; where that region has none, the resource is unpriced there."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner.any_program.command import main
from pricing.table import load_table, regions

SKUS = {
    "aws:ec2/instance:Instance": {"instanceType": "t3.medium"},
    "aws:ec2/natGateway:NatGateway": {"subnetId": "subnet-1", "connectivityType": "private"},
    "aws:lightsail/instance:Instance": {"bundleId": "small_3_0"},
    "aws:redshift/cluster:Cluster": {"nodeType": "ra3.xlplus", "numberOfNodes": 2},
    "aws:networkfirewall/firewall:Firewall": {"subnetMappings": [{"subnetId": "subnet-1"}]},
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": {},
}


def cost(tmp_path: Path, capsys: pytest.CaptureFixture[str], region: str) -> dict[str, Any]:
    rows = [
        {"urn": f"urn:pulumi:dev::shop::{type_}::one", "type": type_, "custom": True, "inputs": inputs}
        for type_, inputs in SKUS.items()
    ]
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": rows}}))
    assert main("price", [str(path), "--region", region, "--json", "--today", "2026-11-30"]) == 0
    return json.loads(capsys.readouterr().out)["cost"]


@pytest.mark.parametrize("region", [*regions(), "eu-north-1", "us-gov-west-1"])
def test_price_is_of_the_region_or_missing_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], region: str
) -> None:
    found = cost(tmp_path, capsys, region)
    table = load_table(region)
    listed = {
        price.on_demand
        for service in {line["item"].split()[0] for line in found["lines"]}
        for sku in table.skus(service)
        if (price := table.price(service, sku))
    }
    assert {line["unitPrice"] for line in found["lines"]} <= listed
    missing = [gap["reason"] for gap in found["gaps"] if gap["reason"].startswith("no price of")]
    assert all(f" in {region};" in reason for reason in missing)
    assert missing
    assert {line["urn"] for line in found["lines"]} | {gap["urn"] for gap in found["gaps"]} >= {
        f"urn:pulumi:dev::shop::{type_}::one" for type_ in SKUS
    }
    assert bool(found["lines"]) is (region in regions())
