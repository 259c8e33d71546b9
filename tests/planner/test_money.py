"""The budget and the usage section through the command: what a wrong one says, and how it ends."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.spec import SpecError
from planner.command import main
from planner.console import PlanConsole
from planner.terminal import show
from tests.support.planner.plans import assessed, built, document_of, plan_of
from tests.support.planner.programs import project
from tests.support.planner.terminal import shown

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HUGE = "u7i-12tb.224xlarge"


def planned(folder: Path, *arguments: str, **changes: Mapping[str, Any]) -> int:
    """Plan this repository's prod stack with sections merged into its config."""
    config = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]
    # What the administrators of prod may do is excepted for the stack prod alone.
    del config["mlplatform:permissionSets"]
    for name, section in changes.items():
        config[f"mlplatform:{name}"] = {**config.get(f"mlplatform:{name}", {}), **section}
    root = project(folder, (ROOT / "__main__.py").read_text(), config)
    return main(["test", "--root", str(root), "--today", "2026-11-21", *arguments])


def cost(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "build" / "test" / "plan.json").read_text())["cost"]


def with_pool(kind: str) -> dict[str, Any]:
    cluster = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]["mlplatform:gpuCluster"]
    further = {"name": "further", "instanceTypes": [kind], "minimum": 20, "maximum": 20}
    return {"nodePools": [*cluster["nodePools"], further]}


def test_an_instance_type_without_a_price_refuses_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert planned(tmp_path, gpuCluster=with_pool(HUGE)) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert f"cannot be judged: no price of {HUGE}" in shown
    assert "must not be deployed" in shown
    assert "at least" in shown
    assert not cost(tmp_path)["complete"]


def test_an_unpriced_type_with_a_reason_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accepted = {HUGE: "Reserved for three years; finance pays it apart."}
    given = {"cost": {"unpriced": accepted}, "gpuCluster": with_pool(HUGE)}
    assert planned(tmp_path, "--quiet", **given, policies={"allowedInstanceTypes": [HUGE]}) == 0
    assert "at least" in capsys.readouterr().out
    assert {gap["accepted"] for gap in cost(tmp_path)["gaps"]} == set(accepted.values())


def test_markdown_says_that_the_budget_cannot_be_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert planned(tmp_path, "--markdown", gpuCluster=with_pool(HUGE)) == 1
    shown = capsys.readouterr().out
    assert f"**cannot be judged: no price of {HUGE}**" in shown
    assert "at least" in shown.splitlines()[1]
    assert "| <code>u7i-12tb.224xlarge</code> | <code>gpu-cluster-further-nodes</code> |" in shown


def test_an_accepted_name_that_has_a_price_is_a_warning() -> None:
    plan = assessed("prod", cost={"unpriced": {"g4dn.xlarge": "Paid in advance."}})
    assert plan.deployable
    assert "cost.unpriced.g4dn.xlarge: Nothing in the stack lacks this price." in shown(plan)


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        ({"averageNodes": {"inference": 0}}, "usage.averageNodes.inference = 0: 20 nodes of this pool always run"),
        ({"averageNodes": {"inference": 31}}, "usage.averageNodes.inference = 31: the pool's maximum allows 25.8333"),
        ({"averageNodes": {"inferense": 25}}, "usage.averageNodes.inferense = 25: no pool of the stack has this name"),
        ({"buckets": {"rawww": {"storedTb": 5}}}, "did you mean raw?"),
        ({"cacheGb": {"ml-prod-onlin": 3}}, "did you mean ml-prod-online?"),
    ],
)
def test_usage_that_cannot_be_right_is_refused(usage: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=re.escape(said)):
        assessed("prod", usage=usage)


@pytest.mark.parametrize("reason", ["", " ", 3, None, ["paid"]])
def test_an_accepted_name_needs_a_reason(reason: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert planned(tmp_path, "--quiet", cost={"unpriced": {HUGE: reason}}) == 2
    assert f"cost.unpriced.{HUGE}" in capsys.readouterr().err


def test_prod_keeps_seven_terabytes_of_access_logs() -> None:
    logs = [line for line in document_of("prod")["cost"]["lines"] if line["component"] == "feature-store-data-logs"]
    assert 6.5 < sum(line["quantity"] for line in logs if line["unit"] == "GB-month") / 1024 < 7.5


def test_pages_state_what_prod_costs() -> None:
    found = document_of("prod")["cost"]
    page = (ROOT / "README.md").read_text() + (ROOT / "docs" / "cost.md").read_text()
    assert f"| **all** | **42,000** | **{found['monthly']:,.0f}** |" in page
    assert f"the budget of {found['budget']:,.2f} holds, {found['budget'] - found['monthly']:,.2f} left" in page
    saved = sum(saving["monthly"] for saving in found["savings"])
    assert f"The cheapest safe mix would save {saved:,.2f} USD a month" in page
    assert f"and spot instances for the burst: {found['monthly'] - saved:,.0f}." in page


def test_readme_shows_lines_that_the_plan_of_prod_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    page = (ROOT / "README.md").read_text()
    stated = page[page.index("Quota increases to request (Service") : page.index("The cheapest safe mix")]
    show(built("prod"), PlanConsole())
    printed = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    left_out = {"…"}
    assert [line for line in stated.splitlines() if " ".join(line.split()) not in printed | left_out] == []


@pytest.mark.parametrize(("page", "said"), [("README.md", "(today {})"), ("docs/speed.md", "plan of prod has {}.")])
def test_pages_state_how_many_resources_prod_has(page: str, said: str) -> None:
    assert said.format(len(plan_of("prod"))) in (ROOT / page).read_text()
