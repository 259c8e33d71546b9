"""Every commercial, GovCloud and China region plans, with its own partition in every ARN."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from components.facts.instances import regions, types_in
from components.facts.regions import known_regions
from planner.command import main
from pricing.table import regions as priced_regions
from tests.support.planner.programs import project

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
_SYSTEM = ("m7i.large", "m6i.large", "m5.large")
_GPU = ("g4dn.xlarge", "g5.xlarge", "g6.xlarge", "p3.2xlarge", "p4d.24xlarge")


def config(region: str) -> dict[str, Any]:
    """A network and a cluster of types that the region offers."""
    offered = types_in(region)
    pools = [{"name": "system", "instanceTypes": [first(_SYSTEM, offered)], "minimum": 2, "maximum": 3}]
    if gpu := first(_GPU, offered):
        pools.append({"name": "gpu", "instanceTypes": [gpu], "minimum": 0, "maximum": 1})
    return {
        "mlplatform:environment": {
            "kind": "development",
            "owner": "ml",
            "costCenter": "ml",
            "account": "123456789012",
            "region": region,
        },
        "mlplatform:cost": {"monthlyBudget": 20_000},
        "mlplatform:network": {"vpcCidr": "10.90.0.0/16", "zoneCount": 2, "nat": "single"},
        "mlplatform:gpuCluster": {"clusterName": "ml", "nodePools": pools},
    }


def first(names: tuple[str, ...], offered: frozenset[str]) -> str | None:
    return next((name for name in names if name in offered), None)


@pytest.mark.parametrize("region", sorted(known_regions()))
def test_every_region_plans_in_its_own_partition(
    region: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path, (ROOT / "__main__.py").read_text(), config(region))
    ended = main(["test", "--root", str(root), "--today", "2026-11-21", "--quiet"])
    printed = capsys.readouterr()
    assert ended in (0, 1), printed.err
    plan = json.loads((tmp_path / "build" / "test" / "plan.json").read_text())
    # Only the budget may fail, for want of prices.
    broken = {each["policy"] for each in plan["policies"] if each["level"] == "mandatory" and not each["exception"]}
    assert broken <= {"monthly-budget"}
    text = json.dumps(plan["resources"])
    place = known_regions()[region]
    assert set(re.findall(r"\barn:(aws[a-z-]*):", text)) == {place.partition}
    others = {other for other in known_regions() if other != region and re.search(rf"\b{other}\b", text)}
    assert others == set()
    if region not in priced_regions():
        assert plan["warnings"][0]["field"] == "environment.region"
        assert f"make prices REGION={region}" in plan["warnings"][0]["remedy"]


def test_a_region_without_prices_names_three_and_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    region = "eu-north-1"
    assert region not in priced_regions()
    root = project(tmp_path, (ROOT / "__main__.py").read_text(), config(region))
    assert main(["test", "--root", str(root), "--today", "2026-11-21"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(
        r"eu-north-1 has no price table, so these have no price: [^,]+, [^,]+, [^,]+ and \d+ more\.", shown
    )
    assert "Run make prices REGION=eu-north-1" in shown
    [finding] = re.findall(r"violated monthly-budget .*? field:", shown)
    assert finding.count(",") < 6


def test_kept_regions_are_those_that_offer_instances() -> None:
    assert set(known_regions()) == set(regions())


def test_kept_partitions_are_those_of_botocore() -> None:
    module = importlib.util.find_spec("botocore")
    if module is None or module.origin is None:
        pytest.skip("botocore is not installed")
    partitions = json.loads((Path(module.origin).parent / "data" / "partitions.json").read_text())["partitions"]
    published = {
        region: (each["id"], each["outputs"]["dnsSuffix"])
        for each in partitions
        for region in each["regions"]
        if region in known_regions()
    }
    assert {name: (kept.partition, kept.dns_suffix) for name, kept in known_regions().items()} == published


def test_every_region_has_two_zones_and_their_ids() -> None:
    for region in known_regions().values():
        assert len(region.zones) >= 2
        assert len(set(region.zones.values())) == len(region.zones)
        assert all(re.fullmatch(r"[a-z]+\d-az\d", identity) for identity in region.zones.values())
