"""Text of other people reaches neither a terminal nor a workflow's runner as a command."""

from pathlib import Path

import pytest

from operations.lines import harmless, one_line
from tests.support.operations.promotion import PROD, Output, again, github_with, refused
from tests.support.operations.workflows import run_step
from tests.support.programs import needs

SMOKE = ".github/workflows/smoke.yaml"
REFUSE = "Refuse malformed names, because paths contain them"
ATTACKS = [
    "a\n::set-output name=a::b",
    "\x1b[2J\x1b[1;1H",
    "a\r::error::b",
    "a ##[command]b",
    "\u202ea",
    "\x9b2J",
    "a\u2028::b",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_text_has_no_commands(text: str) -> None:
    for made in (harmless(text), one_line(text)):
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in made.splitlines())
        assert all(sign.isprintable() or sign == "\n" for sign in made)
    assert "\n" not in one_line(text)


@needs("kustomize")
@pytest.mark.parametrize("text", ATTACKS)
def test_verify_prints_no_commands_of_a_file_name(text: str, capsys: Output) -> None:
    with github_with() as github:
        github.push("attack", {PROD + text: "a\n"})
        number = github.open("attack")
        again(github, number)
        said = refused(github, number, capsys)
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in said.splitlines())
        assert all(sign.isprintable() or sign == "\n" for sign in said)


@pytest.mark.parametrize("name", ["TEAM", "MODEL", "REVISION"])
def test_workflow_prints_no_commands_of_an_event(name: str, tmp_path: Path) -> None:
    given = {"TEAM": "risk", "MODEL": "fraud", "REVISION": "a" * 40, name: "a\n::set-output name=code::0\n\x1b[2J"}
    with pytest.raises(AssertionError) as error:
        run_step(SMOKE, "smoke", REFUSE, tmp_path, given)
    assert "no team and model" in str(error.value) or "no commit" in str(error.value)
    assert not any(line.startswith("::") for line in str(error.value).splitlines())
    assert "\x1b" not in str(error.value)
