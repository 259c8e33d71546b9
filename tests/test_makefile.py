"""What make does with its variables, and the command that it installs."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def make(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key not in ("STACK", "MAKEFLAGS")}
    return subprocess.run(["make", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile and an environment that needs no installation."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / ".runtime").touch()
    return tmp_path


@pytest.mark.parametrize("target", ["up", "destroy"])
def test_a_stack_is_deployed_or_deleted_only_by_its_name(clone: Path, target: str) -> None:
    done = make(target, folder=clone)
    assert done.returncode != 0
    assert "STACK is missing: name the stack as in STACK=acme" in done.stderr
    assert f"pulumi {target} --stack acme" in make("-n", target, "STACK=acme", folder=clone).stdout
    assert "-m planner prod" in make("-n", "plan", folder=clone).stdout


def test_a_name_with_a_space_reaches_init_as_one(clone: Path) -> None:
    assert "init 'my stack'" in make("-n", "init", "STACK=my stack", folder=clone).stdout


def test_the_command_is_installed_without_the_requirements_of_development(clone: Path) -> None:
    for part in ("components/command_line.py", "planner/__main__.py", "Pulumi.yaml", "pyproject.toml"):
        (clone / part).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / part, clone / part)
    assert make("command", folder=clone).returncode == 0
    command = clone / ".venv" / "bin" / "mlplatform"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    done = subprocess.run([command, "--version"], cwd=clone, capture_output=True, text=True, check=False)
    assert done.stdout == f"mlplatform {version}\n", done.stderr
