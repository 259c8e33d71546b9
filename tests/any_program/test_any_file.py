"""No file makes `price` or `check` fail: it is judged, or refused with exit code 2."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.any_program.command import FAILED, PASSED, WRONG, main
from planner.any_program.input_values import UNKNOWN_TEXT
from resources.resource import SECRET
from tests.support.any_program.recorded import recorded

DOCUMENTS = [json.loads(recorded(name).read_text()) for name in ("create.json", "update.json", "state.json")]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from((UNKNOWN_TEXT, SECRET, "[red]", "\ud800", "\x1b[2J", "aws:ec2/instance:Instance", "urn:pulumi:")),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


FORMS = st.sampled_from(("json", "markdown", "quiet"))


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A recorded file with some of its values replaced, removed or cut off."""
    document = json.loads(json.dumps(draw(st.sampled_from(DOCUMENTS))))
    for _ in range(draw(st.integers(1, 4))):
        _replace(document, draw)
    text = json.dumps(document)
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) and draw(st.booleans()) else text


def _replace(at: Any, draw: st.DrawFn) -> None:
    """Replace a value somewhere inside of `at`."""
    keys = list(at) if isinstance(at, dict) else list(range(len(at)))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not keys:
        return
    key = draw(st.sampled_from(keys))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(at[key], dict | list) and draw(st.integers(0, 5)):
        _replace(at[key], draw)
    else:
        at[key] = draw(values)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=mutilated(), command=st.sampled_from(("price", "check")), form=FORMS)
def test_no_file_makes_the_command_fail(tmp_path: Path, text: str, command: str, form: str) -> None:
    path = tmp_path / "program.json"
    path.write_text(text)
    assert main(command, [str(path), "--region", "us-east-1", f"--{form}"]) in (PASSED, FAILED, WRONG)
