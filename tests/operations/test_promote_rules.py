"""The repository's rulesets agree with promotion's settings, and the script applies them unchanged."""

import json
import os
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.command import CONTEXT
from operations.promote.settings import read_settings
from tests.support.programs import require

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "github"
SENIORS = ["@example/senior-engineers"]
PROTECTED = [
    "deploy/models/risk/fraud/overlays/staging/smoke.yaml",
    "deploy/models/risk/fraud/overlays/prod/values.yaml",
    "deploy/models/risk/fraud/base/scorer.yaml",
    "deploy/stacks/prod.yaml",
    "deploy/stacks/kubeflow.yaml",
    ".github/workflows/promotion.yaml",
    "deploy/github/promotion.yaml",
    "operations/promote/reviews.py",
    "operations/smoke/run.py",
    "operations/__init__.py",
    ".gitattributes",
    "deploy/.gitattributes",
    "Makefile",
    "requirements.lock",
]


def main_rules() -> dict[str, Any]:
    rules = json.loads((RULES / "ruleset-main.json").read_text())["rules"]
    return {each["type"]: each.get("parameters") for each in rules}


def owners(path: str) -> list[str]:
    """The owners of a path by CODEOWNERS: the last matching line decides; folders cover what is below them."""
    found: list[str] = []
    for line in (RULES / "CODEOWNERS").read_text().splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        anchored = pattern.removeprefix("/")
        if pattern and fnmatch(path, anchored + ("*" if anchored.endswith("/") else "")):
            found = names
    return found


def test_codeowners_is_readable_by_github() -> None:
    assert (ROOT / ".github" / "CODEOWNERS").read_text() == (RULES / "CODEOWNERS").read_text()


@pytest.mark.parametrize("path", PROTECTED)
def test_seniors_own_production_and_the_rules(path: str) -> None:
    assert owners(path) == SENIORS


def test_staging_has_no_owner_and_the_rest_the_platform() -> None:
    assert owners("deploy/models/risk/fraud/overlays/staging/values.yaml") == []
    assert owners("components/network/network.py") == ["@example/platform-engineers"]


@pytest.mark.parametrize("path", PROTECTED)
def test_rulesets_require_as_many_seniors_as_verify(path: str) -> None:
    [rule] = main_rules()["pull_request"]["required_reviewers"]
    settings = read_settings(ROOT)
    assert rule["minimum_approvals"] == settings.approvals == 2
    assert rule["reviewer"] == {"id": "@senior-engineers", "type": "Team"}
    assert settings.senior_team == SENIORS[0].removeprefix("@")
    assert any(fnmatch(path, pattern) for pattern in rule["file_patterns"])


def test_settings_protect_the_same_paths_as_github() -> None:
    [rule] = main_rules()["pull_request"]["required_reviewers"]
    own = {pattern.removesuffix("**") for pattern in rule["file_patterns"] if not pattern.startswith("deploy/models/")}
    assert own == set(read_settings(ROOT).protected)


def test_merge_needs_the_status_of_the_recorder() -> None:
    parameters = main_rules()["required_status_checks"]
    checks = {each["context"]: each["integration_id"] for each in parameters["required_status_checks"]}
    assert checks.pop(CONTEXT) == "@mlplatform-recorder"
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yaml").read_text())["jobs"]
    stacks = jobs["plan"]["strategy"]["matrix"]["stack"]
    pythons = jobs["test"]["strategy"]["matrix"]["python"]
    wanted = {"commits", *(f"test ({python})" for python in pythons), *(f"plan ({stack})" for stack in stacks)}
    assert set(checks) == wanted
    assert read_settings(ROOT).recorder == "mlplatform-recorder[bot]"


def test_nobody_bypasses_the_rules_of_main() -> None:
    assert json.loads((RULES / "ruleset-main.json").read_text())["bypass_actors"] == []
    assert {"deletion", "non_fast_forward"} <= set(main_rules())
    assert main_rules()["pull_request"]["dismiss_stale_reviews_on_push"] is True


