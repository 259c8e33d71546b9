"""Steps of workflows, run as GitHub's runner runs them: by bash, in a folder, with the environment that they name."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]


def step(workflow: str, job: str, name: str) -> dict[str, Any]:
    """The step of this name."""
    document = yaml.safe_load((ROOT / workflow).read_text())
    [found] = [each for each in document["jobs"][job]["steps"] if each.get("name") == name]
    return found


def run_step(workflow: str, job: str, name: str, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Run a step's script and return its outputs; `environ` gives each variable that the step names a value.

    Raises:
        AssertionError: when it fails, or names a variable that is not given.
    """
    wanted = step(workflow, job, name)
    missing = set(wanted.get("env", {})) - set(environ)
    assert not missing, f"{name} names {sorted(missing)}"
    outputs = folder / "outputs"
    outputs.write_text("")
    found = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", wanted["run"]],
        cwd=folder / wanted.get("working-directory", "."),
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GITHUB_OUTPUT": str(outputs), **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    lines = [line.partition("=") for line in outputs.read_text().splitlines()]
    return {key: value for key, _, value in lines}


def checkout(folder: Path, files: Mapping[str, str]) -> Path:
    """A checkout of this repository with other files of its GitOps tree, and its environment made."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "operations").parent.mkdir(parents=True, exist_ok=True)
    (folder / "operations").symlink_to(ROOT / "operations")
    shutil.copytree(ROOT / "deploy" / "github", folder / "deploy" / "github", dirs_exist_ok=True)
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    python = binaries / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder
