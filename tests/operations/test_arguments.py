"""A wrong argument is named with its value and what to write instead."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from operations.smoke.__main__ import main as smoke
from operations.spend.__main__ import main as spend
from operations.versions.__main__ import main as versions
from planner.command import main as plan

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
