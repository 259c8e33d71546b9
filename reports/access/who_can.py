"""Who may do an action on a resource of a stack, with the path as evidence."""

from collections.abc import Iterator, Sequence

from reports.access.chains import Answer, with_chains
from reports.access.principals import Principal, named_in, principals
from reports.access.requests import ask
from reports.access.resource_policies import BUCKETS, Guarded, called, guarded, key_of, policy_of
from reports.iam.evaluate import Decision, Outcome
from resources.index import ResourceIndex
from resources.inputs import display

_NEEDS_KEY = {
    "secretsmanager:getsecretvalue": "kms:Decrypt",
    "s3:getobject": "kms:Decrypt",
    "s3:getobjectversion": "kms:Decrypt",
    "s3:putobject": "kms:GenerateDataKey",
}
"""What an action also needs of the key of its bucket or secret.

Sources: S3 User Guide, "Using SSE-KMS"; Secrets Manager User Guide, "Secret encryption and decryption".
"""


class UnknownResource(ValueError):  # noqa: N818 - the question is wrong, not the program
    """A question about what the stack does not have, or about several resources at once."""


def find(name: str, index: ResourceIndex) -> Guarded:
    """The resource that people call `name`, such as a bucket; a part of a name is enough if it is of one alone.

    Raises:
        UnknownResource: naming the candidates.
    """
    every = list(guarded(index))
    exact = [each for each in every if name in called(each)]
    bare = name.partition("/")[0]
    found = exact or [each for each in every if each.resource.type in BUCKETS and bare in called(each)]
    found = found or [each for each in every if any(name in title for title in called(each))]
    # Of several, a store is meant rather than what configures it.
    stores = [each for each in found if each.resource.type in BUCKETS]
    found = stores if len(stores) == 1 else found
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(each.resource.name for each in found)[:10])
    remedy = f"name one of {names}" if found else "name a resource of the plan, or its ARN"
    raise UnknownResource(f"--on {name}: {'several resources match' if found else 'no resource matches'}; {remedy}")


def who_can(index: ResourceIndex, action: str, name: str) -> list[Answer]:
    """Every principal that may do `action` on the resource called `name`, those without limits first.

    A principal that may assume a role that may do it is among them, with the roles on its way.

    The request is made over TLS, as every client of AWS makes it. Of all else that conditions ask, nothing is assumed.

    Raises:
        UnknownResource: when the stack has no such resource, or several.
    """
    on = find(name, index)
    path = name.removeprefix(on.arn).partition("/")[2] if name not in called(on) and "/" in name else ""
    return who_can_on(index, action, on, path)


def who_can_on(index: ResourceIndex, action: str, on: Guarded, path: str = "") -> list[Answer]:
    """The same for a resource that is known, or for the objects at `path` in a bucket."""
    asked = [*principals(index), *_named_by(on, index)]
    answers = (Answer(each, _outcome(each, action, on, index, path)) for each in asked)
    allowed = [each for each in answers if each.outcome.decision is not Decision.DENIED]
    return sorted(with_chains(allowed, index), key=_order)


def _order(answer: Answer) -> tuple[bool, int, str, str]:
    return bool(answer.outcome.limits), len(answer.through), answer.principal.kind, answer.principal.name


def _outcome(principal: Principal, action: str, on: Guarded, index: ResourceIndex, path: str) -> Outcome:
    is_object = on.resource.type in BUCKETS and "object" in action.lower().partition(":")[2]
    resource = f"{on.arn}/{path or '*'}" if is_object else on.arn
    first = ask(principal, action, resource, on.policy, index)
    needed = _NEEDS_KEY.get(action.lower())
    key = key_of(on.resource, index) if needed and (is_object or on.resource.type not in BUCKETS) else None
    if first.decision is Decision.DENIED or not needed or key is None:
        return first
    arn = display(key.outputs.get("arn"))
    second = ask(principal, needed, arn, policy_of(key, index), index, kms_viaservice=_service(action, on))
    if second.decision is Decision.DENIED:
        return Outcome(Decision.DENIED, (*first.evidence, f"but no {needed} on {key.name}"))
    limits = (*first.limits, *(f"{needed}: {each}" for each in second.limits))
    evidence = (*first.evidence, *(f"{needed} on {key.name}: {each}" for each in second.evidence))
    return Outcome(Decision.CONDITIONAL if limits else Decision.ALLOWED, evidence, limits)


def _service(action: str, on: Guarded) -> str:
    """The service through which a key is used, as `kms:ViaService` has it."""
    domain = on.resource.outputs.get("bucketRegionalDomainName")
    region = domain.split(".s3.")[-1].partition(".")[0] if isinstance(domain, str) else on.arn.split(":")[3]
    return f"{action.partition(':')[0].lower()}.{region}.amazonaws.com"


def _named_by(on: Guarded, index: ResourceIndex) -> Iterator[Principal]:
    """The services, and the roles and users outside of the stack, that the policies of a resource and its key name."""
    key = key_of(on.resource, index)
    policies = [each for each in (on.policy, policy_of(key, index) if key else None) if each]
    return named_in(policies, {each.arn for each in principals(index)})


def lines(answers: Sequence[Answer]) -> Iterator[str]:
    """The answers as text: who, through which path, and within which limits."""
    for each in answers:
        yield f"{each.outcome.decision}: {each.principal.kind} {each.principal.name}"
        if each.through:
            yield f"    as {', then '.join(each.through)}"
        yield from (f"    used by {user}" for user in each.principal.users)
        yield from (f"    by {evidence}" for evidence in each.outcome.evidence)
        yield from (f"    {limit}" for limit in each.outcome.limits)
