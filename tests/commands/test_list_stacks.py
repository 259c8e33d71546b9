"""`python -m stacks list`: each stack from its file alone."""

import json
from pathlib import Path

import pytest

from commands.list_stacks import main


def test_stacks_are_listed_with_their_budgets(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = project / "build" / "staging" / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text(json.dumps({"cost": {"monthly": 1234.5}, "resources": [{}, {}]}), encoding="utf-8")
    assert main([]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["kubeflow", "production", "us-east-1", "4,000.00", "-", "-"] in lines
    assert ["staging", "staging", "us-east-1", "2,500.00", "1,234.50", "2"] in lines


def test_broken_stack_is_named_beside_the_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Pulumi.broken.yaml").write_text("config: [\n", encoding="utf-8")
    assert main([]) == 1
    said = capsys.readouterr().out
    assert "broken: Pulumi.broken.yaml" in said
    assert "staging" in said


def test_output_fits_into_80_columns(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
