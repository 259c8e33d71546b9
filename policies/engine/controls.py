"""Rules as tables: a line for each input that a published catalogue asks for.

A line names a resource type, an input, what it must be, and the published checks that ask for it. A rule is
the lines on one subject, such as encryption at rest, over all services.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Unpack, cast

from policies.engine.checks import Value, read_like
from policies.engine.rule import About, Condition, Finding, Result, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, is_set, json_value, number, read
from resources.resource import SECRET, UNKNOWN, Resource


@dataclass(frozen=True, slots=True)
class Need:
    """What an input must be. `holds` judges a value that is there; `absent_holds` says whether it may be absent."""

    wanted: str
    holds: Callable[[Any], bool]
    absent_holds: bool = False
    of_list: bool = False
    """Whether it judges a list as a whole, not each of its elements."""


def exactly(value: Value) -> Need:
    """The input is this value."""
    return Need(f"it must be {display(value)}", lambda found: read_like(value, found) == value)


def one_of(*values: str) -> Need:
    """The input is one of these values."""
    return Need(f"it must be {' or '.join(values)}", lambda found: found in values)


def never(*values: Value) -> Need:
    """The input is none of these values; it may be absent."""
    wanted = f"it must not be {' or '.join(map(display, values))}"
    return Need(wanted, lambda found: all(read_like(value, found) != value for value in values), absent_holds=True)


def unless_absent(need: Need) -> Need:
    """The same for an input that may be absent, because the service's default is good."""
    return Need(need.wanted, need.holds, absent_holds=True, of_list=need.of_list)


def at_least(least: float) -> Need:
    """The input is a number that is not smaller."""
    return Need(f"it must be at least {least:g}", lambda found: cast(float, number(found) or 0) >= least)


def at_most(most: float) -> Need:
    """The input is a number that is not larger."""

    def holds(found: Any) -> bool:
        value = number(found)
        return isinstance(value, float) and value <= most

    return Need(f"it must be at most {most:g}", holds)


def holding(value: str) -> Need:
    """The input is a list that has this value."""
    return Need(f"it must have {value}", lambda found: value in elements(found), of_list=True)


def present() -> Need:
    """The input has a value."""
    return Need("it must be set", is_set, of_list=True)


def absent() -> Need:
    """The input has no value."""
    return Need("it must not be set", lambda found: not is_set(found), absent_holds=True, of_list=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One input of one type.

    Parts of `path` are joined by dots, and those behind a list are read in each of its elements. Where a part that ends
    with `?` is absent, the line does not apply.
    """

    type: str
    path: str
    need: Need
    checks: Sequence[str]
    when: Condition | None = None

    @property
    def place(self) -> str:
        """The path as messages have it."""
        return self.path.replace("?", "")

    def judge(self, resource: Resource, stack: Stack) -> Iterator[Result]:
        """A finding for each value that is not what it must be."""
        if self.when and not self.when(resource, stack):
            return
        for value in values_at(resource.inputs, self.path, whole_list=self.need.of_list):
            yield from self._judge_value(value)

    def _judge_value(self, value: Any) -> Iterator[Result]:
        if value is UNKNOWN:
            # What only the deployment decides has a value.
            if self.need.holds is not is_set:
                yield Undecided(self.place)
        elif not is_set(value):
            if not self.need.absent_holds:
                yield Finding(f"{self.place} is absent; {self.need.wanted}{self._references}")
        elif not self.need.holds(value):
            shown = f" is {display(value)}" if isinstance(value, str | int | float) else ""
            yield Finding(f"{self.place}{shown}; {self.need.wanted}{self._references}")

    @property
    def _references(self) -> str:
        return f" ({', '.join(self.checks)})" if self.checks else ""


def line(resource_type: str, path: str, need: Need, *checks: str, when: Condition | None = None) -> Line:
    """A line of a table.

    `resource_type` is written without its provider, such as `dynamodb/table:Table`; `checks` are the numbers of
    Checkov's checks (`CKV…`) and of controls of AWS Security Hub (`EFS.1`) that ask for the same.
    """
    return Line(f"aws:{resource_type}", path, need, checks, when)


def given(path: str, *values: Value) -> Condition:
    """A condition: another input has one of these values."""

    def holds(resource: Resource, _: Stack) -> bool:
        found = read(resource.inputs, *path.split("."))
        return any(read_like(value, found) == value for value in values)

    return holds


def table(name: str, title: str, *lines: Line, **about: Unpack[About]) -> None:
    """State the rule that every line holds."""
    by_type: defaultdict[str, list[Line]] = defaultdict(list)
    for each in lines:
        by_type[each.type].append(each)
    LINES[name] = lines

    @rule(name, title, by_type, **about)
    def _(resource: Resource, stack: Stack) -> Iterator[Result]:
        for each in by_type[resource.type]:
            yield from each.judge(resource, stack)


LINES: dict[str, Sequence[Line]] = {}
"""The lines of every rule that is a table, by the rule's name."""


def values_at(inputs: Any, path: str, *, whole_list: bool = False) -> Iterator[Any]:
    """The values at a path, in each element of the lists on it; JSON in a text is read as what it says.

    A list at the end of the path is one value with `whole_list`, and each of its elements otherwise.
    """
    return _values(inputs, path.split("."), whole_list)


def _values(value: Any, path: Sequence[str], whole_list: bool) -> Iterator[Any]:
    if path and value != SECRET:
        value = json_value(value)
    if value is UNKNOWN or value == SECRET:
        yield UNKNOWN
    elif isinstance(value, list) and value and not (whole_list and not path):
        for item in cast(list[Any], value):
            yield from _values(item, path, whole_list)
    elif path:
        below = read(value, path[0].removesuffix("?"))
        if is_set(below) or not path[0].endswith("?"):
            yield from _values(below, path[1:], whole_list)
    else:
        yield value
