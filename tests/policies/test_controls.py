"""The lines of rules that are tables: each names an input that exists, and each is tried."""

import pytest

from policies.engine.controls import LINES, Line
from policies.engine.registry import RULES
from tests.support.planner.sdk import has_input
from tests.support.policies.every_case import CASES

EVERY_LINE = [(name, line) for name, lines in LINES.items() for line in lines]


def name_of(given: str | Line) -> str:
    return given if isinstance(given, str) else f"{given.type.rpartition(':')[2]}.{given.place}"


@pytest.mark.parametrize(("rule", "line"), EVERY_LINE, ids=name_of)
def test_the_input_of_a_line_is_one_of_the_provider(rule: str, line: Line) -> None:
    assert has_input(line.type, line.place.split(".")), f"{rule} asks {line.type} for {line.place}"


@pytest.mark.parametrize(("rule", "line"), EVERY_LINE, ids=name_of)
def test_each_line_has_a_case_that_fails(rule: str, line: Line) -> None:
    failing = [case for case in CASES if case.rule == rule and case.found and case.resources[0].type == line.type]
    assert any(line.place.startswith(text) for case in failing for text in case.found)


def test_every_table_is_a_rule() -> None:
    assert set(LINES) <= set(RULES)
