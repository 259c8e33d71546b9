"""Whether a request is allowed, by the rules of AWS: an explicit denial, then each kind of policy that must allow it.

Source: IAM User Guide, "Policy evaluation logic"; KMS Developer Guide, "Key policies". Service control policies and
session policies are not part of a stack; where an organization has some, less is allowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reports.iam.conditions import Context, holds, resolved
from reports.iam.patterns import Reach, reach
from resources.inputs import elements, json_value, read
from resources.resource import SECRET, UNKNOWN

_RESOURCE_POLICY_DECIDES = frozenset({"kms", "sts"})
"""Services whose resource policy must allow or delegate, also within an account: key policies and trust policies."""


class Decision(StrEnum):
    """What a request gets."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    """Allowed within limits: a condition that the question leaves open, or a part of what was asked for."""
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document under the name that evidence calls it by."""

    name: str
    document: Any


@dataclass(frozen=True, slots=True)
class Request:
    """A question: may `principal` do `action` on `resource`?

    The resource is an ARN, or a pattern of ARNs of one kind such as all objects of a bucket.
    """

    principal: str
    """The ARN of a role or a user, or the name of a service such as `logs.amazonaws.com`."""
    account: str
    """The account of the principal; empty for a service."""
    action: str
    resource: str
    resource_account: str
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, slots=True)
class Policies:
    """What applies to a request. Without a boundary, `boundary` is `None`."""

    identity: Sequence[Policy] = ()
    boundary: Sequence[Policy] | None = None
    resource: Policy | None = None


class Named(StrEnum):
    """How a statement of a resource policy names a principal."""

    ITSELF = "itself"
    EVERYONE = "everyone"
    ACCOUNT = "account"
    """By its account, which must allow the request by IAM too."""


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that a request matches, and within which limits."""

    evidence: str
    limits: tuple[str, ...] = ()
    named: Named = Named.ITSELF


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision, the statements that make it, and the limits of what is allowed."""

    decision: Decision
    evidence: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


def evaluate(request: Request, policies: Policies) -> Outcome:
    """Decide a request. Limits that the request leaves open are named, and nothing is assumed of them."""
    every = [*policies.identity, *(policies.boundary or ()), *([policies.resource] if policies.resource else [])]
    denials = [each for policy in every for each in _matches(policy, request, "Deny", of=policies.resource)]
    certain = [each for each in denials if not each.limits]
    if certain:
        return Outcome(Decision.DENIED, tuple(f"denied by {each.evidence}" for each in certain[:1]))
    granted = _granted(request, policies)
    if granted is None:
        return Outcome(Decision.DENIED)
    exceptions = tuple(f"not where {' and '.join(each.limits)} ({each.evidence})" for each in denials)
    limits = tuple(dict.fromkeys((*(limit for each in granted for limit in each.limits), *exceptions)))
    decision = Decision.CONDITIONAL if limits else Decision.ALLOWED
    return Outcome(decision, tuple(dict.fromkeys(each.evidence for each in granted)), limits)


def _granted(request: Request, policies: Policies) -> tuple[Match, ...] | None:
    """The statements that together allow a request; `None` if some kind of policy that must allow it does not."""
    identity = _best(policies.identity, request)
    boundary = _best(policies.boundary, request) if policies.boundary is not None else None
    bounds = (boundary,) if boundary else ()
    bounded = policies.boundary is None or boundary is not None
    by_identity = (identity, *bounds) if identity and bounded else None
    ours = list(_matches(policies.resource, request, "Allow", of=policies.resource)) if policies.resource else []
    found = {named: min((each for each in ours if each.named is named), key=_limited, default=None) for named in Named}
    itself, everyone, account = (found[named] for named in (Named.ITSELF, Named.EVERYONE, Named.ACCOUNT))
    if not request.account:
        direct = itself or everyone
        return (direct,) if direct else None
    if request.account != request.resource_account:
        named = min(filter(None, (itself, everyone, account)), key=_limited, default=None)
        return (*by_identity, named) if by_identity and named else None
    # A boundary limits what is granted to a role by its ARN, and not what is granted to everyone or to a user.
    role = ":role/" in request.principal
    by_name = (itself, *(bounds if role else ())) if itself and (bounded or not role) else None
    grants = (by_name, (everyone,) if everyone else None, _by_iam(request, policies, by_identity, account))
    return min(filter(None, grants), key=_limits_of, default=None)


def _by_iam(
    request: Request, policies: Policies, by_identity: tuple[Match, ...] | None, delegating: Match | None
) -> tuple[Match, ...] | None:
    """The grant of identity policies, where the resource's service counts them."""
    if by_identity is None:
        return None
    decides = request.action.partition(":")[0].lower() in _RESOURCE_POLICY_DECIDES and policies.resource is not None
    if decides:
        return (*by_identity, delegating) if delegating else None
    return by_identity


