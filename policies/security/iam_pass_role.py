"""A role can be handed only to the service it is for."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.security.documents import IDENTITY_POLICIES, Statement, identity_statements
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for statement in identity_statements(resource):
        if statement.unknown:
            yield Undecided(statement.path)
        elif statement.allows and any(action in ("iam:PassRole", "iam:Pass*") for action in statement.values("Action")):
            yield from _judge(statement)


def _judge(statement: Statement) -> Iterator[Result]:
    resources = statement.values("Resource")
    if "iam:passedtoservice" in statement.condition_keys or not ("*" in resources or UNKNOWN in resources):
        return
    if statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif "*" in resources:
        yield Finding(f"{statement.path} lets any role be passed to any service")
    else:
        yield Undecided(f"{statement.path}: Resource")


RULE = Rule(
    name="iam-pass-role",
    title="iam:PassRole is bound to roles or to a service",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC03-BP02"),),
    remediation="Name the role's ARN as Resource and the service in the condition iam:PassedToService.",
    field="policy",
    types=IDENTITY_POLICIES,
    check=_check,
)
