"""Judging a stack: every rule over every resource it is for, with the stack's levels and the reviewed exceptions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import cache

from policies.engine.exceptions import PolicyError, PolicyException, require_rule
from policies.engine.objects import name_in_cluster
from policies.engine.registry import RULES
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import EnvironmentKind, EnvironmentSpec, Level, PolicySettings
from policies.engine.stack import Context, Stack
from resources.resource import Resource

__all__ = ["EXPIRED", "UNUSED", "Context", "PolicyError", "Verdict", "check_settings", "evaluate", "fails"]

EXPIRED = "expired-exception"
"""Names the verdict on an exception whose last day has passed, or is more than a year away. No level changes that."""

UNUSED = "unused-exception"
"""Names the advisory verdict on an exception that covers nothing in the stack."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule does not hold for a resource, or cannot be judged. `exception` is the reason why this is accepted.

    `urn` is empty for the stack as a whole when the stack's own resource isn't among those judged. `field` and
    `remediation` say where and how to mend it; two verdicts are the same without them.
    """

    policy: str
    severity: str
    level: str
    urn: str
    message: str
    exception: str | None = None
    field: str = dataclass_field(default="", compare=False)
    remediation: str = dataclass_field(default="", compare=False)


def fails(verdicts: Iterable[Verdict]) -> bool:
    """Whether any verdict stops a deployment: it is mandatory and no exception covers it."""
    return any(verdict.level == Level.MANDATORY and verdict.exception is None for verdict in verdicts)


class Judgments:
    """What rules say of single resources, for the next evaluation of a stack of which most stays the same object.

    Such a rule sees the resource, its provider, the kind of the environment, the settings and the day.
    """

    def __init__(self) -> None:
        self._seen: tuple[EnvironmentSpec, PolicySettings, date] | None = None
        self._before: dict[tuple[str, int], tuple[Resource, Resource | None, list[Result]]] = {}
        self._now: dict[tuple[str, int], tuple[Resource, Resource | None, list[Result]]] = {}

    def begin(self, context: Context) -> None:
        """Forget what has not been said of the last stack, and everything where the rules see another context."""
        seen = (context.environment, context.settings, context.today)
        self._before = self._now if seen == self._seen else {}
        self._now, self._seen = {}, seen

    def of(self, rule: Rule, resource: Resource, stack: Stack) -> list[Result]:
        """What the rule says about one resource."""
        key, provider = (rule.name, id(resource)), stack.provider(resource)
        said = self._before.get(key)
        if said is None or said[0] is not resource or said[1] is not provider:
            said = (resource, provider, rule.judge(resource, stack))
        self._now[key] = said
        return said[2]


def evaluate(
    resources: Sequence[Resource], context: Context, judgments: Judgments | None = None
) -> tuple[Verdict, ...]:
    """The violations of `resources` and what cannot be judged, sorted by rule, resource and message.

    `judgments` has what was said of the same objects before, and takes what is said now.

    Raises:
        PolicyError: when a level names a rule that doesn't exist.
    """
    check_settings(context.settings)
    stack = Stack(resources, context)
    if judgments:
        judgments.begin(context)
    used: set[PolicyException] = set()
    verdicts = [
        _verdict(rule, result, urn, context, used)
        for rule in active_rules(context.settings)
        for urn, result in _results(rule, stack, judgments)
    ]
    verdicts += stale_exceptions(context, used, stack.resources)
    verdicts += misnamed_objects(used, verdicts, stack)
    return tuple(sorted(verdicts, key=lambda verdict: (verdict.policy, verdict.urn, verdict.message)))


def check_settings(settings: PolicySettings) -> None:
    """Refuse levels for rules that don't exist.

    Raises:
        PolicyError: naming the field and the nearest rule.
    """
    for name in settings.levels:
        require_rule(name, RULES, "mlplatform:policies: levels")


def level_of(rule: Rule, settings: PolicySettings) -> Level:
    """The rule's level in this stack."""
    return settings.levels.get(rule.name, rule.level)


def active_rules(settings: PolicySettings) -> Iterator[Rule]:
    """The rules that are not disabled in this stack."""
    return (rule for rule in RULES.values() if level_of(rule, settings) is not Level.DISABLED)


