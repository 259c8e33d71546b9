"""The predicted availability in the plan's JSON and on a terminal of 80 columns."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from availability.target import AvailabilityTarget
from planner import availability_text
from planner.availability_document import availability_document
from planner.gates import laxer
from planner.plan import Plan
from tests.support.availability import predicted
from tests.support.planner.plans import plan_of
from tests.support.planner.terminal import EMPTY


def shown(plan: Plan) -> list[str]:
    out = StringIO()
    availability_text.show(plan, Console(file=out, width=80))
    return out.getvalue().splitlines()


def with_prediction(stack: str, target: AvailabilityTarget) -> Plan:
    return replace(EMPTY, availability=predicted(plan_of(stack)), target=target)


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_terminal_has_a_line_for_each_kind_within_80_columns(stack: str) -> None:
    plan = with_prediction(stack, AvailabilityTarget(target=99.5))
    lines = shown(plan)
    assert all(len(line) <= 80 for line in lines)
    assert "target 99.5 %" in lines[1]
    kinds = {each.kind for each in plan.availability.capabilities}
    assert len([line for line in lines if " min " in line]) == len(kinds)


def test_terminal_says_nothing_without_capabilities() -> None:
    assert shown(EMPTY) == []


@pytest.mark.slow
def test_json_has_targets_parts_and_the_levels_that_they_use() -> None:
    target = AvailabilityTarget(target=99.5, capabilities={"dashboards": 99})
    document = availability_document(predicted(plan_of("prod")), target)
    by_name: dict[str, Any] = {each["name"]: each for each in document["capabilities"]}
    assert by_name["dashboards"]["target"] == 99
    assert by_name["online features"]["target"] == 99.5
    keys = {level["key"] for level in document["serviceLevels"]}
    used = {key for each in by_name.values() for part in each["parts"] for key in part["serviceLevels"]}
    assert used == keys
    assert document["assumptions"]


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"availability.target": 99.5}, {"availability.target": 99}, ["availability.target"]),
        ({"availability.target": 99.5}, {}, ["availability.target"]),
        ({"availability.target": 99}, {"availability.target": 99.5}, []),
        ({}, {"availability.target": 99}, []),
        (
            {"availability.target": 99.5},
            {"availability.target": 99.5, "availability.capabilities.dashboards": 99},
            ["availability.capabilities.dashboards"],
        ),
        (
            {"availability.target": 99.5, "availability.capabilities.dashboards": 99},
            {"availability.target": 99.5},
            [],
        ),
    ],
)
def test_a_lower_target_became_laxer(before: dict[str, Any], after: dict[str, Any], fields: list[str]) -> None:
    assert [each.field for each in laxer(before, after)] == fields
