"""Who uses a cache does so as a user of its own, and proves it."""

from collections.abc import Iterator

from policies.caches import GROUP, SERVERLESS, USER
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, given, read, text
from pricing.resource import UNKNOWN, Resource

_OPEN = "no-password-required"


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == USER:
        yield from _user(resource)
        return
    if any(given(read(resource.inputs, field)) for field in ("authToken", "authTokenWo")):
        yield Finding("has one token that all clients share")
    elif not given(read(resource.inputs, "userGroupId" if resource.type == SERVERLESS else "userGroupIds")):
        yield Finding("has no users, so whoever reaches it may do everything")


def _user(user: Resource) -> Iterator[Result]:
    access = text(read(user.inputs, "accessString"))
    mode = text(read(user.inputs, "authenticationMode", "type"))
    free = flag(read(user.inputs, "noPasswordRequired"))
    # A user is off unless the access string says on.
    if access is not UNKNOWN and "on" not in (access or "").split():
        return
    if mode == _OPEN or free is True:
        yield Finding("lets anyone in under its name, because it needs no password")
    elif UNKNOWN in (mode, free):
        yield Undecided("authenticationMode.type" if mode is UNKNOWN else "noPasswordRequired")


RULE = Rule(
    name="cache-users",
    title="Caches have users, each with its own rights and proof",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ElastiCache.6"), well_architected("SEC03-BP02")),
    remediation="Name a user group in userGroupIds (userGroupId of a serverless cache), with users that log in by IAM "
    "or a password of their own; drop the shared token.",
    field="userGroupIds",
    types=frozenset({GROUP, SERVERLESS, USER}),
    check=_check,
)