@cache
def rules_for(resource_type: str) -> tuple[Rule, ...]:
    """The rules that judge a single resource of this type."""
    return tuple(rule for rule in RULES.values() if rule.judges(resource_type))


def excused(context: Context, rule: str, urn: str) -> list[PolicyException]:
    """The unexpired exceptions for this rule and resource, those that hold longest first."""
    found = [one for one in context.exceptions if one.covers(rule, urn) and one.holds(context.today)]
    return sorted(found, key=lambda one: one.expires, reverse=True)


def stack_of(resources: Sequence[Resource]) -> str:
    """The name of the stack that resources belong to, from a URN; empty when there is none."""
    first = resources[0].urn if resources else ""
    return first.split("::", 1)[0].removeprefix("urn:pulumi:")


def stale_exceptions(
    context: Context, used: Iterable[PolicyException], resources: Sequence[Resource]
) -> Iterator[Verdict]:
    """The verdicts on exceptions that have expired, and on those that cover nothing.

    A stack of development often has few parts, and the file serves all stacks. So an exception for a resource that
    this stack does not have is reported only in staging and production.
    """
    covering_something = set(used)
    stack = stack_of(resources)
    is_partial = context.environment.kind is EnvironmentKind.DEVELOPMENT
    for exception in context.exceptions:
        if exception.names_other_stack(stack):
            continue
        what = f"the exception of {exception.rule} for {exception.resource}, approved by {exception.approved_by},"
        if exception.expired(context.today):
            remedy = "mend the resource, or have the exception approved again"
            message = f"{what} expired on {exception.expires}: {remedy}"
            yield Verdict(EXPIRED, Severity.HIGH, Level.MANDATORY, "", message, None, "expires", remedy)
        elif exception.too_long(context.today):
            remedy = "set a day within a year from now, and have it approved again then"
            message = f"{what} would hold until {exception.expires}, for more than a year: {remedy}"
            yield Verdict(EXPIRED, Severity.HIGH, Level.MANDATORY, "", message, None, "expires", remedy)
        elif exception not in covering_something and (
            not is_partial or any(exception.covers(exception.rule, each.urn) for each in resources)
        ):
            remedy = "Remove it from policies/exceptions.yaml, unless another stack needs it."
            message = f"{what} covers nothing in this stack"
            yield Verdict(UNUSED, Severity.LOW, Level.ADVISORY, "", message, None, "resource", remedy)


def misnamed_objects(used: Iterable[PolicyException], verdicts: Sequence[Verdict], stack: Stack) -> Iterator[Verdict]:
    """The verdicts on exceptions whose `object` is none of the objects that they cover, so that the cluster has none.

    Objects with a name that Kubernetes or the deployment decides, and those of charts, are not compared.
    """
    for exception in (each for each in used if each.object):
        urns = {each.urn for each in verdicts if exception.covers(each.policy, each.urn)}
        names = {name_in_cluster(each) for each in stack.resources if each.urn in urns}
        if exception.object not in names and None not in names:
            remedy = f"Write {' or '.join(sorted(filter(None, names)))}, or remove object."
            message = (
                f"the exception of {exception.rule} for {exception.resource} names the object {exception.object}, "
                "which it does not cover"
            )
            yield Verdict(UNUSED, Severity.LOW, Level.ADVISORY, "", message, None, "object", remedy)


def _results(rule: Rule, stack: Stack, judgments: Judgments | None) -> Iterator[tuple[str, Result]]:
    yield from rule.judge_stack(stack)
    if rule.check:
        for resource in stack.of_type(*rule.types) if rule.types else stack.resources:
            for result in judgments.of(rule, resource, stack) if judgments else rule.judge(resource, stack):
                yield resource.urn, result


def _verdict(rule: Rule, result: Result, urn: str, context: Context, used: set[PolicyException]) -> Verdict:
    level = level_of(rule, context.settings) if isinstance(result, Finding) else Level.ADVISORY
    held = excused(context, rule.name, urn)
    used.update(held[:1])
    reason = held[0].reason if held else None
    field = result.field if isinstance(result, Undecided) else rule.field
    return Verdict(rule.name, rule.severity, level, urn, result.message, reason, field, rule.remediation)
