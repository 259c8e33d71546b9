"""Each module that make or a reader runs imports with only the requirements that its target installs."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.support.docs.pages import ROOT

pytestmark = pytest.mark.slow

OURS = ("planner", "stacks", "operations", "resources", "pricing", "policies", "components", "tests")
WITHOUT = """
import importlib, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
name, blocked = sys.argv[1], sys.argv[2:]
sys.argv[1:] = []
run = importlib.import_module(name)
"""


def called() -> dict[str, str]:
    """The module that each target runs, and the file of requirements the target waits for."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for rule in re.finditer(r"^\w+:(?P<needs>[^\n]*)\n(?P<recipe>(?:\t[^\n]*\n)+)", text, re.MULTILINE):
        for module in re.findall(r"/python -m ((?:planner|stacks|operations|pricing|tests)[\w.]*)", rule["recipe"]):
            found[module] = "requirements-dev.lock" if ".venv/.dev" in rule["needs"] else "requirements.lock"
    return found


def missing_with(lock: str) -> list[str]:
    """The installed top-level modules that `lock` does not install."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)} | {"pip"}
    return [
        module
        for module, owners in packages_distributions().items()
        if not {plain(owner) for owner in owners} & locked and module not in OURS
    ]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


TARGETS = called()
TYPED = dict.fromkeys(("operations.smoke", "operations.promote", "operations.digests"), "requirements.lock")
"""What readers and workflows run by `python -m` after `make plan`, beside make's targets."""


OF_APPS = [(module, "operations/requirements.lock") for module in ("operations.smoke", "operations.promote")]
"""What jobs with the key of an app run."""


@pytest.mark.parametrize(("module", "lock"), [*sorted({**TARGETS, **TYPED}.items()), *OF_APPS])
def test_module_imports_with_what_its_target_installs(module: str, lock: str) -> None:
    blocked = missing_with(lock)
    assert ("boto3" in blocked) == (lock != "requirements-dev.lock")
    package = (ROOT / module.replace(".", "/") / "__main__.py").is_file()
    done = run("-c", WITHOUT, f"{module}.__main__" if package else module, *blocked)
    # A main that always runs asks for arguments, which argparse answers with 2.
    assert done.returncode == 0 or (done.returncode == 2 and "usage: " in done.stderr), done.stderr


def test_every_target_with_a_module_is_checked() -> None:
    assert {"planner", "stacks", "pricing.refresh", "operations.versions", "operations.regions"} <= {*TARGETS}
    assert {"operations.instances", "operations.network_config", "tests.bench"} <= {*TARGETS}


def test_versions_report_missing_boto3_in_one_line() -> None:
    script = f"{WITHOUT}run.main(['--of', 'eks', '--today', '2026-11-29'])"
    done = run("-c", script, "operations.versions.__main__", *missing_with("requirements.lock"))
    assert done.stderr == "versions: AWS was not compared: botocore is missing; `make .venv/.dev` installs it\n"
    assert "support ends on 2027-08-02" in done.stdout


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_make_announces_an_installation(lock: str) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    before, _, _ = text.partition(f"-r {lock}")
    assert re.search(r"@echo 'Installing the locked requirements[^\n]*\n\t@[^\n]*$", before)
