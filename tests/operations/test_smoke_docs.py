"""The page about the smoke test is complete, and its examples are valid."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from operations.settings import parse
from operations.smoke.__main__ import main
from operations.smoke.config import (
    FirewallConfig,
    InputConfig,
    LatencyConfig,
    OutputConfig,
    SmokeConfig,
)
from operations.smoke.report import Result, report_of
from tests.support.operations.model_standin import Behavior, serving
from tests.support.operations.smoke_runs import run

PAGE = (Path(__file__).parents[2] / "docs" / "smoke.md").read_text(encoding="utf-8")
NESTED: dict[str, type[BaseModel]] = {
    "inputs": InputConfig,
    "outputs": OutputConfig,
    "latency": LatencyConfig,
    "firewall": FirewallConfig,
}


def example(language: str) -> str:
    [block] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return block


def rows(first: str) -> dict[str, list[str]]:
    """The rows of the table whose first column has this title, by the first name in code."""
    table = PAGE.split(f"\n| {first} |")[1].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {cell[0].strip("`"): cell[1:] for cell in cells}


def test_page_lists_exactly_the_fields() -> None:
    table = rows("Field")
    assert set(table) == {to_camel(name) for name in SmokeConfig.model_fields}
    for name, kind in NESTED.items():
        for field in kind.model_fields:
            assert f"`{to_camel(field)}" in table[name][1], f"{name}.{field}"


def test_page_shows_the_defaults() -> None:
    table = rows("Field")
    for name, field in SmokeConfig.model_fields.items():
        told = table[to_camel(name)][0]
        if field.is_required():
            assert told == "required", name
        elif isinstance(field.default, int | float):
            assert float(told) == field.default, name


def test_page_lists_exactly_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert set(rows("Option")) == offered


def test_page_lists_exactly_the_checks(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior()) as standin:
        checks = run(tmp_path, standin).report.checks
    table = PAGE.split("\n| Group |")[1].split("\n\n")[0].splitlines()[2:]
    told: set[Any] = set()
    for line in table:
        groups, names = (re.findall(r"`([a-z-]+)`", cell) for cell in line.split("|")[1:3])
        told |= {(group, name) for group in groups for name in names}
    assert told == {(check.group, check.name) for check in checks}


def test_example_config_is_valid() -> None:
    assert parse(SmokeConfig, yaml.safe_load(example("yaml")), "smoke.yaml").latency.requests == 200


def test_example_report_is_valid() -> None:
    report = report_of(example("json").encode(), "report.json")
    assert report.result is Result.PASSED
    assert json.loads(example("json")).keys() == report.model_dump(mode="json").keys()
