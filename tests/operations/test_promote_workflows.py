"""The workflows, of this repository and of a model's: sound, pinned, and with no more rights than they need."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "model-repo"
FOLDERS = [ROOT / ".github" / "workflows", EXAMPLE / ".github" / "workflows"]
WORKFLOWS = sorted(path for folder in FOLDERS for path in folder.glob("*.y*ml"))
NAMES = [str(each.relative_to(ROOT)) for each in WORKFLOWS]
PINNED = re.compile(r"^\s*-? *uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")
ACTIONLINT = shutil.which("actionlint")

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)


def document(path: Path) -> dict[str, Any]:
    # GitHub's `on` is a truth value to YAML 1.1.
    read: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in read.items()}


def jobs(path: Path) -> dict[str, Any]:
    return document(path)["jobs"]


def test_both_repositories_have_workflows() -> None:
    assert {Path(name).parts[0] for name in NAMES} == {".github", "examples"}


@pytest.mark.skipif(ACTIONLINT is None, reason="actionlint is not on the PATH, so that no workflow can be linted")
@every_workflow
def test_actionlint_finds_nothing(path: Path) -> None:
    assert ACTIONLINT
    found = subprocess.run([ACTIONLINT, str(path)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@every_workflow
def test_each_action_is_pinned_by_commit_and_tells_its_version(path: Path) -> None:
    uses = [line for line in path.read_text().splitlines() if re.match(r"^\s*-? *uses:", line)]
    assert [line for line in uses if not PINNED.match(line)] == []
    found = {word for job in jobs(path).values() for step in job["steps"] if (word := step.get("uses"))}
    assert len(found) <= len(uses)


def test_an_action_has_one_version_everywhere() -> None:
    pins = {
        tuple(line.partition("uses: ")[2].split("@"))
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if re.match(r"^\s*-? *uses:", line)
    }
    assert len({action for action, _ in pins}) == len(pins)


@every_workflow
def test_rights_are_named_and_no_key_is_stored(path: Path) -> None:
    assert set(document(path)["permissions"].values() if document(path)["permissions"] else []) <= {"read"}
    assert all("timeout-minutes" in job for job in jobs(path).values())
    assert not re.search(r"secrets\.AWS|aws-access-key|aws-secret|PULUMI_ACCESS_TOKEN", path.read_text(), re.IGNORECASE)
    for job in jobs(path).values():
        steps = job["steps"]
        if any("configure-aws-credentials" in step.get("uses", "") for step in steps):
            assert job["permissions"]["id-token"] == "write"
            assert job["environment"], "the role trusts an environment, not any run"
        for step in steps:
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@every_workflow
def test_nothing_that_others_write_is_pasted_into_a_script(path: Path) -> None:
    scripts = [step["run"] for job in jobs(path).values() for step in job["steps"] if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


@every_workflow
def test_credentials_are_not_given_to_forks_or_to_what_a_pull_request_brings(path: Path) -> None:
    on = document(path)["on"]
    triggers = {on} if isinstance(on, str) else set(on)
    for job in jobs(path).values():
        refs = [step.get("with", {}).get("ref") for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
        if triggers & {"pull_request_target", "workflow_run"}:
            assert refs == [None] * len(refs), "a run with rights takes main's code"
        if triggers == {"pull_request"} and job.get("permissions", {}).get("id-token"):
            assert "head.repo.full_name == github.repository" in job["if"]


def test_every_stack_is_planned_and_previewed_on_a_pull_request() -> None:
    stacks = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
    found = jobs(ROOT / ".github" / "workflows" / "pull-request.yaml")
    for job in ("plan", "preview"):
        assert sorted(found[job]["strategy"]["matrix"]["stack"]) == stacks


def test_production_changes_with_the_file_that_seniors_approve_alone() -> None:
    on = document(ROOT / ".github" / "workflows" / "production.yaml")["on"]
    assert on == {"push": {"branches": ["main"], "paths": ["deploy/stacks/prod.yaml"]}}
    others = [path for path in WORKFLOWS if path.name != "production.yaml" and "make up" in path.read_text()]
    assert [path.name for path in others] == ["deploy.yaml"]
    assert "STACK=prod" not in others[0].read_text()


def test_the_example_s_own_tests_pass() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stdout
