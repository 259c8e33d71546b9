"""`python -m reports`: a file that is whole or not written, and exit codes."""

from pathlib import Path

import pytest

from reports.html.command import main
from tests.support.planner.command import TODAY, platform
from tests.support.reports.pages import Page

pytestmark = pytest.mark.slow
SECRET = "hunter2-in-the-clear"


def run(root: Path, *arguments: str) -> int:
    return main(["test", "--root", str(root), *TODAY, *arguments])


def test_the_report_is_written_beside_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    assert run(root) == 0
    path = root / "build" / "test" / "report.html"
    assert capsys.readouterr().out == f"written to {path}\n"
    assert Page(path.read_text(encoding="utf-8")).texts("h1") == ["✓test may be deployed"]
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_a_plan_that_must_not_be_deployed_is_written_too(tmp_path: Path) -> None:
    root = platform(tmp_path, cost={"monthlyBudget": 1})
    assert run(root, "--out", str(root / "r.html")) == 0
    assert Page((root / "r.html").read_text(encoding="utf-8")).texts("h1") == ["✕test must not be deployed"]


def test_a_wrong_config_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path, cost={"monthlyBudget": -1})
    assert run(root) == 2
    assert "cost.monthlyBudget" in capsys.readouterr().err
    assert not (root / "build").exists()


def test_a_failing_program_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    (root / "__main__.py").write_text("raise ValueError('no luck')\n")
    assert run(root) == 3
    error = capsys.readouterr().err
    assert "ValueError: no luck" in error
    assert "__main__.py:1" in error


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    assert run(root, "--out", str(root / "Pulumi.yaml" / "r.html")) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_secrets_are_masked(tmp_path: Path) -> None:
    root = platform(tmp_path)
    with (root / "__main__.py").open("a") as program:
        program.write(
            "\nimport pulumi\nimport pulumi_aws as aws\n"
            f"aws.ssm.Parameter('login', type='SecureString', value=pulumi.Output.secret({SECRET!r}))\n"
        )
    assert run(root, "--out", str(root / "r.html")) == 0
    html = (root / "r.html").read_text(encoding="utf-8")
    [login] = [each["inputs"] for each in Page(html).details if each["urn"].endswith("::login")]
    assert login["value"] == "[secret]"
    assert SECRET not in html
    assert SECRET not in str(Page(html).details)
