"""What most rules ask of an input, and rules that ask nothing else."""

from collections.abc import Iterable, Iterator
from typing import Any, Unpack

from policies.engine.rule import About, Condition, Finding, Result, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

SET = object()
"""Any value that is not empty. An unknown one counts: it is the output of a resource that does not exist yet."""

Value = bool | float | str


def must_be(
    inputs: Any, path: str, expected: Value | object, message: str, *, absent: str = "absent", within: str = ""
) -> Iterator[Result]:
    """A finding unless the input at `path` (parts joined by dots) is `expected`; also when it is absent.

    `{value}` in the message becomes the value, or `absent`. `within` is the path of `inputs` itself.
    """
    raw = read(inputs, *path.split("."))
    if expected is SET:
        if not is_set(raw):
            yield Finding(message)
        return
    value = read_like(expected, raw)
    if value is UNKNOWN:
        yield Undecided(f"{within}{path}")
    elif value != expected:
        yield Finding(message.replace("{value}", absent if value is None else display(value)))


def must_not_be(inputs: Any, path: str, forbidden: Value, message: str, *, within: str = "") -> Iterator[Result]:
    """A finding when the input at `path` is `forbidden`; absent is fine."""
    value = read_like(forbidden, read(inputs, *path.split(".")))
    if value is UNKNOWN:
        yield Undecided(f"{within}{path}")
    elif value == forbidden:
        yield Finding(message)


def requires(
    types: str | Iterable[str],
    path: str,
    expected: Value | object,
    message: str,
    *,
    name: str,
    title: str,
    absent: str = "absent",
    when: Condition | None = None,
    **about: Unpack[About],
) -> None:
    """State the rule that an input of resources of `types` must be `expected`."""

    @rule(name, title, types, when=when, **{"field": path, **about})
    def _(resource: Resource, _: Stack) -> Iterator[Result]:
        return must_be(resource.inputs, path, expected, message, absent=absent)


def forbids(
    types: str | Iterable[str],
    path: str,
    forbidden: Value,
    message: str,
    *,
    name: str,
    title: str,
    when: Condition | None = None,
    **about: Unpack[About],
) -> None:
    """State the rule that an input of resources of `types` must not be `forbidden`."""

    @rule(name, title, types, when=when, **{"field": path, **about})
    def _(resource: Resource, _: Stack) -> Iterator[Result]:
        return must_not_be(resource.inputs, path, forbidden, message)


def in_production(_: Resource, stack: Stack) -> bool:
    """A condition: the stack is production."""
    return stack.environment.is_production


def outside_production(_: Resource, stack: Stack) -> bool:
    """A condition: the stack is anything but production."""
    return not stack.environment.is_production


def read_like(example: Any, value: Any) -> Any:
    """A value as a boolean, text or number, whichever `example` is."""
    if isinstance(example, bool):
        return flag(value)
    return text(value) if isinstance(example, str) else number(value)
