"""No policy grants everything, or everything of a service on everything."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.security.documents import IDENTITY_POLICIES, Statement, identity_statements
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for statement in identity_statements(resource):
        if statement.unknown:
            yield Undecided(statement.path)
        elif statement.allows:
            yield from _judge(statement)


def _judge(statement: Statement) -> Iterator[Result]:
    if statement.values("NotAction"):
        yield Finding(f"{statement.path} allows all but what NotAction names")
    everywhere = "*" in statement.values("Resource") or bool(statement.values("NotResource"))
    for action in statement.values("Action"):
        if action is UNKNOWN:
            yield Undecided(f"{statement.path}: Action")
        elif isinstance(action, str) and action.strip("*:") == "":
            yield Finding(f"{statement.path} allows every action")
        elif isinstance(action, str) and action.endswith(":*"):
            if everywhere:
                yield Finding(f"{statement.path} allows {action} on every resource")
            elif UNKNOWN in statement.values("Resource"):
                yield Undecided(f"{statement.path}: Resource")


RULE = Rule(
    name="iam-wildcard",
    title="IAM policies grant no service as a whole on every resource",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(fsbp("IAM.1"), fsbp("IAM.21"), cis_aws("1.16"), well_architected("SEC03-BP02")),
    remediation="Name the actions that are used and the ARNs they are used on.",
    field="policy",
    types=IDENTITY_POLICIES,
    check=_check,
)
