"""Configs that nobody wrote: the plan of each is one that the providers, AWS and IAM accept.

A few in each run; MLPLATFORM_FUZZ_EXAMPLES asks for more, and MLPLATFORM_FUZZ_STACKS for other stacks to begin with.
"""

import json
import os
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from components.core.spec import SpecError
from components.testing.fake_aws import FakeAws
from planner.build import assess
from planner.evaluation import evaluate_program
from planner.plan import Plan, standing
from planner.stackfile import StackFile
from policies.engine.rule import Undecided
from tests.support.cloud.calls import CALLS
from tests.support.cloud.requests import faults_of
from tests.support.components.known_iam import documents, faults_of_policy
from tests.support.planner import sdk
from tests.support.planner.plans import ROOT, TODAY, config_of
from tests.support.stacks.bounds import is_accepted, numbers, set_at, value_at
from tests.support.stacks.configs import read
from tests.support.stacks.mutations import changed

STACKS = os.environ.get("MLPLATFORM_FUZZ_STACKS", "starter,staging").split(",")
EXAMPLES = int(os.environ.get("MLPLATFORM_FUZZ_EXAMPLES", "2"))


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """A stack on file after a dozen changes, as far as the config allows each beside those before it."""
    sections = deepcopy(dict(config_of(draw(st.sampled_from(STACKS)))))
    sections["cost"]["monthlyBudget"] = draw(st.sampled_from([1, 1_000_000]))
    for _ in range(draw(st.integers(4, 12))):
        other = draw(changed(sections, 1, hostile=False))
        sections = other if is_accepted(other) else sections
    paths = sorted(numbers(sections), key=str)
    for path in draw(st.lists(st.sampled_from(paths), min_size=4, max_size=12, unique=True)):
        before = value_at(sections, path)
        set_at(sections, path, draw(st.sampled_from([0, 1, before + 1, before * 2, before - 1, 4096])))
        if not is_accepted(sections):
            set_at(sections, path, before)
    return sections


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="MLPLATFORM_FUZZ_EXAMPLES" not in os.environ,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(configs())
def test_generated_config_has_a_valid_plan(sections: dict[str, Any]) -> None:
    try:
        plan = planned(sections)
    except SpecError as refused:
        # The assumed usage is held against what the program registered.
        if all(problem.startswith("usage.") for problem in refused.problems):
            return
        raise
    invented = {
        text
        for each in plan.resources
        for key, text in each.outputs.items()
        if isinstance(text, str) and key not in each.inputs
    }
    ours = [each for each in plan.resources if each.type.startswith("aws:")]
    assert [fault for each in ours for fault in sdk.problems(each)] == []
    assert [fault for each in ours if each.type in CALLS for fault in faults_of(each, invented)] == []
    policies = [document for each in ours for document in documents(each.inputs)]
    assert [fault for each in policies for fault in faults_of_policy(each)] == []
    if not plan.violations:
        chosen = sections.get("policies", {}).get("levels", {})
        serious = [
            each for each in plan.verdicts if each.severity in ("critical", "high") and each.policy not in chosen
        ]
        found = [each.message for each in serious if standing(each) != "excepted"]
        assert [each for each in found if each.startswith(Undecided("").message)] == found


def planned(sections: dict[str, Any]) -> Plan:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()}
    file = StackFile("mlplatform", "generated", ROOT / "Pulumi.generated.yaml", config, frozenset())
    environment = sections["environment"]
    evaluation = evaluate_program(ROOT / "__main__.py", file, FakeAws(environment["region"], environment["account"]))
    return assess(file, read(sections), evaluation, today=TODAY)
