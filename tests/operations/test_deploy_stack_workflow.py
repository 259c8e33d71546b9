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
  *"/actions/workflows/deploy.yaml/runs?head_sha=$SHA&branch=main&event=push&status=success"*) ;;
  *) echo "$2" >&2; exit 1 ;;
esac
jq -r "$4" "$ANSWERS/runs.json"
"""

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


def taken(folder: Path, named: str, **other: Any) -> str:
    """The commit that the step checks out for the one that the stack's file names; `other` changes the run of it."""
    (folder / "deploy" / "stacks").mkdir(parents=True)
    (folder / "deploy" / "stacks" / "kubeflow.yaml").write_text(f"# Two seniors.\ncommit: {named}\n")
    answers = folder.parent
    done = {"id": 5, "head_sha": named, "head_branch": "main", "event": "push", "conclusion": "success"}
    done |= {"head_repository": {"full_name": "example/mlplatform"}, **other}
    (answers / "runs.json").write_text(json.dumps({"workflow_runs": [done] if done["id"] else []}))
    tools = answers / "bin"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    environ = {"PATH": f"{tools}:{os.environ['PATH']}", "GH_TOKEN": "token", "STACK": "kubeflow", "SHA": named}
    environ |= {"ANSWERS": str(answers), "GITHUB_REPOSITORY": "example/mlplatform"}
    run_step(WORKFLOW, "stack", "Check out the commit that staging deployed", folder, environ)
    return git(folder, "rev-parse", "HEAD")


def test_workflow_takes_a_commit_deployed_to_staging(repository: Path) -> None:
    named = git(repository, "rev-parse", "HEAD")
    commit(repository, "later")
    assert taken(repository, named) == named


@pytest.mark.parametrize(
    "other",
    [
        {"id": None},
        {"conclusion": None},
        {"conclusion": "failure"},
        {"head_branch": "aside"},
        {"event": "workflow_dispatch"},
        {"head_sha": "0" * 40},
        {"head_repository": {"full_name": "mallory/mlplatform"}},
    ],
    ids=["never", "not yet", "failed", "another branch", "another event", "another commit", "a fork"],
)
def test_workflow_refuses_the_proof_of_another_run(repository: Path, other: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="staging never took"):
        taken(repository, git(repository, "rev-parse", "HEAD"), **other)


def test_workflow_refuses_a_commit_outside_main(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "aside")
    named = commit(repository, "aside")
    git(repository, "switch", "--quiet", "main")
    with pytest.raises(AssertionError, match="is no commit of main"):
        taken(repository, named)


@pytest.mark.parametrize("named", ["main", "HEAD~1", "0123abc", "", "$(id)"])
def test_workflow_refuses_an_abbreviated_commit(repository: Path, named: str) -> None:
    with pytest.raises(AssertionError, match="names no commit"):
        taken(repository, named)
