"""The repository needs nothing beside it: tests, scripts and workflows read only what a clone has."""

import os
import re
from pathlib import Path

import pytest

from tests.support.outside import ROOT, OutsideError, is_beside

SCRIPTS = [
    *(path for path in (ROOT / ".ci").iterdir() if path.is_file()),
    *(ROOT / ".github" / "workflows").iterdir(),
    ROOT / "Makefile",
]
PYTHON = [
    path for path in ROOT.rglob("*.py") if not {".venv", "build", "node_modules"} & {*path.relative_to(ROOT).parts}
]
WORD = re.compile(r"[\w.$/{}~*-]+")
ELSEWHERE = ("~/", "$HOME", "${HOME}", "/home/", "/mnt/", "/opt/", "/root/", "/srv/", "/Users/")
ABOVE_FILE = re.compile(
    r"__file__\)(?:\.resolve\(\)|\.absolute\(\))?(?P<chain>(?:\.parent\b)*)(?:\.parents\[(?P<number>\d+)\])?"
)
ABOVE_ROOT = re.compile(r"\b(?:ROOT|PROJECT|REPOSITORY)\.parents?\b")


def leaving(line: str) -> list[str]:
    """The paths in a line of a script that lead out of the repository, where scripts and workflows run."""
    words = WORD.findall(line.replace('$(dirname "$0")', ".ci"))
    return [each for each in words if each.startswith(ELSEWHERE) or os.path.normpath(each).split("/")[0] == ".."]


def climbing(text: str, depth: int) -> list[str]:
    """The expressions of a Python file, `depth` folders deep, that name a folder above the repository."""
    found = [match[0] for match in ABOVE_ROOT.finditer(text)]
    for match in ABOVE_FILE.finditer(text):
        steps = match["chain"].count(".parent") + (int(match["number"]) + 1 if match["number"] else 0)
        if steps > depth + 1:
            found.append(match[0])
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_script_or_workflow_leaves_the_repository(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [each for line in lines for each in leaving(line.partition(" #")[0])] == []


def test_no_python_file_names_a_folder_above_the_repository() -> None:
    assert len(PYTHON) > 100
    found = {
        str(path.relative_to(ROOT)): climbing(path.read_text(encoding="utf-8"), len(path.relative_to(ROOT).parts) - 1)
        for path in PYTHON
        if path != Path(__file__)
    }
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "line",
    [
        "git worktree add ../base main",
        'python -m operations.smoke --config "build/../../delivered/smoke.yaml"',
        "cat ~/facts.csv",
        'cp "$HOME/facts.csv" build',
        "cd ..",
        "DEFINITIONS=/srv/definitions make test",
    ],
)
def test_a_script_that_leaves_is_found(line: str) -> None:
    assert leaving(line)


@pytest.mark.parametrize("line", ['cd "$(dirname "$0")/.."', "make -C build/base plan", "ls /usr/lib/x/../y", "a...b"])
def test_a_script_that_stays_is_let_be(line: str) -> None:
    assert leaving(line) == []


@pytest.mark.parametrize(
    "text",
    ['ROOT.parent / "data"', "Path(__file__).parents[3]", "Path(__file__).resolve().parent.parent.parent.parent"],
)
def test_python_that_climbs_out_is_found(text: str) -> None:
    assert climbing(text, depth=2)
    assert climbing("Path(__file__).parents[2]; Path(__file__).parent.parent; path.parent", depth=2) == []


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("/home/ada/data/facts.csv", True),
        ("/home/ada/mlplatform-other/x", True),
        ("/home/ada/mlplatform/../data/facts.csv", True),
        ("/home/ada/mlplatform/tests/x.py", False),
        ("/home/ada/.cache/pip/x", False),
        ("/home/ada/tools/python/lib/x.py", False),
        ("/usr/lib/x", False),
    ],
)
def test_a_path_beside_a_clone_is_told_from_the_machines(path: str, beside: bool) -> None:
    assert is_beside(path, "/home/ada/mlplatform", ["/home/ada/tools/python", "/tmp"]) is beside


def test_a_test_cannot_read_what_is_beside_the_clone() -> None:
    around = ROOT.parent
    # Nothing is beside a clone in the file system's root, so that nothing there is refused.
    refused = FileNotFoundError if around == Path(os.sep) else OutsideError
    with pytest.raises(refused):
        (around / "definitions-of-nobody" / "x.yaml").read_text()
