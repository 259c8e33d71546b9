"""Every bound of a stack can change on the day after its deployment: what holds data stays."""

import json
from typing import Any

import pytest

from components.testing.fake_aws import FakeAws
from planner.build import assess
from planner.difference import compare
from planner.evaluation import evaluate_program
from planner.stackfile import StackFile
from tests.support.planner.plans import ROOT, TODAY, config_of, document_of
from tests.support.stacks.bounds import moved
from tests.support.stacks.configs import read


@pytest.mark.parametrize("stack", ["staging", "kubeflow", "prod", "everything"])
def test_no_moved_bound_removes_or_replaces_what_holds_data(stack: str) -> None:
    sections, paths = moved(config_of(stack))
    assert len(paths) > 25
    _follow(sections)
    difference = compare(document_of(stack), _planned(stack, sections))
    assert len(difference.changed) > 10
    assert difference.at_risk == ()
    assert difference.refused == ()


def _follow(sections: dict[str, Any]) -> None:
    """Raise the assumed nodes of pools to the minimums that were raised: fewer are refused."""
    assumed = sections.get("usage", {}).get("averageNodes", {})
    for pool in sections["gpuCluster"]["nodePools"]:
        if pool["name"] in assumed:
            assumed[pool["name"]] = max(assumed[pool["name"]], pool["minimum"])


def _planned(stack: str, sections: dict[str, Any]) -> dict[str, Any]:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()}
    file = StackFile("mlplatform", stack, ROOT / f"Pulumi.{stack}.yaml", config, frozenset())
    environment = sections["environment"]
    evaluation = evaluate_program(ROOT / "__main__.py", file, FakeAws(environment["region"], environment["account"]))
    return json.loads(assess(file, read(sections), evaluation, today=TODAY).json())