def _best(policies: Sequence[Policy] | None, request: Request) -> Match | None:
    """The statement that allows a request with the fewest limits."""
    found = (each for policy in policies or () for each in _matches(policy, request, "Allow", of=None))
    return min(found, key=_limited, default=None)


def _limited(match: Match) -> int:
    return len(match.limits)


def _limits_of(matches: tuple[Match, ...]) -> int:
    return sum(len(each.limits) for each in matches)


def _matches(policy: Policy, request: Request, effect: str, *, of: Policy | None) -> Iterator[Match]:
    """The statements of a policy with this effect that a request matches, in their order."""
    document = json_value(policy.document)
    if document is UNKNOWN or document == SECRET:
        if effect == "Allow":
            yield Match(policy.name, ("the policy is known only after the deployment",))
        return
    for index, statement in enumerate(elements(read(document, "Statement"))):
        if str(read(statement, "Effect")) != effect:
            continue
        match = _match(statement, request, is_resource_policy=policy is of)
        if match is not None:
            limits, named = match
            label = read(statement, "Sid") or index + 1
            yield Match(f"{policy.name}, statement {label}", limits, named)


def _match(
    statement: Mapping[str, Any], request: Request, *, is_resource_policy: bool
) -> tuple[tuple[str, ...], Named] | None:
    """The limits within which a request matches a statement, and how that names the principal; or `None`."""
    named = _principal(statement, request) if is_resource_policy else Named.ITSELF
    if named is None:
        return None
    if not _action(statement, request.action):
        return None
    where = _resource(statement, request, is_resource_policy=is_resource_policy)
    if where is None:
        return None
    when = holds(read(statement, "Condition"), request.context)
    return ((*where, *(f"if {test}" for test in when.open)), named) if when.possible else None


def _action(statement: Mapping[str, Any], action: str) -> bool:
    asked = action.lower()
    excepted = elements(read(statement, "NotAction"))
    if excepted:
        return not any(_covers(pattern, asked) for pattern in excepted)
    return any(_covers(pattern, asked) for pattern in elements(read(statement, "Action")))


def _covers(pattern: Any, action: str) -> bool:
    return isinstance(pattern, str) and reach(pattern.lower(), action) is Reach.ALL


def _resource(statement: Mapping[str, Any], request: Request, *, is_resource_policy: bool) -> tuple[str, ...] | None:
    """The limits within which a statement is about what is asked for; `None` if it is about something else."""
    excepted = elements(read(statement, "NotResource"))
    if excepted:
        spared = [each for each in excepted if isinstance(each, str)]
        found = [reach(_filled(each, request), request.resource) for each in spared]
        if Reach.ALL in found:
            return None
        return tuple(f"not {each}" for each, how in zip(spared, found, strict=True) if how is Reach.PART)
    patterns = elements(read(statement, "Resource"))
    # The policies of ECR repositories and trust policies name no resource: they are about their own.
    if not patterns and is_resource_policy:
        return ()
    limits: tuple[str, ...] | None = None
    for pattern in patterns:
        if pattern is UNKNOWN:
            limits = limits or ("if it is the resource, which is known only after the deployment",)
            continue
        text, unknown = resolved(pattern, request.context) if isinstance(pattern, str) else (None, ())
        how = reach(text, request.resource) if text is not None else Reach.NOTHING
        if how is Reach.ALL and not unknown:
            return ()
        if how is not Reach.NOTHING:
            limits = (*(limits or ()), f"only {pattern}")
    return None if limits is None else (" or ".join(limits),)


def _filled(pattern: str, request: Request) -> str:
    return resolved(pattern, request.context)[0] or ""


def _principal(statement: Mapping[str, Any], request: Request) -> Named | None:
    """How a statement names the principal; `None` if it does not."""
    excepted = read(statement, "NotPrincipal")
    if excepted is not None:
        return None if _named(excepted, request) else Named.EVERYONE
    return _named(read(statement, "Principal"), request)


def _named(principal: Any, request: Request) -> Named | None:
    names = elements(read(principal, "AWS")) if isinstance(principal, dict) else elements(principal)
    if not request.account:
        services = elements(read(principal, "Service")) if isinstance(principal, dict) else []
        return Named.ITSELF if request.principal in services else Named.EVERYONE if "*" in names else None
    if request.principal in names:
        return Named.ITSELF
    if "*" in names:
        return Named.EVERYONE
    root = f"{request.principal.partition(':iam:')[0]}:iam::{request.account}:root"
    return Named.ACCOUNT if request.account in names or root in names else None
