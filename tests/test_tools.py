"""A missing program skips a test on a laptop, and fails it in CI where `.ci/run` installs that program."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.programs import BUILT_BY_GO, ROOT, needs

pytest_plugins = ["pytester"]

CONFTEST = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
MISSING = """
import pytest
from tests.support.programs import needs, require

@needs("make", {program!r})
def test_marked(): raise AssertionError("it was run")

@pytest.fixture
def wanted(): require({program!r})

def test_asked(wanted): raise AssertionError("it was run")
"""
OTHER = """
import pytest

def test_skips(): pytest.skip("the moon is full")

@pytest.mark.xfail(reason="known")
def test_expected(): raise AssertionError
"""


def program(folder: Path, name: str, text: str = "") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a file of tests where only the named programs are on PATH; returns how many of its tests ended how."""

    def outcomes(text: str, *programs: str, ci: str) -> dict[str, int]:
        folder = pytester.path / "bin"
        folder.mkdir(exist_ok=True)
        for each in programs:
            program(folder, each)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setenv("CI", ci)
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(text)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes()

    return outcomes


@pytest.mark.parametrize("name", [*BUILT_BY_GO, "jq", "redis-server"])
def test_a_skip_for_what_ci_installs_fails_in_ci(run: Any, name: str) -> None:
    # A program that a fixture asks for fails before its test.
    found = run(MISSING.format(program=name), "make", "go", ci="true")
    assert found.get("failed", 0) + found.get("errors", 0) == 2
    assert "skipped" not in found


@pytest.mark.parametrize(
    ("name", "programs", "ci"),
    [
        pytest.param("kustomize", ["make", "go"], "", id="on a laptop"),
        pytest.param("jq", ["make"], "", id="on a laptop without Go"),
        pytest.param("kustomize", ["make"], "true", id="in CI without Go"),
        pytest.param("pulumi", ["make", "go"], "true", id="the engine in CI"),
    ],
)
def test_a_program_that_no_one_could_install_skips(run: Any, name: str, programs: list[str], ci: str) -> None:
    assert run(MISSING.format(program=name), *programs, ci=ci) == {"skipped": 2}


def test_other_skips_fail_in_ci_but_expected_failures_do_not(run: Any) -> None:
    assert run(OTHER, ci="true") == {"failed": 1, "xfailed": 1}


def test_a_module_that_skips_itself_fails_in_ci(run: Any) -> None:
    module = "import pytest\npytest.importorskip('a_library_of_nobody')\ndef test_it(): pass"
    assert run(module, ci="true") == {"errors": 1}
    assert run(module, ci="") == {"skipped": 1}


def test_a_skip_says_which_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert needs("helm").kwargs["reason"] == "needs helm, which is not on PATH"
    assert needs("helm", "jq").kwargs["reason"] == "needs helm, jq, which are not on PATH"


def test_no_test_looks_for_a_program_by_itself() -> None:
    found = {
        f"{path.relative_to(ROOT)}"
        for path in (ROOT / "tests").rglob("test_*.py")
        if "shutil.which" in path.read_text(encoding="utf-8") and path != Path(__file__)
    }
    assert found == set()


@pytest.fixture
def ci(tmp_path: Path) -> Any:
    """Runs `.ci/run` in a copy with stand-ins for every program; returns what Go, apt and make were asked."""
    clone, folder, log = tmp_path / "clone", tmp_path / "bin", tmp_path / "log"
    shutil.copytree(ROOT / ".ci", clone / ".ci")
    folder.mkdir()
    for each in ("redis-server", "initdb", "mariadbd", "lua5.1", "jq", "promtool"):
        program(folder, each)
    program(folder, "make", f'echo "make $* with $(command -v kustomize)" >> {log}')

    def asked(go: str) -> list[str]:
        if go:
            program(folder, "go", f'echo "go $*" >> {log}\n{go}')
        environ = {**os.environ, "PATH": f"{folder}:/usr/bin:/bin"}
        done = subprocess.run(
            [clone / ".ci" / "run"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [*log.read_text().splitlines(), *done.stdout.splitlines()]

    return asked


def test_ci_builds_the_pinned_programs_and_tests_with_them(ci: Any, tmp_path: Path) -> None:
    built = 'mkdir -p "$GOBIN" && touch "$GOBIN/kustomize" && chmod +x "$GOBIN/kustomize"'
    *installed, made = ci(built)
    assert installed == [f"go install {module}" for module in BUILT_BY_GO.values()]
    assert made == f"make test --jobs=2 with {tmp_path}/clone/build/tools/kustomize"


def test_ci_tests_on_where_a_program_cannot_be_built(ci: Any) -> None:
    found = ci("exit 1")
    assert any(each.startswith("make test") for each in found)
    assert any("helm could not be built" in each for each in found)


def test_programs_are_pinned_and_ci_has_go_and_the_engine() -> None:
    assert {*BUILT_BY_GO} == {"actionlint", "amtool", "caddy", "compose-spec", "helm", "kustomize"}
    assert all(re.search(r"@v\d+\.\d+\.\d+$", module) for module in BUILT_BY_GO.values())
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yaml").read_text())
    steps = [step.get("uses", step.get("run", "")).partition("@")[0] for step in workflow["jobs"]["test"]["steps"]]
    assert steps.index("actions/setup-go") < steps.index(".ci/run")
    assert steps.index("pulumi/actions") < steps.index(".ci/run")
