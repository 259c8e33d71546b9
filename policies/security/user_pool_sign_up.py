"""Nobody makes an account in a user pool for themselves."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    field = "adminCreateUserConfig.allowAdminCreateUserOnly"
    yield from require(
        read(resource.inputs, *field.split(".")), True, field, "lets everyone on the internet make an account"
    )


RULE = Rule(
    name="user-pool-sign-up",
    title="Users are invited to user pools",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC02-BP04"), well_architected("SEC03-BP01")),
    remediation="Set adminCreateUserConfig.allowAdminCreateUserOnly, or use UserPool.",
    field="adminCreateUserConfig.allowAdminCreateUserOnly",
    types=frozenset({"aws:cognito/userPool:UserPool"}),
    check=_check,
)
