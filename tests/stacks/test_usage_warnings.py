"""Assumed usage of a section that the stack lacks gets a warning, and with its section none."""

from typing import Any

import pytest

from stacks.second_region import second_region
from stacks.usage_warnings import SECTIONS, usage_warnings
from tests.support.stacks.configs import SECTIONS as SMALL
from tests.support.stacks.configs import config, read, sections_of

STATED: dict[str, dict[str, Any]] = {
    "alarms": {"messages": 5},
    "audit": {"managementMillion": 3},
    "backup": {"changedShare": 0.2},
    "batch": {"hoursADay": 3},
    "logs": {"writtenGb": 40},
    "metrics": {"samplesMillion": 20},
    "spark": {"vcpuHours": 10},
    "spend": {"scannedTb": 1},
    "traces": {"spanGb": 4},
}


@pytest.mark.parametrize("name", SECTIONS)
def test_usage_of_a_missing_section_warns(name: str) -> None:
    (warning,) = usage_warnings(read({**SMALL, "usage": {name: STATED[name]}}))
    assert warning.field == f"usage.{name}"
    assert warning.value == STATED[name]
    assert "so nothing of this is in its price" in warning.why


@pytest.mark.parametrize("stack", ["staging", "prod", "kubeflow"])
def test_usage_of_the_stacks_has_its_sections(stack: str) -> None:
    assert list(usage_warnings(config(stack))) == []


def test_usage_of_the_second_region_has_its_sections() -> None:
    assert list(usage_warnings(read(second_region(sections_of("prod"), config())))) == []
