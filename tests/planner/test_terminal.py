"""What a plan on the terminal says, and in which order."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from planner.plan import Plan
from planner.prerequisites import Prerequisite
from planner.terminal import show
from pricing.lines import Estimate
from stacks.warnings import ConfigWarning

EMPTY = Plan("sample", "test", (), {}, 0, Estimate("USD", "us-east-1", 0, (), (), ()), (), (), ())


def shown(plan: Plan) -> str:
    out = StringIO()
    show(plan, Console(file=out, width=200))
    return out.getvalue()


def test_warnings_come_before_what_is_deployed() -> None:
    warning = ConfigWarning("gpuCluster.endpointPrivateCidrs", [], "Nobody reaches it.", "Add a [range].")
    text = shown(replace(EMPTY, warnings=(warning,)))
    said = text.index("gpuCluster.endpointPrivateCidrs: Nobody reaches it. Add a [range].")
    assert said < text.index("What is deployed")


def test_prerequisites_say_how_to_make_them() -> None:
    text = shown(replace(EMPTY, prerequisites=(Prerequisite("a role", "Nothing launches.", "aws iam make-it"),)))
    assert "a role: Nothing launches." in text
    assert "aws iam make-it" in text
