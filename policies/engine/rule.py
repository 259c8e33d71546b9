"""How a module states a rule, and what a rule says about resources."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Required, TypedDict, Unpack

from policies.engine.settings import Level
from policies.engine.stack import Stack
from resources.resource import Resource


class Area(StrEnum):
    """What a rule protects. The documentation groups rules by it, in this order."""

    COST = "cost"
    SECURITY = "security"
    RELIABILITY = "reliability"
    KUBERNETES = "kubernetes"


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
    """A violation, in one sentence. Without `urn` it is about the resource being judged, or the stack itself."""

    message: str
    urn: str = ""

    def about(self, resource: Resource) -> "Finding":
        """The same, about this resource."""
        return Finding(self.message, resource.urn)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule cannot judge before the deployment, because `field` is known only after it."""

    field: str
    urn: str = ""

    @property
    def message(self) -> str:
        """The sentence in the verdict."""
        return f"cannot be decided before deployment: {self.field}"

    def about(self, resource: Resource) -> "Undecided":
        """The same, about this resource."""
        return Undecided(self.field, resource.urn)


Result = Finding | Undecided
Results = Iterable[Result]
Check = Callable[[Resource, Stack], Results]
CheckStack = Callable[[Stack], Results]
Condition = Callable[[Resource, Stack], bool]


class About(TypedDict, total=False):
    """What a rule says of itself."""

    area: Required[Area]
    severity: Required[Severity]
    level: Required[Level]
    """How it holds in a stack that says nothing else."""
    frameworks: Required[Sequence[Framework]]
    remediation: Required[str]
    field: str
    """The input that it judges, or the resource that must be there. Verdicts name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    It judges either one resource at a time (`check`, for the exact resource `types`, or for all when there are none) or
    the stack as a whole (`check_stack`). Both are pure functions of resources, settings and the day.
    """

    name: str
    title: str
    area: Area
    severity: Severity
    level: Level
    frameworks: Sequence[Framework]
    remediation: str
    field: str = ""
    types: frozenset[str] = frozenset()
    check: Check | None = None
    check_stack: CheckStack | None = None

    def judges(self, resource_type: str) -> bool:
        """Whether it judges single resources of this type."""
        return self.check is not None and (not self.types or resource_type in self.types)

    def judge(self, resource: Resource, stack: Stack) -> list[Result]:
        """What it says about one resource; nothing when it judges the stack as a whole."""
        return _settled(self.check(resource, stack)) if self.check else []

    def judge_stack(self, stack: Stack) -> list[tuple[str, Result]]:
        """What it says about the stack as a whole, each with the URN that it is about."""
        found = _settled(self.check_stack(stack)) if self.check_stack else []
        return [(result.urn or stack.stack_urn, result) for result in found]


STATED: dict[str, Rule] = {}
"""Every rule of the modules imported so far, by name."""


def rule(
    name: str,
    title: str,
    types: str | Iterable[str] = (),
    *,
    when: Condition | None = None,
    needs_stack: bool = False,
    **about: Unpack[About],
) -> Callable[[Check], Check]:
    """State a rule by a function that judges one resource of `types`, or of every type when none are given.

    `when` says which of these resources it applies to. With `needs_stack` it is judged once every resource is known,
    because it looks at other resources too; without it, the engine hands over the resource and its provider alone.
    """
    judged = (types,) if isinstance(types, str) else tuple(types)
    if needs_stack and not judged:
        raise ValueError(f"the rule {name} needs the stack and names no types; name them, or use stack_rule")

    def state(check: Check) -> Check:
        def applied(resource: Resource, stack: Stack) -> Results:
            return check(resource, stack) if when is None or when(resource, stack) else ()

        def each(stack: Stack) -> Iterator[Result]:
            for resource in stack.of_type(*judged):
                for result in applied(resource, stack):
                    yield result if result.urn else result.about(resource)

        if needs_stack:
            _add(name, title, about, check_stack=each)
        else:
            _add(name, title, about, types=frozenset(judged), check=check if when is None else applied)
        return check

    return state


def stack_rule(name: str, title: str, **about: Unpack[About]) -> Callable[[CheckStack], CheckStack]:
    """State a rule by a function that judges the stack as a whole, once every resource is known."""

    def state(check: CheckStack) -> CheckStack:
        _add(name, title, about, check_stack=check)
        return check

    return state


def _settled(results: Results) -> list[Result]:
    """`results` without what is undecided about a resource that already violates, and without repetitions."""
    unique = list(dict.fromkeys(results))
    violating = {result.urn for result in unique if isinstance(result, Finding)}
    return [result for result in unique if isinstance(result, Finding) or result.urn not in violating]


def _add(
    name: str,
    title: str,
    about: About,
    *,
    types: frozenset[str] = frozenset(),
    check: Check | None = None,
    check_stack: CheckStack | None = None,
) -> None:
    if name in STATED:
        raise ValueError(f"two rules have the name {name}; rename one")
    STATED[name] = Rule(name=name, title=title, types=types, check=check, check_stack=check_stack, **about)
