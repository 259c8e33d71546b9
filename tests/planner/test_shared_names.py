"""Two stacks of one account with the same name are told apart before AWS mixes them up."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner.shared_names import shared_names
from planner.stackfile import read_stack_file
from stacks.config_warning import ConfigWarning
from tests.support.stacks.configs import ROOT

HOME = {"account": "111122223333", "region": "us-east-1"}


def found(folder: Path, stacks: dict[str, dict[str, Any]], stack: str = "blue") -> list[ConfigWarning]:
    (folder / "Pulumi.yaml").write_text("name: sample\nruntime: python\n", encoding="utf-8")
    for name, sections in stacks.items():
        config = {f"mlplatform:{key}": section for key, section in sections.items()}
        (folder / f"Pulumi.{name}.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
    return list(shared_names(read_stack_file(folder, stack)))


@pytest.mark.parametrize(
    "sections",
    [
        {"logs": {"name": "ml"}},
        {"metrics": {"name": "ml"}},
        {"traces": {"name": "ml"}},
        {"alarms": {"name": "ml"}},
        {"recovery": {"vaultName": "ml"}},
        {"featureStore": {"online": {"cacheName": "ml"}}},
    ],
)
def test_a_name_that_two_stacks_share_names_both(sections: dict[str, Any], tmp_path: Path) -> None:
    [warning] = found(tmp_path, {"blue": {"environment": HOME, **sections}, "green": {"environment": HOME, **sections}})
    assert warning.value == "ml"
    assert "stacks blue and green of one account" in warning.why
    assert warning.remedy == "Choose another name in Pulumi.blue.yaml or Pulumi.green.yaml."
    assert warning.field.partition(".")[0] in sections


@pytest.mark.parametrize(
    "other",
    [
        {"environment": HOME, "logs": {"name": "other"}},
        {"environment": {**HOME, "account": "444455556666"}, "logs": {"name": "ml"}},
        {"environment": {**HOME, "region": "us-west-2"}, "logs": {"name": "ml"}},
        {"environment": HOME, "metrics": {"name": "ml"}},
        {"logs": {"name": "ml"}},
        {"environment": HOME},
    ],
)
def test_names_of_other_places_may_be_equal(other: dict[str, Any], tmp_path: Path) -> None:
    assert found(tmp_path, {"blue": {"environment": HOME, "logs": {"name": "ml"}}, "green": other}) == []


def test_budgets_of_all_regions_need_their_own_names(tmp_path: Path) -> None:
    far = {"environment": {**HOME, "region": "us-west-2"}, "spend": {"name": "ml"}}
    [warning] = found(tmp_path, {"blue": {"environment": HOME, "spend": {"name": "ml"}}, "green": far})
    assert warning.field == "spend.name"


def test_a_broken_file_of_another_stack_stops_no_plan(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.red.yaml").write_text("111122223333: [", encoding="utf-8")
    assert found(tmp_path, {"blue": {"environment": HOME, "logs": {"name": "ml"}}}) == []


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_stacks_of_this_project_share_no_name(stack: str) -> None:
    assert list(shared_names(read_stack_file(ROOT, stack))) == []
