"""A wrong argument is named with its value and what to write instead."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from operations.smoke.__main__ import main as smoke
from operations.spend.__main__ import main as spend
from operations.versions.__main__ import main as versions
from planner.command import main as plan

COMMANDS = (
    "digests",
    "drift.__main__",
    "drill.__main__",
    "failover.__main__",
    "ingest.__main__",
    "instances",
    "network_config",
    "promote.command",
    "release",
    "restore.__main__",
    "rightsize.__main__",
    "rotate.__main__",
    "smoke.__main__",
    "spend.__main__",
    "takeover.__main__",
    "train.__main__",
    "versions.__main__",
)
SPEND = ("prod", "--bill", "bill.csv")
SMOKE = ("--config", "a", "--release", "b", "--json", "c")


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        (spend, (*SPEND, "--tolerance", "-1"), "argument --tolerance: '-1' is not an amount; write a number that is 0"),
        (spend, (*SPEND, "--least", "five"), "argument --least: 'five' is not an amount"),
        (spend, (*SPEND, "--least", "nan"), "argument --least: 'nan' is not an amount"),
        (
            spend,
            (*SPEND, "--month", "2026-13"),
            "argument --month: '2026-13' is not a month; write one such as 2026-11",
        ),
        (smoke, (*SMOKE, "--wait", "inf"), "argument --wait: 'inf' is not an amount"),
        (versions, ("--today", "30.11.2026"), "argument --today: '30.11.2026' is not a day; write one such as 2026-11"),
        (plan, ("prod", "--today", "today"), "argument --today: 'today' is not a day; write one such as 2026-11-30"),
    ],
)
def test_a_wrong_argument_is_told_with_a_remedy(
    command: Callable[[Sequence[str]], Any], arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def _run(command: str, *arguments: str) -> object:
    module = importlib.import_module(f"operations.{command}")
    with pytest.raises(SystemExit) as ended:
        (module.parser().parse_args if command == "promote.command" else module.main)(list(arguments))
    return ended.value.code


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_eighty_columns_and_abbreviated_flags_are_refused(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert _run(command, "--help") == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []
    assert _run(command, "--hel") == 2


def test_an_unknown_flag_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        spend([*SPEND, "--tolerence", "1"])
    assert "unrecognized arguments: --tolerence 1; did you mean --tolerance?" in capsys.readouterr().err
