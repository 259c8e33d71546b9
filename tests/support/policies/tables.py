"""Cases of rules that are tables: for each type a sound resource, and for each input a value that is found."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from resources.resource import UNKNOWN
from tests.support.policies.cases import Case, fails, make, passes, unknown

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


class Pair(NamedTuple):
    """A good and a bad value of an input; `None` is an input that is absent."""

    good: Any
    bad: Any


Examples = Mapping[str, Mapping[str, Any]]
"""By type, inputs by their path; a plain value is one that the type needs for its lines. `[]` ends a list's name."""


def cases(rule: str, examples: Examples) -> Iterator[Case]:
    """A case that passes for each type, and one that fails for each pair."""
    for kind, inputs in examples.items():
        sound = {path: value.good if isinstance(value, Pair) else value for path, value in inputs.items()}
        yield passes(rule, make(f"aws:{kind}", _nested(sound)))
        for path, value in inputs.items():
            if isinstance(value, Pair):
                changed = make(f"aws:{kind}", _nested({**sound, path: value.bad}))
                yield fails(rule, changed, found=f"{plain_path(path)}", kind="absent" if value.bad is None else "fail")


def unknown_case(rule: str, kind: str, path: str, examples: Examples) -> Case:
    """The case that an input is not known yet."""
    inputs = examples[kind]
    sound = {key: value.good if isinstance(value, Pair) else value for key, value in inputs.items()}
    return unknown(rule, make(f"aws:{kind}", _nested({**sound, path: UNKNOWN})), undecided=plain_path(path))


def plain_path(path: str) -> str:
    """A path as messages have it."""
    return path.replace("[]", "").replace("?", "")


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        place = found
        for part in parents:
            name = part.removesuffix("[]")
            below = place.setdefault(name, [{}] if part != name else {})
            place = below[0] if part != name else below
        if value is not None:
            place[last] = value
    return found
