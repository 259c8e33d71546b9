"""The command that writes a stack's rules and dashboards."""

import json
from pathlib import Path

import pytest
import yaml

from planner.observe import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_a_stack_writes_rules_and_dashboards(stack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([stack, str(tmp_path), "--root", str(ROOT)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert {path.parent.name for path in written} == {"rules", "dashboards"}
    for path in written:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".yaml":
            assert yaml.safe_load(text)["groups"]
        else:
            assert json.loads(text)["panels"]


def test_an_unknown_stack_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prodd", str(tmp_path / "new"), "--root", str(ROOT)]) == 2
    assert "did you mean prod?" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_stack_without_models_has_no_pictures_of_them(tmp_path: Path) -> None:
    main(["kubeflow", str(tmp_path), "--root", str(ROOT)])
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "dashboards").iterdir()}
    assert "models" not in texts
    assert not [name for name, text in texts.items() if "slo:" in text]
