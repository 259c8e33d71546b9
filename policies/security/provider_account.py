"""A stack can be deployed only into its own account."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, parsed, read, shown
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    accounts = each(parsed(read(resource.inputs, "allowedAccountIds")))
    own = stack.environment.account
    if UNKNOWN in accounts:
        yield Undecided("allowedAccountIds")
    elif not accounts:
        yield Finding("takes whichever account the caller's credentials are of, because allowedAccountIds is absent")
    elif foreign := [shown(account) for account in accounts if shown(account) != own]:
        yield Finding(f"may deploy into {', '.join(foreign)}, but the stack belongs to {own}")


RULE = Rule(
    name="provider-account",
    title="AWS providers are pinned to the stack's account",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(well_architected("SEC01-BP01"),),
    remediation="Set allowedAccountIds of the provider to the account in mlplatform:environment, and use that "
    "provider for "
    "every resource.",
    field="allowedAccountIds",
    types=frozenset({"pulumi:providers:aws"}),
    check=_check,
)
