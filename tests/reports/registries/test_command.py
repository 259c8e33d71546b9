"""`python -m reports.registries` in a project of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner.command import main as plan
from reports.registries.command import main
from reports.registries.formats import FORMATS
from tests.support.planner.command import platform

pytestmark = pytest.mark.slow


def run(root: Path, *arguments: str) -> int:
    return main(["test", "--root", str(root), "--today", "2026-11-21", *arguments])


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["rows"]


def test_each_registry_is_written_in_each_format(tmp_path: Path) -> None:
    root = platform(tmp_path)
    assert run(root) == 0
    folder = root / "build" / "test" / "registries"
    names = {"facilities", "access", "credentials", "configuration"}
    assert {path.name for path in folder.iterdir()} == {
        "index.html",
        *(f"{name}.{suffix}" for name in names for suffix in FORMATS),
    }
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}.csv"' in index for name in names)


def test_a_second_run_writes_the_same_bytes(tmp_path: Path) -> None:
    root = platform(tmp_path)
    written: list[dict[str, bytes]] = []
    for name in ("one", "two"):
        assert run(root, "--out", str(tmp_path / name)) == 0
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


def test_the_changes_since_an_earlier_plan(tmp_path: Path) -> None:
    root = platform(tmp_path)
    assert plan(
        ["test", "--root", str(root), "--today", "2026-11-21", "--quiet", "--out", str(tmp_path / "old.json")]
    ) in (0, 1)
    text = (root / "Pulumi.test.yaml").read_text(encoding="utf-8")
    changed = text.replace('"monthlyBudget": ', '"monthlyBudget": 1')
    assert changed != text
    (root / "Pulumi.test.yaml").write_text(changed, encoding="utf-8")
    assert run(root, "--against", str(tmp_path / "old.json"), "--out", str(tmp_path / "out")) == 0
    assert {(row["change"], row["name"]) for row in rows(tmp_path / "out", "changes")} == {
        ("laxer setting", "cost.monthlyBudget"),
        ("changed", "spend-budget"),
    }


def test_a_wrong_stack_is_refused_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    assert main(["nothing", "--root", str(root)]) == 2
    assert "no stack 'nothing'" in capsys.readouterr().err


def test_an_earlier_plan_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    assert run(root, "--against", "nowhere") == 2
    assert "is neither a file nor a git revision" in capsys.readouterr().err
