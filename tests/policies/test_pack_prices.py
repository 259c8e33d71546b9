"""The pack prices a stack as its plan does, from the same config."""

from dataclasses import replace

import pytest

from policies.engine.crossguard import Pack
from policies.engine.stack_config import read_context
from tests.support.planner.plans import STACKS, TODAY, built, file_of, plan_of
from tests.support.policies.engine import deploy

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stack", STACKS)
def test_the_pack_prices_a_stack_as_its_plan_does(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of(stack)
    monkeypatch.setenv("PULUMI_CONFIG", file.config_json)
    context = read_context(TODAY)
    assert context.usage == built(stack).usage
    low = replace(context, budget=context.budget.model_copy(update={"monthly_budget": 1}))
    told = [message for rule, _, _, message in deploy(Pack(low).policies(), plan_of(stack)) if rule == "monthly-budget"]
    # Outputs such as the capacity of a web ACL are not known here, so a cost may be the least that it can be.
    assert (
        told[0].removeprefix("costs ").removeprefix("at least ").startswith(f"{built(stack).estimate.monthly:,.0f} USD")
    )
