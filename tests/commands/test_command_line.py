"""The command `mlplatform`, as the wheel installs it."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from components.command_line import COMMANDS

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the wheel."""
    folder = tmp_path_factory.mktemp("site")
    flags = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", "install", *flags, "--target", str(folder), str(ROOT)], check=True)
    return folder


def call(
    site: Path, *words: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(site / "bin" / "mlplatform"), *words]
    given = {**os.environ, "PYTHONPATH": str(site), **(env or {})}
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, check=False)


def completed(site: Path, tmp_path: Path, line: str) -> set[str]:
    """What the shell offers behind `line`."""
    out = tmp_path / "offered"
    asked = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE": "1"}
    call(site, env={**asked, "_ARGCOMPLETE_STDOUT_FILENAME": str(out)})
    return {each.strip() for each in out.read_text(encoding="utf-8").split("\013")}


def test_version_is_that_of_the_project(site: Path, tmp_path: Path) -> None:
    for folder in (ROOT, tmp_path):
        assert call(site, "--version", cwd=folder).stdout == f"mlplatform {VERSION}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_subcommand_has_a_module_and_is_listed(site: Path, name: str) -> None:
    assert find_spec(COMMANDS[name].module)
    assert f"\n  {name} " in call(site, "--help").stdout


@pytest.mark.parametrize("name", ["init", "list", "explain", "plan", "second-region", "smoke", "promote", "train"])
def test_subcommand_shows_its_own_arguments(site: Path, name: str) -> None:
    command = COMMANDS[name]
    direct = [sys.executable, "-m", command.module, *command.arguments, "--help"]
    expected = subprocess.run(direct, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shown = call(site, name, "--help")
    assert shown.returncode == 0
    # What a module calls itself is its own choice.
    assert shown.stdout.splitlines()[1:] == expected.splitlines()[1:]


_HELP = """
import contextlib, io, json, runpy, sys
from components.command_line import COMMANDS

written = []

def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writes and arguments[0] != "/dev/null":
        written.append(str(arguments[0]))

sys.addaudithook(watch)
found = {}
for name, command in COMMANDS.items():
    written.clear()
    sys.argv = ["mlplatform", *command.arguments, "--help"]
    code, said = None, io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            runpy.run_module(command.module, run_name="__main__")
        except SystemExit as end:
            code = end.code
    found[name] = [code, said.getvalue(), list(written)]
print(json.dumps(found))
"""
"""Asks every command for help in one process, and prints its exit code, what it says and the files that it opens."""


@pytest.fixture(scope="module")
def helped() -> dict[str, Any]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    command = [sys.executable, "-c", _HELP]
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_describes_the_command_and_writes_nothing(helped: dict[str, Any], name: str) -> None:
    code, said, written = helped[name]
    assert (code or 0, written) == (0, [])
    assert said.startswith("usage: ")
    assert [line for line in said.splitlines() if len(line) > 80] == []


def test_exit_code_of_the_module_is_kept(site: Path) -> None:
    done = call(site, "plan", "nope")
    assert done.returncode == 2
    assert "no stack 'nope'" in done.stderr


def test_unknown_command_gets_the_nearest_one(site: Path) -> None:
    done = call(site, "pln", "prod")
    assert done.returncode == 2
    assert done.stderr.startswith("mlplatform: no command 'pln'; did you mean plan?\n")


def test_command_outside_of_a_clone_says_where_it_runs(site: Path, tmp_path: Path) -> None:
    done = call(site, "plan", "prod", cwd=tmp_path)
    assert done.returncode == 2
    assert "change to a clone of mlplatform" in done.stderr
    inside = call(site, "plan", "prod", cwd=ROOT / "docs")
    assert f"change to {ROOT}" in inside.stderr


def test_command_imports_no_other_module_than_its_own(site: Path) -> None:
    program = (
        "import sys; from mlplatform.command_line import main\n"
        "try:\n    main(['list'])\nexcept SystemExit:\n    print(*sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    imported = {*done.stdout.split()} - {"operations", "operations.flags"}
    assert "commands.list_stacks" in imported
    assert not [each for each in imported if each.startswith(("operations", "commands.init", "commands.explain"))]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("mlplatform ", {*COMMANDS, "completion"}),
        ("mlplatform pl", {"plan"}),
        ("mlplatform plan ", {"prod", "staging", "kubeflow", "--against"}),
        ("mlplatform plan st", {"staging"}),
        ("mlplatform init acme --fe", {"--feature-store"}),
        ("mlplatform second-region prod --mo", {"--mode"}),
    ],
)
def test_shell_completes_commands_flags_and_stacks(site: Path, tmp_path: Path, line: str, offered: set[str]) -> None:
    assert offered <= completed(site, tmp_path, line)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(site: Path, shell: str) -> None:
    assert "mlplatform" in call(site, "completion", shell).stdout


def test_completion_has_a_help(site: Path) -> None:
    done = call(site, "completion", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: mlplatform completion {bash,zsh,fish}\n")


def test_completion_of_another_shell_is_refused(site: Path) -> None:
    done = call(site, "completion", "csh")
    assert done.returncode == 2
    assert done.stderr == "mlplatform: completion = 'csh': write bash, zsh, fish\n"


def test_bash_accepts_the_script(site: Path) -> None:
    script = call(site, "completion", "bash").stdout
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
