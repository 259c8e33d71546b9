"""The second region plans as a stack of its own, without errors and with its price."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.testing.fake_aws import FakeAws
from operations.failover.platform import read_pair
from planner import second_region as command
from planner.build import assess
from planner.evaluation import evaluate_program
from planner.plan import Plan
from planner.stackfile import StackFile
from policies.engine.evaluate import fails
from stacks.config import parse_config
from stacks.second_region import Scale, second_region
from tests.support.planner.plans import plan_of
from tests.support.stacks.configs import ROOT, read, sections_of

pytestmark = pytest.mark.slow

BUCKET = "aws:s3/bucket:Bucket"
RECORD = "aws:route53/record:Record"
VAULT = "aws:backup/vault:Vault"
TODAY = date(2026, 11, 21)


def planned(sections: dict[str, Any], name: str) -> Plan:
    config = {f"mlplatform:{key}": json.dumps(value) for key, value in sections.items()}
    file = StackFile("mlplatform", name, ROOT / "Pulumi.yaml", config, frozenset())
    parsed = parse_config(config)
    answers = FakeAws(parsed.environment.region, parsed.environment.account)
    return assess(file, parsed, evaluate_program(ROOT / "__main__.py", file, answers), today=TODAY)


@pytest.fixture(scope="module", params=[Scale.PILOT_LIGHT, Scale.WARM_STANDBY])
def second(request: pytest.FixtureRequest) -> Plan:
    name, sections = command.derived(ROOT, "prod", request.param)
    assert name == "prod-us-west-2"
    return planned(sections, name)


def test_no_mandatory_policy_fails(second: Plan) -> None:
    assert sorted({each.policy for each in second.verdicts if fails([each])}) == []


def test_it_costs_less_than_the_first_region_and_all_has_a_price(second: Plan) -> None:
    assert second.estimate.gaps == ()
    assert 0 < second.estimate.monthly < 10_000
    assert second.estimate.region == "us-west-2"


def test_it_shares_no_name_with_the_first_region(second: Plan) -> None:
    first = plan_of("prod")
    buckets = [{each.inputs["bucket"] for each in stack if each.type == BUCKET} for stack in (first, second.resources)]
    assert not buckets[0] & buckets[1]
    there = {each.inputs["name"] for each in first if each.type == VAULT and each.inputs.get("region") == "us-west-2"}
    assert there == {"ml-prod"}
    assert not there & {each.inputs["name"] for each in second.resources if each.type == VAULT}
    roles = [
        {each.inputs["name"] for each in stack if each.type == "aws:iam/role:Role" and "name" in each.inputs}
        for stack in (first, second.resources)
    ]
    assert not roles[0] & roles[1]


def test_the_command_writes_a_stack_file_and_tells_the_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.staging.yaml", "__main__.py", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    assert command.main(["prod"]) == 0
    told = capsys.readouterr().out
    assert "written to Pulumi.prod-us-west-2.yaml" in told
    assert " USD a month" in told
    config = yaml.safe_load((tmp_path / "Pulumi.prod-us-west-2.yaml").read_text())["config"]
    assert config["mlplatform:environment"]["region"] == "us-west-2"
    assert command.main(["staging"]) == 2
    assert "recovery.region is missing" in capsys.readouterr().err


def test_a_config_that_the_region_cannot_have_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sections = sections_of("staging")
    sections["recovery"] |= {"region": "eu-west-1", "mode": "pilot-light"}
    sections["gpuCluster"]["karpenter"]["pools"][0]["instanceTypes"] = ["g6.xlarge"]
    document = {"config": {f"mlplatform:{key}": value for key, value in sections.items()}}
    for name in ("Pulumi.yaml", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "Pulumi.acme.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.chdir(tmp_path)
    assert command.main(["acme"]) == 2
    told = capsys.readouterr().err
    assert "g6.xlarge is not offered in eu-west-1" in told
    assert "acme-eu-west-1 takes its values from Pulumi.acme.yaml: change them there" in told
    assert not (tmp_path / "Pulumi.acme-eu-west-1.yaml").exists()


@pytest.fixture(scope="module")
def pair() -> tuple[Plan, Plan]:
    """Prod with failover records, and its second region as a warm standby."""
    sections = sections_of("prod")
    sections["recovery"] |= {"mode": "warm-standby", "failover": {}}
    second = second_region(sections, read(sections))
    return planned(sections, "prod"), planned(second, "prod-us-west-2")


def test_each_name_that_moves_has_a_record_in_both_regions(pair: tuple[Plan, Plan]) -> None:
    roles = [
        {each.inputs["name"]: each.inputs["setIdentifier"] for each in plan.resources if "setIdentifier" in each.inputs}
        for plan in pair
    ]
    names = ("models.prod.example.com", "*.models.prod.example.com")
    assert roles == [dict.fromkeys(names, "primary"), dict.fromkeys(names, "secondary")]
    assert len({each.inputs["name"] for plan in pair for each in plan.resources if each.type == RECORD}) == len(
        [each for plan in pair for each in plan.resources if each.type == RECORD]
    ) - len(names)


def test_a_pair_breaks_no_policy_and_all_has_a_price(pair: tuple[Plan, Plan]) -> None:
    for plan in pair:
        failing = {each.policy for each in plan.verdicts if fails([each])}
        assert failing - {"monthly-budget"} == set()
        assert plan.estimate.gaps == ()
    switch = {line.item: line.monthly for line in pair[0].estimate.lines if ":FailoverSwitch" in line.urn}
    assert switch["route53 health-check-aws"] == pytest.approx(0.5)
    assert sum(switch.values()) < 3


def test_both_stacks_tell_the_command_what_it_needs(pair: tuple[Plan, Plan], tmp_path: Path) -> None:
    paths = [tmp_path / f"{place}.json" for place in ("first", "second")]
    for plan, path in zip(pair, paths, strict=True):
        path.write_text(json.dumps(plan.document()["outputs"], default=str))
    found = read_pair(*paths)
    assert found.switch.region == found.second.region == "us-west-2"
    assert found.second.failover.load_balancers["models"].names == [
        "models.prod.example.com",
        "*.models.prod.example.com",
    ]
