"""How a module states a rule, and what a rule says about resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Required, TypedDict, Unpack

from policies.engine.settings import Level
from policies.engine.stack import Stack, without_secrets
from resources.index import package_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InCluster:
    """What a rule says in the cluster about objects of some kinds.

    `found` is a CEL expression of the list of messages about the object that is created or changed. An update is judged
    only when it changes one of the fields that the rule `reads`, such as `spec` or `metadata.labels`.
    """

    resources: Mapping[str, Sequence[str]]
    """The plurals of the kinds by `group/version`; `v1` is the core group."""
    found: str
    reads: Sequence[str] = ("spec",)
    """Empty where no update can change what the rule reads."""
    only_production: bool = False


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
    admission: str
    """The same in the cluster: a CEL expression of the list of messages about one Pod, which has the variables `pod`
    (its spec), `annotations` and `containers`."""
    in_cluster: Sequence[InCluster]
    """The same in the cluster about objects that are no Pods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    It judges either one resource at a time (`check`, for the exact resource `types`, for every type of a package such
    as `kubernetes:*`, or for all when there are none) or the stack as a whole (`check_stack`). Both are pure functions
    of resources, settings and the day.
    """

    name: str
    title: str
    area: Area
    severity: Severity
    level: Level
    frameworks: Sequence[Framework]
    remediation: str
    field: str = ""
    admission: str = ""
    in_cluster: Sequence[InCluster] = ()
    types: frozenset[str] = frozenset()
    check: Check | None = None
    check_stack: CheckStack | None = None
    covers: frozenset[str] = frozenset()
    """The types that it judges, also where it needs the stack for that; empty for every type."""

    def judges(self, resource_type: str) -> bool:
        """Whether it judges single resources of this type."""
        known = not self.types or resource_type in self.types or package_of(resource_type) in self.types
        return self.check is not None and known

    def judge(self, resource: Resource, stack: Stack) -> list[Result]:
        """What it says about one resource; nothing when it judges the stack as a whole."""
        check = self.check
        if check is None:
            return []
        results = list(check(resource, stack))
        if not results:
            return results
        if any(isinstance(result, Undecided) for result in results):
            plain = stack.once_for(resource, without_secrets)
            if plain is not resource:
                results = _hidden_by_secrets(results, check(plain, stack))
        return _settled(results)

    def judge_stack(self, stack: Stack) -> list[tuple[str, Result]]:
        """What it says about the stack as a whole, each with the URN that it is about."""
        if self.check_stack is None:
            return []
        results = list(self.check_stack(stack))
        if any(isinstance(result, Undecided) for result in results) and stack.holds_secrets:
            results = _hidden_by_secrets(results, self.check_stack(stack.without_secrets))
        return [(result.urn or stack.stack_urn, result) for result in _settled(results)]


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
    because it looks at other resources too, or at the stack's usage and budget; without it, the engine hands over the
    resource and its provider alone.
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
            _add(name, title, about, check_stack=each, covers=frozenset(judged))
        else:
            exact = frozenset(judged)
            _add(name, title, about, types=exact, check=check if when is None else applied, covers=exact)
        return check

    return state


def stack_rule(name: str, title: str, **about: Unpack[About]) -> Callable[[CheckStack], CheckStack]:
    """State a rule by a function that judges the stack as a whole, once every resource is known."""

    def state(check: CheckStack) -> CheckStack:
        _add(name, title, about, check_stack=check)
        return check

    return state


def _hidden_by_secrets(results: Sequence[Result], without: Results) -> list[Result]:
    """`results`, with a violation in place of each one that is undecided because of a Pulumi secret.

    `without` are the results for the same resources with an ordinary text in place of each secret.
    """
    remaining = set(without)
    return [
        Finding(f"{result.field} is a secret, so this rule cannot judge it; write it in plain text", result.urn)
        if isinstance(result, Undecided) and result not in remaining
        else result
        for result in results
    ]


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
    covers: frozenset[str] = frozenset(),
) -> None:
    if name in STATED:
        raise ValueError(f"two rules have the name {name}; rename one")
    judging = Rule(name=name, title=title, types=types, check=check, check_stack=check_stack, covers=covers, **about)
    STATED[name] = judging
