"""The example of docs/testing.md passes with nothing of this repository but the wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.docs.pages import ROOT, blocks

pytestmark = pytest.mark.slow

[EXAMPLE] = [each for each in blocks("python") if each.page == "docs/testing.md"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the content of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_example_passes_with_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_burst.py").write_text(EXAMPLE.text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "test_burst.py",
    ]
    ended = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout


def test_testing_imports_nothing_outside_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = "import sys, mlplatform.testing; print(mlplatform.__file__, sorted({*sys.modules} & set(sys.argv[1:])))"
    others = ["components", "resources", "planner", "policies", "pricing", "stacks", "tests"]
    command = [sys.executable, "-c", program, *others]
    env = {**os.environ, "PYTHONPATH": str(installed)}
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == f"{installed}/mlplatform/__init__.py []"
