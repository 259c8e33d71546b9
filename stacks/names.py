"""Names that the sections of a config give, and the most similar of those that are known."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from components.core.problems import Place


class Name(NamedTuple):
    """A name, and where the config gives it."""

    at: Place
    value: str


def nearest(value: str, known: Sequence[str]) -> str:
    """The end of a remedy that proposes the most similar of `known`; empty where none is similar."""
    found = get_close_matches(value, known, n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def names_at(at: Place, values: Iterable[str]) -> Iterator[Name]:
    """The values of a list, each with the place of the list."""
    yield from (Name(at, value) for value in values)
