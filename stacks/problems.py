"""A problem that only two or more sections of a config show, and the error that tells several at once."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from components.core.spec import refuse

Place = tuple[str | int, ...]
"""Where a value is in a config, such as `("delivery", "teams", 0, "groups")`."""


class Name(NamedTuple):
    """A name, and where the config gives it."""

    at: Place
    value: str


class Problem(NamedTuple):
    """A wrong value: where it is, the value, and what to write instead."""

    at: Place
    value: object
    remedy: str


def refusal(problems: Iterable[Problem]) -> ValidationError | None:
    """The error that names each problem with its field, value and remedy; None without problems."""
    details = [
        InitErrorDetails(type=refuse(each.value, each.remedy), loc=each.at, input=each.value) for each in problems
    ]
    return ValidationError.from_exception_data("StackConfig", details) if details else None


def nearest(value: str, known: Sequence[str]) -> str:
    """The end of a remedy that proposes the most similar of `known`; empty where none is similar."""
    found = get_close_matches(value, known, n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def names_at(at: Place, values: Iterable[str]) -> Iterator[Name]:
    """The values of a list, each with the place of the list."""
    yield from (Name(at, value) for value in values)


def path_of(at: Place) -> str:
    """A place as a config's reader writes it: `delivery.teams[0].groups`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).removeprefix(".")