GH = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in
  *teams/senior-engineers*) echo 11 ;;
  *teams/platform-engineers*) echo 12 ;;
  *apps/mlplatform-recorder*) echo 21 ;;
  *apps/mlplatform-delivery*) echo 22 ;;
  *apps/mlplatform-releaser*) echo 23 ;;
  *apps/github-actions*) echo 15368 ;;
  *rulesets\\?per_page*) echo '{"main": 7}' ;;
  *--input*) cat > "$LOG.$(grep -c -e --input "$LOG")" ;;
  *production/deployment-branch-policies*per_page*) echo "5 main"; echo "6 wild/*" ;;
  *deployment-branch-policies*per_page*) ;;
  *"--method DELETE"*|*"-f name=main"*) ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture
def applied(tmp_path: Path) -> tuple[list[str], list[tuple[str, Any]]]:
    """The requests of the script to GitHub, and the bodies that it sends, by address."""
    require("jq")
    gh = tmp_path / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log")}
    done = subprocess.run(
        [str(RULES / "apply.sh"), "example/mlplatform"], env=environ, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    asked = (tmp_path / "log").read_text().splitlines()
    sent = [line.split(" --input")[0] for line in asked if "--input" in line]
    bodies = [json.loads((tmp_path / f"log.{number}").read_text()) for number, _ in enumerate(sent, 1)]
    return asked, list(zip(sent, bodies, strict=True))


def test_apply_creates_or_updates_rulesets_with_ids(
    applied: tuple[list[str], list[tuple[str, Any]]],
) -> None:
    rulesets = {body["name"]: (address, body) for address, body in applied[1] if "/rulesets" in address}
    assert set(rulesets) == {json.loads(path.read_text())["name"] for path in RULES.glob("ruleset-*.json")}
    for name, (address, _) in rulesets.items():
        known = name == "main"
        wanted = "PUT repos/example/mlplatform/rulesets/7" if known else "POST repos/example/mlplatform/rulesets"
        assert address == f"api --method {wanted}"
    assert not any('"@' in json.dumps(body) for _, body in applied[1])
    [rule] = [each["parameters"] for each in rulesets["main"][1]["rules"] if each["type"] == "pull_request"]
    assert rule["required_reviewers"][0]["reviewer"]["id"] == 11
    assert rulesets["branches of the delivery app"][1]["bypass_actors"][0]["actor_id"] == 22


def test_apply_limits_environments_to_main(
    applied: tuple[list[str], list[tuple[str, Any]]],
) -> None:
    asked, sent = applied
    at = "repos/example/mlplatform/environments/"
    found = {address.partition(at)[2]: body for address, body in sent if at in address}
    custom = {"protected_branches": False, "custom_branch_policies": True}
    assert found["production"] == {
        "reviewers": [],
        "prevent_self_review": False,
        "deployment_branch_policy": custom,
    }
    reviewers = [{"type": "Team", "id": 12}]
    for preview in ("preview-prod", "preview-kubeflow", "preview-staging", "preview-starter"):
        # A preview runs the code of a pull request with a role.
        assert found[preview] == {
            "reviewers": reviewers,
            "prevent_self_review": True,
            "deployment_branch_policy": None,
        }
    assert all(body["prevent_self_review"] for body in found.values() if body["reviewers"])
    added = [line for line in asked if "-f name=main" in line]
    bounded = {name for name, body in found.items() if body["deployment_branch_policy"]}
    # Production has it already, and another that it should not have.
    assert {line.partition(at)[2].partition("/")[0] for line in added} == bounded - {"production"}
    assert [line for line in asked if "DELETE" in line] == [
        f"api --method DELETE {at}production/deployment-branch-policies/6"
    ]


def test_each_app_writes_its_own_branches_or_tags() -> None:
    rules = {path.stem: json.loads(path.read_text()) for path in RULES.glob("ruleset-*.json")}
    for name, target in (("ruleset-writers", "branch"), ("ruleset-tags", "tag")):
        rule = rules[name]
        assert (rule["target"], rule["conditions"]["ref_name"]) == (target, {"include": ["~ALL"], "exclude": []})
        assert {each["type"] for each in rule["rules"]} == {"creation", "update", "deletion"}

    def apps(name: str) -> set[str]:
        return {each["actor_id"] for each in rules[name]["bypass_actors"] if each["actor_type"] == "Integration"}

    # Argo CD's, which must have the right to write to tell GitHub anything, is not among them.
    assert apps("ruleset-writers") == apps("ruleset-delivery") | apps("ruleset-recorder")
    assert apps("ruleset-tags") == {"@mlplatform-releaser"}
