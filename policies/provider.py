"""The AWS provider."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, json_value, read
from resources.resource import UNKNOWN, Resource


@rule(
    "provider-account",
    "AWS providers are pinned to the stack's account",
    "pulumi:providers:aws",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC01-BP01")],
    remediation="Set allowedAccountIds of the provider to the account in mlplatform:environment, and use that "
    "provider for every resource.",
    field="allowedAccountIds",
)
def _account(provider: Resource, stack: Stack) -> Iterator[Result]:
    accounts = elements(json_value(read(provider.inputs, "allowedAccountIds")))
    own = stack.environment.account
    if UNKNOWN in accounts:
        yield Undecided("allowedAccountIds")
    elif not accounts:
        yield Finding("deploys into any account that the credentials belong to, because allowedAccountIds is absent")
    elif foreign := [display(account) for account in accounts if display(account) != own]:
        yield Finding(f"may deploy into {', '.join(foreign)}, but the stack belongs to {own}")
