"""A value of a config reaches GitHub's runner as text, never as a command."""

import pytest
from rich.markup import escape
from rich.table import Table

from planner.console import PlanConsole


@pytest.mark.parametrize(
    "tag", ["a\n::set-output name=a::b", "  ::add-mask::a", "a ##[error]b", "\n\n::stop-commands::x"]
)
def test_plan_prints_no_commands_of_a_tag(tag: str, capsys: pytest.CaptureFixture[str]) -> None:
    console = PlanConsole()
    console.print(f"[dim]{escape(tag)}[/dim] and more")
    grid = Table("what")
    grid.add_row(escape(tag))
    console.print(grid)
    said = capsys.readouterr().out
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in said.splitlines())


def test_plan_prints_types_of_resources_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    PlanConsole().print("urn:pulumi:prod::mlplatform::aws:s3/bucket:Bucket::models")
    assert "urn:pulumi:prod::mlplatform::aws:s3/bucket:Bucket::models" in capsys.readouterr().out
