"""The AWS provider."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, json_value, read, text
from resources.resource import UNKNOWN, Resource

_PARTS_BEFORE_RESOURCE = 5
"""Colons before the resource of an ARN."""


@rule(
    "provider-account",
    "AWS providers are pinned to the stack's account",
    "pulumi:providers:aws",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC01-BP01")],
    remediation="Set allowedAccountIds of the provider to the account in mlplatform:environment, and use that "
    "provider for every resource. A provider of another account assumes a role there.",
    field="allowedAccountIds",
)
def _account(provider: Resource, stack: Stack) -> Iterator[Result]:
    accounts = elements(json_value(read(provider.inputs, "allowedAccountIds")))
    own = stack.environment.account
    if UNKNOWN in accounts:
        yield Undecided("allowedAccountIds")
    elif not accounts:
        yield Finding("deploys into any account that the credentials belong to, because allowedAccountIds is absent")
    elif foreign := [name for account in accounts if (name := display(account)) not in {own, *_assumed(provider)}]:
        yield Finding(f"may deploy into {', '.join(foreign)}, but the stack belongs to {own}")


def _assumed(provider: Resource) -> Iterator[str]:
    """The accounts whose roles the provider assumes: it is meant for them."""
    for each in elements(json_value(read(provider.inputs, "assumeRoles"))):
        arn = text(read(each, "roleArn"))
        if isinstance(arn, str) and arn.count(":") >= _PARTS_BEFORE_RESOURCE:
            yield arn.split(":")[4]
