"""Every Python example of the pages runs, and uses only what a stack exports."""

import re
from typing import Any

import pytest

from tests.support.components.mocks import Recording, run
from tests.support.docs.pages import Shown, blocks
from tests.support.planner.plans import exports_of

pytestmark = pytest.mark.slow

TESTING = "docs/testing.md"
"""The page whose example is a test. `test_testing.py` runs it."""

OWN = ("from celery import Celery", "CELERY_RESULT_URI")
"""What the code of a team's own services and jobs has, which makes no component."""

PYTHON = [each for each in blocks("python") if each.page != TESTING and not any(own in each.text for own in OWN)]
STACK = re.compile(r'StackReference\("organization/mlplatform/(\w+)"\)')
WANTED = re.compile(r'\.(?:require|get)_output\("(\w+)"\)')
LISTS = ("SubnetIds", "SecurityGroupIds")


def reference(program: str) -> dict[str, str | list[str]]:
    """What a stack reference of the program answers: a value for each output that the stack exports."""
    stacks = {*STACK.findall(program)}
    names = {name for stack in stacks for name in exports_of(stack)}
    return {name: [f"{name}-a", f"{name}-b"] if name.endswith(LISTS) else f"a {name}" for name in names}


@pytest.mark.usefixtures("as_package")
@pytest.mark.parametrize("example", PYTHON, ids=str)
def test_a_python_example_runs_and_makes_a_component(example: Shown) -> None:
    program = compile(example.text, str(example), "exec")
    region = "eu-west-1" if "eu-west-1" in example.text else "us-east-1"
    outputs: dict[str, Any] = {"outputs": reference(example.text), "secretOutputNames": []}
    known: dict[str, dict[str, Any]] = {"pulumi:pulumi:StackReference": outputs}
    recording = run(lambda: exec(program, {"__name__": "__main__"}), Recording(region=region, computed=known))
    made = [each for each in recording.resources if each.type.startswith("mlplatform:index:")]
    assert made
    assert any(each.type.startswith(("aws:", "kubernetes:")) for each in recording.resources)


@pytest.mark.parametrize("example", PYTHON, ids=str)
def test_an_example_asks_a_stack_only_for_what_it_exports(example: Shown) -> None:
    stacks = STACK.findall(example.text)
    assert bool(stacks) == bool(WANTED.findall(example.text))
    for stack in stacks:
        assert {*WANTED.findall(example.text)} <= exports_of(stack)


def test_the_pages_have_examples() -> None:
    assert len(PYTHON) >= 25
    assert {"docs/use-components.md"} < {each.page for each in PYTHON}
