"""The repository's rules as code say what promotion's settings say, and are put into force as they stand."""

import json
import os
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.command import CONTEXT
from operations.promote.settings import read_settings

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "github"
SENIORS = ["@example/senior-engineers"]
PROTECTED = [
    "deploy/models/risk/fraud/overlays/prod/values.yaml",
    "deploy/models/risk/fraud/base/scorer.yaml",
    "deploy/stacks/prod.yaml",
    ".github/workflows/promotion.yaml",
    "deploy/github/promotion.yaml",
    "operations/promote/reviews.py",
    "operations/smoke/run.py",
    "Makefile",
    "requirements.lock",
]


def main_rules() -> dict[str, Any]:
    rules = json.loads((RULES / "ruleset-main.json").read_text())["rules"]
    return {each["type"]: each.get("parameters") for each in rules}


def owners(path: str) -> list[str]:
    """Who GitHub asks for a review of a path: the last line that fits, a folder's line for all below it."""
    found: list[str] = []
    for line in (RULES / "CODEOWNERS").read_text().splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        anchored = pattern.removeprefix("/")
        if pattern and fnmatch(path, anchored + ("*" if anchored.endswith("/") else "")):
            found = names
    return found


def test_github_reads_the_owners_that_stand_in_the_rules() -> None:
    assert (ROOT / ".github" / "CODEOWNERS").read_text() == (RULES / "CODEOWNERS").read_text()


@pytest.mark.parametrize("path", PROTECTED)
def test_seniors_own_what_reaches_production_or_makes_the_rules(path: str) -> None:
    assert owners(path) == SENIORS


def test_staging_is_owned_by_nobody_and_the_rest_by_the_platform() -> None:
    assert owners("deploy/models/risk/fraud/overlays/staging/values.yaml") == []
    assert owners("components/network.py") == ["@example/platform-engineers"]


@pytest.mark.parametrize("path", PROTECTED)
def test_github_itself_asks_for_as_many_seniors_as_verification_does(path: str) -> None:
    [rule] = main_rules()["pull_request"]["required_reviewers"]
    settings = read_settings(ROOT)
    assert rule["minimum_approvals"] == settings.approvals == 2
    assert rule["reviewer"] == {"id": "@senior-engineers", "type": "Team"}
    assert settings.senior_team == SENIORS[0].removeprefix("@")
    assert any(fnmatch(path, pattern) for pattern in rule["file_patterns"])


def test_the_settings_protect_what_github_protects() -> None:
    [rule] = main_rules()["pull_request"]["required_reviewers"]
    own = {pattern.removesuffix("**") for pattern in rule["file_patterns"] if not pattern.startswith("deploy/models/")}
    assert own == set(read_settings(ROOT).protected)


def test_nothing_is_merged_without_the_status_that_the_recorder_alone_can_set() -> None:
    parameters = main_rules()["required_status_checks"]
    checks = {each["context"]: each["integration_id"] for each in parameters["required_status_checks"]}
    assert checks.pop(CONTEXT) == "@mlplatform-recorder"
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yaml").read_text())["jobs"]
    stacks = jobs["plan"]["strategy"]["matrix"]["stack"]
    assert set(checks) == {"test", *(f"plan ({stack})" for stack in stacks)}
    assert read_settings(ROOT).recorder == "mlplatform-recorder[bot]"


def test_nobody_passes_by_the_rules_of_main() -> None:
    assert json.loads((RULES / "ruleset-main.json").read_text())["bypass_actors"] == []
    assert {"deletion", "non_fast_forward"} <= set(main_rules())
    assert main_rules()["pull_request"]["dismiss_stale_reviews_on_push"] is True


GH = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in
  *teams/senior-engineers*) echo 11 ;;
  *apps/mlplatform-recorder*) echo 21 ;;
  *apps/mlplatform-delivery*) echo 22 ;;
  *apps/github-actions*) echo 15368 ;;
  *rulesets\\?per_page*) echo '{"main": 7}' ;;
  *--input*) cat > "$LOG.$(grep -c -e --input "$LOG")" ;;
  *) exit 1 ;;
esac
"""


def test_rulesets_are_made_or_changed_with_the_ids_of_teams_and_apps(tmp_path: Path) -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not on the PATH, which the script needs")
    gh = tmp_path / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log")}
    subprocess.run([str(RULES / "apply.sh"), "example/mlplatform"], env=environ, check=True, capture_output=True)
    sent = [line for line in (tmp_path / "log").read_text().splitlines() if "--input" in line]
    bodies = [json.loads((tmp_path / f"log.{number}").read_text()) for number in (1, 2, 3)]
    assert [line.split(" --input")[0] for line in sent] == [
        "api --method POST repos/example/mlplatform/rulesets",
        "api --method PUT repos/example/mlplatform/rulesets/7",
        "api --method POST repos/example/mlplatform/rulesets",
    ]
    assert [body["name"] for body in bodies] == ["branches of the delivery app", "main", "branches of the recorder app"]
    assert not any('"@' in json.dumps(body) for body in bodies)
    [rule] = [each["parameters"] for each in bodies[1]["rules"] if each["type"] == "pull_request"]
    assert rule["required_reviewers"][0]["reviewer"]["id"] == 11
    assert bodies[0]["bypass_actors"][0]["actor_id"] == 22
