"""What a rule is, and what it says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag
from pricing.resource import UNKNOWN, Resource


class Severity(StrEnum):
    """How bad a violation is, from the worst."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Framework:
    """A recommendation that a rule enforces: the framework, its version where it has one, and the place in it."""

    name: str
    reference: str
    version: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.version, self.reference) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation, in one sentence. `urn` is set by rules over a whole stack; without it the stack itself is meant."""

    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a rule cannot judge at preview, because `field` is known only after the deployment."""

    field: str
    urn: str = ""

    @property
    def message(self) -> str:
        """The sentence that stands in the verdict."""
        return f"cannot be decided before deployment: {self.field}"


Result = Finding | Undecided
Check = Callable[[Resource, Stack], Iterable[Result]]
CheckStack = Callable[[Stack], Iterable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold.

    A rule judges either one resource at a time (`check`, for the exact resource `types`, or for all when there are
    none) or the stack as a whole (`check_stack`). Both are pure functions: the day, the settings and the environment
    come from the stack.
    """

    name: str
    title: str
    severity: Severity
    level: Level
    frameworks: tuple[Framework, ...]
    remediation: str
    field: str = ""
    """The input that it judges, or the resource that must stand beside; verdicts name it."""
    types: frozenset[str] = frozenset()
    check: Check | None = None
    check_stack: CheckStack | None = None


def require(value: Any, expected: bool, field: str, message: str) -> Iterator[Result]:
    """A finding unless `value` is `expected`; absent counts as a violation, unknown as undecided."""
    decided = flag(value)
    if decided is UNKNOWN:
        yield Undecided(field)
    elif decided is not expected:
        yield Finding(message)


def settled(results: Iterable[Result]) -> list[Result]:
    """`results` without what is undecided about a resource that already violates, and without repetitions."""
    unique = list(dict.fromkeys(results))
    violating = {result.urn for result in unique if isinstance(result, Finding)}
    return [result for result in unique if isinstance(result, Finding) or result.urn not in violating]
