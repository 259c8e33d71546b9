"""The workflow deploys only a commit of main that staging deployed."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.operations.workflows import run_step
from tests.support.programs import needs

WORKFLOW = ".github/workflows/deploy-stack.yaml"
GH = """#!/bin/sh
# gh api <address> --jq <expression>
case "$2" in
  */statuses*) file=statuses ;;
  *) file=deployments; case "$2" in *"environment=staging&sha=$SHA&"*) ;; *) echo "$2" >&2; exit 1 ;; esac ;;
esac
jq -r "$4" "$ANSWERS/$file.json"
"""
ACTIONS = {"id": 5, "creator": {"login": "github-actions[bot]"}}
APP = {"id": 6, "creator": {"login": "some-app[bot]"}}
SUCCESS, INACTIVE, FAILURE = ({"state": state} for state in ("success", "inactive", "failure"))

pytestmark = needs("jq")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=it", "-c", "user.email=it@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "first")
    return folder


def taken(folder: Path, named: str, deployments: list[Any], statuses: list[Any]) -> str:
    """The commit that the step checks out for the one that the stack's file names."""
    (folder / "deploy" / "stacks").mkdir(parents=True)
    (folder / "deploy" / "stacks" / "kubeflow.yaml").write_text(f"# Two seniors.\ncommit: {named}\n")
    answers = folder.parent
    (answers / "deployments.json").write_text(json.dumps(deployments))
    (answers / "statuses.json").write_text(json.dumps(statuses))
    tools = answers / "bin"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    environ = {"PATH": f"{tools}:{os.environ['PATH']}", "GH_TOKEN": "token", "STACK": "kubeflow", "SHA": named}
    environ |= {"ANSWERS": str(answers), "GITHUB_REPOSITORY": "example/mlplatform"}
    run_step(WORKFLOW, "stack", "Check out the commit that staging deployed", folder, environ)
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize("statuses", [[SUCCESS], [INACTIVE, SUCCESS]])
def test_workflow_takes_a_commit_deployed_to_staging(repository: Path, statuses: list[Any]) -> None:
    named = git(repository, "rev-parse", "HEAD")
    commit(repository, "later")
    assert taken(repository, named, [APP, ACTIONS], statuses) == named


@pytest.mark.parametrize(
    ("deployments", "statuses"),
    [([], []), ([ACTIONS], []), ([ACTIONS], [FAILURE, INACTIVE]), ([APP], [SUCCESS])],
    ids=["never", "not yet", "failed", "by another app"],
)
def test_workflow_refuses_a_commit_staging_never_deployed(
    repository: Path, deployments: list[Any], statuses: list[Any]
) -> None:
    with pytest.raises(AssertionError, match="staging never took"):
        taken(repository, git(repository, "rev-parse", "HEAD"), deployments, statuses)


def test_workflow_refuses_a_commit_outside_main(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "aside")
    named = commit(repository, "aside")
    git(repository, "switch", "--quiet", "main")
    with pytest.raises(AssertionError, match="is no commit of main"):
        taken(repository, named, [ACTIONS], [SUCCESS])


@pytest.mark.parametrize("named", ["main", "HEAD~1", "0123abc", "", "$(id)"])
def test_workflow_refuses_an_abbreviated_commit(repository: Path, named: str) -> None:
    with pytest.raises(AssertionError, match="names no commit"):
        taken(repository, named, [ACTIONS], [SUCCESS])
