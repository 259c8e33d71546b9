"""In production, nobody deletes the users by mistake."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    field = "deletionProtection"
    mode = text(read(resource.inputs, field))
    if not stack.environment.is_production:
        return
    if mode is UNKNOWN:
        yield Undecided(field)
    elif mode != "ACTIVE":
        yield Finding("can be deleted with all users by a single call, and has no backup")


RULE = Rule(
    name="user-pool-deletion",
    title="In production, user pools have deletion protection",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("Cognito.6"), well_architected("REL09-BP01")),
    remediation="Set deletionProtection to ACTIVE; to destroy on purpose, turn it off in a deployment of its own.",
    field="deletionProtection",
    types=frozenset({"aws:cognito/userPool:UserPool"}),
    check=_check,
)
