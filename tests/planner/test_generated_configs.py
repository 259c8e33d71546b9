"""Configs that nobody wrote: the plan of each is one that its contract, the providers, AWS and IAM accept.

Each example changes a stack on file step by step, and plans every step in a warm process. A few run each time.
MLPLATFORM_FUZZ_EXAMPLES and MLPLATFORM_FUZZ_STEPS ask for more, and MLPLATFORM_FUZZ_STACKS for other stacks to begin
with.
"""

import gc
import json
import os
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from components.core.spec import SpecError
from planner.plan import Plan, document_json, standing
from planner.stackfile import StackFileError
from planner.watch import WarmPlans, Watched
from policies.engine.rule import Undecided
from resources.resource import Resource
from tests.support.cloud.calls import CALLS
from tests.support.cloud.requests import faults_of
from tests.support.components.known_iam import documents, faults_of_policy
from tests.support.planner import sdk
from tests.support.planner.command import platform
from tests.support.planner.plans import ROOT, TODAY, config_of
from tests.support.stacks.bounds import is_accepted, numbers, set_at, value_at
from tests.support.stacks.mutations import changed

STACKS = os.environ.get("MLPLATFORM_FUZZ_STACKS", "starter,staging").split(",")
EXAMPLES = int(os.environ.get("MLPLATFORM_FUZZ_EXAMPLES", "2"))
STEPS = int(os.environ.get("MLPLATFORM_FUZZ_STEPS", "4"))
# What it takes is typed as JSON with a hole in it; here it is whatever was read.
CONTRACT: Any = Draft202012Validator(json.loads((ROOT / "planner" / "plan.schema.json").read_text(encoding="utf-8")))

Sections = dict[str, Any]


@st.composite
def walks(draw: st.DrawFn) -> tuple[str, list[Sections]]:
    """A stack on file, and its config after each of some steps that the config allows."""
    stack = draw(st.sampled_from(STACKS))
    sections = deepcopy(dict(config_of(stack)))
    sections["cost"]["monthlyBudget"] = draw(st.sampled_from([1, 1_000_000]))
    steps: list[Sections] = []
    for _ in range(STEPS):
        after = sections
        for _ in range(draw(st.integers(1, 3))):
            other = draw(st.one_of(changed(after, 1, hostile=False), other_number(after)))
            after = other if is_accepted(other) else after
        if after != sections:
            steps.append(after)
        sections = after
    return stack, steps


@st.composite
def other_number(draw: st.DrawFn, sections: Sections) -> Sections:
    """The config with another value of one of its numbers."""
    after = deepcopy(sections)
    path = draw(st.sampled_from(sorted(numbers(after), key=str)))
    before = value_at(after, path)
    set_at(after, path, draw(st.sampled_from([0, 1, before + 1, before * 2, before - 1, 4096])))
    return after


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="MLPLATFORM_FUZZ_EXAMPLES" not in os.environ,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(walks())
def test_generated_configs_have_valid_plans(walk: tuple[str, list[Sections]]) -> None:
    stack, steps = walk
    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        root = platform(Path(folder))
        plans = WarmPlans(Watched(root, stack, root / "plan.json", TODAY, None))
        for sections in steps:
            config = {f"mlplatform:{name}": section for name, section in sections.items()}
            (root / f"Pulumi.{stack}.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
            if (made := planned(plans)) is None:
                continue
            plan, document = made
            assert [*faults(plan, seen)] == []
            assert not_excepted(plan, sections) == []
            if sections is steps[-1]:
                assert [error.message for error in CONTRACT.iter_errors(json.loads(document_json(document)))] == []
            # A process that lives on clears the cycles that planning leaves.
            gc.collect()


def planned(plans: WarmPlans) -> tuple[Plan, dict[str, Any]] | None:
    """The plan and its document; None if the file holds what no file may, or usage of what the stack does not have."""
    try:
        return plans.make()
    except StackFileError:
        return None
    except SpecError as refused:
        if all(problem.startswith("usage.") for problem in refused.problems):
            return None
        raise


def faults(plan: Plan, seen: set[str]) -> Iterator[str]:
    """What providers, AWS or IAM would refuse, of resources that no plan before had."""
    invented = {
        text
        for each in plan.resources
        for key, text in each.outputs.items()
        if isinstance(text, str) and key not in each.inputs
    }
    for each in plan.resources:
        known = json.dumps([each.type, each.inputs], sort_keys=True, default=str)
        if each.type.startswith("aws:") and known not in seen:
            seen.add(known)
            yield from faults_of_resource(each, invented)


def faults_of_resource(resource: Resource, invented: set[str]) -> Iterator[str]:
    """What the provider, AWS or IAM would refuse of one resource."""
    yield from sdk.problems(resource)
    if resource.type in CALLS:
        yield from faults_of(resource, invented)
    for document in documents(resource.inputs):
        yield from faults_of_policy(document)


def not_excepted(plan: Plan, sections: Sections) -> list[str]:
    """The findings of a plan that passes which say that something serious is wrong."""
    if plan.violations:
        return []
    chosen = sections.get("policies", {}).get("levels", {})
    serious = [each for each in plan.verdicts if each.severity in ("critical", "high") and each.policy not in chosen]
    found = [each.message for each in serious if standing(each) != "excepted"]
    return [each for each in found if not each.startswith(Undecided("").message)]
