"""`make check` leaves out what needs other programs or takes long, and `make test` leaves out nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tiers import MARKERS, TESTS

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def recipe(target: str) -> str:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found
    return found[1].replace("\\\n\t", "")


def collected(expression: str, *paths: str) -> set[str]:
    """The files of which pytest would run a test."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        expression,
        *paths,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        line.partition("::")[0].partition(": ")[0] for line in done.stdout.splitlines() if line.startswith("tests/")
    }


@pytest.mark.slow
def test_check_leaves_out_other_programs_and_slow_tests() -> None:
    [expression] = re.findall(r"-m '(not .+)'", recipe("check"))
    outside = [str(next((TESTS / folder).glob("test_*.py")).relative_to(ROOT)) for folder in MARKERS]
    slow = ["tests/planner/test_values.py", "tests/planner/test_failure.py"]
    unit = ["tests/test_versions.py", "tests/components/facts/test_instances.py"]
    assert collected(expression, *outside, *slow, *unit) == set(unit)


def test_whole_suite_leaves_out_nothing() -> None:
    assert "pytest" in recipe("test")
    assert " -m '" not in recipe("test")
    assert " --ignore" not in recipe("test")


@pytest.mark.parametrize("folder", MARKERS)
def test_marked_folder_has_tests(folder: str) -> None:
    assert list((TESTS / folder).rglob("test_*.py"))
