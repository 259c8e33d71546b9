"""The workflows of this repository and of the example: valid, pinned, and with minimal permissions."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.settings import read_settings
from tests.support.programs import needs

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "model-repo"
FOLDERS = [ROOT / ".github" / "workflows", EXAMPLE / ".github" / "workflows"]
WORKFLOWS = sorted(path for folder in FOLDERS for path in folder.glob("*.y*ml"))
NAMES = [str(each.relative_to(ROOT)) for each in WORKFLOWS]
PINNED = re.compile(r"^\s*-? *uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")
OWN = re.compile(r"^    uses: \./\.github/workflows/[a-z-]+\.yaml$")

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)


def document(path: Path) -> dict[str, Any]:
    # GitHub's `on` is a truth value to YAML 1.1.
    read: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in read.items()}


def jobs(path: Path) -> dict[str, Any]:
    return document(path)["jobs"]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Its own; a job that is another workflow's has none."""
    return job.get("steps", [])


def triggers(path: Path) -> set[str]:
    on = document(path)["on"]
    return {on} if isinstance(on, str) else set(on)


def test_both_repositories_have_workflows() -> None:
    assert {Path(name).parts[0] for name in NAMES} == {".github", "examples"}


@needs("actionlint")
@every_workflow
def test_actionlint_finds_nothing(path: Path) -> None:
    found = subprocess.run(["actionlint", str(path)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@every_workflow
def test_each_action_is_pinned_by_commit_with_its_version(path: Path) -> None:
    uses = [line for line in path.read_text().splitlines() if re.match(r"^\s*-? *uses:", line)]
    assert [line for line in uses if not PINNED.match(line) and not OWN.match(line)] == []
    found = {word for job in jobs(path).values() for step in steps(job) if (word := step.get("uses"))}
    assert len(found) <= len(uses)


def test_an_action_has_one_version_everywhere() -> None:
    pins = {
        tuple(line.partition("uses: ")[2].split("@"))
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if re.match(r"^\s*-? *uses:", line) and not OWN.match(line)
    }
    assert len({action for action, _ in pins}) == len(pins)


@every_workflow
def test_permissions_are_explicit_and_no_key_is_stored(path: Path) -> None:
    assert set(document(path)["permissions"].values() if document(path)["permissions"] else []) <= {"read"}
    assert all("timeout-minutes" in job for job in jobs(path).values() if steps(job))
    assert not re.search(r"secrets\.AWS|aws-access-key|aws-secret|PULUMI_ACCESS_TOKEN", path.read_text(), re.IGNORECASE)
    for job in jobs(path).values():
        if any("configure-aws-credentials" in step.get("uses", "") for step in steps(job)):
            assert job["permissions"]["id-token"] == "write"
            assert job["environment"], "the role trusts an environment, not any run"
        for step in steps(job):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@every_workflow
def test_scripts_contain_no_untrusted_input(path: Path) -> None:
    scripts = [step["run"] for job in jobs(path).values() for step in steps(job) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


@every_workflow
def test_forks_and_pull_request_code_get_no_credentials(path: Path) -> None:
    for job in jobs(path).values():
        refs = [step.get("with", {}).get("ref") for step in steps(job) if "actions/checkout" in step.get("uses", "")]
        if triggers(path) & {"pull_request_target", "workflow_run"}:
            assert refs == [None] * len(refs), "a run with rights takes main's code"
        if triggers(path) == {"pull_request"} and job.get("permissions", {}).get("id-token"):
            assert "head.repo.full_name == github.repository" in job["if"]


def written(job: dict[str, Any]) -> set[str]:
    return {right for right, level in job.get("permissions", {}).items() if level == "write"}


@every_workflow
def test_job_token_may_only_write_comments(path: Path) -> None:
    for name, job in jobs(path).items():
        more = written(job) - {"id-token"}
        assert more == {"comment": {"pull-requests"}, "publish": {"pages"}}.get(name, set())
        if name == "publish":
            # It runs GitHub's own action, and nothing of the repository.
            assert [step["uses"].partition("@")[0] for step in steps(job)] == ["actions/deploy-pages"]
        else:
            # What a pull request brings could leave something behind for a later step that has the right.
            assert not more or [step for step in steps(job) if "uses" in step or "make" in step["run"]] == []


@every_workflow
def test_concurrent_deployments_are_excluded(path: Path) -> None:
    if triggers(path) & {"push", "repository_dispatch"}:
        concurrency = document(path)["concurrency"]
        assert concurrency["group"]
        # A deployment that is cut off leaves what it began.
        assert not concurrency.get("cancel-in-progress")


@every_workflow
def test_jobs_with_rights_of_main_run_on_main(path: Path) -> None:
    on = document(path)["on"]
    for trigger in triggers(path) & {"push", "pull_request_target"}:
        assert on[trigger]["branches"] == ["main"]


def environments(path: Path) -> set[str]:
    """The environments of its jobs, for each stack where one is for each."""
    found: set[str] = set()
    for job in jobs(path).values():
        stacks = job.get("strategy", {}).get("matrix", {}).get("stack", [])
        given = job.get("with", {}).get("environment") or job.get("environment")
        given = given if isinstance(given, str) or not given else given["name"]
        names = [given.replace("${{ matrix.stack }}", stack) for stack in stacks] if given and stacks else [given]
        found |= {name for name in names if name and "${{" not in name}
    return found


def test_only_previews_use_environments_outside_main() -> None:
    rules = json.loads((ROOT / "deploy" / "github" / "environments.json").read_text())
    own = [path for path in WORKFLOWS if path.is_relative_to(ROOT / ".github")]
    assert {name for path in own for name in environments(path)} == set(rules)
    for path in own:
        for name in environments(path):
            assert rules[name]["branches"] == (None if triggers(path) == {"pull_request"} else ["main"]), name


GUARDED = [path for path in WORKFLOWS if "operations.promote" in path.read_text()]


@pytest.mark.parametrize("path", GUARDED, ids=lambda path: path.name)
def test_jobs_of_apps_run_only_code_that_seniors_guard(path: Path) -> None:
    guarded = {f"/{each}" for each in read_settings(ROOT).protected} | {"/deploy/models/"}
    for job in jobs(path).values():
        if "operations.promote" not in json.dumps(job):
            continue
        kept = [found for step in steps(job) if (found := checked_out(step)) is not None]
        # Python takes a module beside the code for one of its own: yaml.py would be read in place of the package.
        assert len(kept) == 1
        assert set(kept[0]) <= guarded


@pytest.mark.parametrize("path", GUARDED, ids=lambda path: path.name)
def test_jobs_with_the_key_of_the_recorder_install_only_what_they_import(path: Path) -> None:
    for job in jobs(path).values():
        if "RECORDER_PRIVATE_KEY" in json.dumps(job):
            made = [step["run"] for step in steps(job) if "make " in step.get("run", "")]
            assert made == ["make .venv/.operations"]
    named = {line for line in (ROOT / "operations" / "requirements.in").read_text().splitlines() if line[0] != "#"}
    assert named == {"grpcio", "httpx", "protobuf", "pydantic", "pyyaml", "urllib3"}
    wanted = (ROOT / "requirements.lock").read_text()
    locked = [line for line in (ROOT / "operations" / "requirements.lock").read_text().splitlines() if "==" in line]
    assert [line for line in locked if line not in wanted] == []


def checked_out(step: dict[str, Any]) -> list[str] | None:
    """What a step leaves of the platform's repository, when it leaves out the rest."""
    given = step.get("with", {})
    if "sparse-checkout" in given:
        assert given["sparse-checkout-cone-mode"] is False
        return given["sparse-checkout"].split()
    _, found, paths = step.get("run", "").partition("git sparse-checkout set --no-cone ")
    return paths.split() if found else None


def test_every_workflow_of_an_app_is_checked() -> None:
    assert {path.name for path in GUARDED} == {"promotion.yaml", "smoke.yaml", "merge.yaml", "promote.yaml"}


def test_example_takes_its_rights_from_two_environments() -> None:
    for path in WORKFLOWS:
        if path.is_relative_to(EXAMPLE):
            # The one may write and is main's, the other reads.
            assert environments(path) == ({"pull-request"} if triggers(path) == {"pull_request"} else {"delivery"})


def test_pull_requests_plan_and_preview_every_stack() -> None:
    stacks = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
    found = jobs(ROOT / ".github" / "workflows" / "pull-request.yaml")
    for job in ("plan", "preview"):
        assert sorted(found[job]["strategy"]["matrix"]["stack"]) == stacks


@pytest.mark.parametrize(("workflow", "stack"), [("production", "prod"), ("kubeflow", "kubeflow")])
def test_stack_deploys_only_on_its_approved_file(workflow: str, stack: str) -> None:
    found = document(ROOT / ".github" / "workflows" / f"{workflow}.yaml")
    assert found["on"] == {"push": {"branches": ["main"], "paths": [f"deploy/stacks/{stack}.yaml"]}}
    [job] = found["jobs"].values()
    assert job["uses"] == "./.github/workflows/deploy-stack.yaml"
    assert job["with"] == {"stack": stack, "environment": workflow}
    assert (ROOT / "deploy" / "stacks" / f"{stack}.yaml").exists()


def test_merge_deploys_only_staging() -> None:
    deploying = [path for path in WORKFLOWS if "make up" in path.read_text()]
    assert [path.name for path in deploying] == ["deploy-stack.yaml", "deploy.yaml"]
    deploy_stack, deploy = deploying
    assert "make up STACK=staging " in deploy.read_text()
    # It has no way to be started but the two.
    assert triggers(deploy_stack) == {"workflow_call"}
    called = [path.name for path in WORKFLOWS if "workflows/deploy-stack.yaml" in path.read_text()]
    assert called == ["kubeflow.yaml", "production.yaml"]


def test_tests_of_the_example_pass() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stdout


def test_copy_of_a_model_replaces_no_file_of_production() -> None:
    """Seniors approved what is there; staging's files could change after that."""
    text = (ROOT / "examples" / "model-repo" / ".github" / "workflows" / "promote.yaml").read_text()
    copies = [line for line in text.splitlines() if "aws s3" in line]
    assert copies
    assert all("--no-overwrite" in line for line in copies)
