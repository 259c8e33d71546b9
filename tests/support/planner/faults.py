"""A plan with a fault, and the check that must tell it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from tests.support.planner.plans import Plan

Check = Callable[[Plan], Iterable[str]]
Fault = tuple[Check, Callable[[Plan], Plan], str]
"""A check, what breaks a sound plan, and words of the sentence by which the check tells it."""


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], object]:
    """A fault: the input at `path` is `value`."""

    def change(inputs: dict[str, Any]) -> None:
        *places, last = path
        found: Any = inputs
        for place in places:
            found = found[place]
        found[last] = value

    return change


def each_fault(faults: Sequence[Fault]) -> pytest.MarkDecorator:
    """Runs a test of the arguments `check`, `fault` and `told` with each of the faults."""
    return pytest.mark.parametrize(("check", "fault", "told"), faults, ids=lambda each: getattr(each, "__name__", None))


def assert_told(check: Check, faulty: Plan, told: str) -> None:
    """The check tells of the faulty plan in a sentence with the words `told`."""
    sentences = list(check(faulty))
    assert any(told in sentence for sentence in sentences), sentences
