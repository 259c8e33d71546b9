"""Roles that principals assume, one after the other, to do what they may not do themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.access.principals import Principal, named_in, principals
from reports.access.requests import ask
from reports.access.resource_policies import guarded
from reports.iam.evaluate import Decision, Outcome, Policy
from resources.index import ResourceIndex
from resources.inputs import elements, json_value, read
from resources.resource import UNKNOWN

_ROLE = "aws:iam/role:Role"
_ASSUME = "sts:AssumeRole"


@dataclass(frozen=True, slots=True)
class Answer:
    """A principal that may do what was asked, and why."""

    principal: Principal
    outcome: Outcome
    through: tuple[str, ...] = ()
    """The roles that it assumes, the first one first; empty when it acts as itself."""


def with_chains(direct: Sequence[Answer], index: ResourceIndex) -> list[Answer]:
    """The answers, with those of principals that may assume a role of an answer, by the fewest roles.

    A principal that acts as itself without limits is not listed again.
    """
    found = {each.principal.arn: each for each in direct}
    certain = {arn for arn, each in found.items() if each.outcome.decision is Decision.ALLOWED}
    reached: set[str] = set()
    chained: list[Answer] = []
    last = list(direct)
    while last:
        following: list[Answer] = []
        for each in last:
            for caller, step in _assumers(index).get(each.principal.arn, ()):
                if caller.arn in certain or caller.arn in reached:
                    continue
                reached.add(caller.arn)
                following.append(Answer(caller, _joined(step, each), (each.principal.name, *each.through)))
        chained += following
        last = following
    return [*direct, *chained]


def _joined(step: Outcome, then: Answer) -> Outcome:
    evidence = (*(f"{_ASSUME} on {then.principal.name}: {each}" for each in step.evidence), *then.outcome.evidence)
    limits = (*(f"{_ASSUME}: {each}" for each in step.limits), *then.outcome.limits)
    return Outcome(Decision.CONDITIONAL if limits else Decision.ALLOWED, evidence, limits)


@lru_cache(maxsize=2)
def _assumers(index: ResourceIndex) -> dict[str, list[tuple[Principal, Outcome]]]:
    """Who may assume each role of the stack, by the role's ARN."""
    own = principals(index)
    found: dict[str, list[tuple[Principal, Outcome]]] = {}
    for role in guarded(index):
        if role.resource.type != _ROLE or role.policy is None or not _names_callers(role.policy):
            continue
        known = {each.arn for each in own}
        outside = [each for each in named_in([role.policy], known) if each.account]
        steps = ((each, ask(each, _ASSUME, role.arn, role.policy, index)) for each in (*own, *outside))
        allowed = [
            (each, step) for each, step in steps if each.arn != role.arn and step.decision is not Decision.DENIED
        ]
        if allowed:
            found[role.arn] = allowed
    return found


def _names_callers(trust: Policy) -> bool:
    """Whether a trust policy names more than services and providers of identities, which are not principals here."""
    document = json_value(trust.document)
    named = (read(each, "Principal") for each in elements(read(document, "Statement")))
    return document is UNKNOWN or any(each == "*" or read(each, "AWS") is not None for each in named)
