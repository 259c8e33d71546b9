"""A key that is deleted by mistake can be had back for long enough."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    days = number(read(resource.inputs, "deletionWindowInDays"))
    least = stack.settings.key_deletion_window
    if days is UNKNOWN:
        yield Undecided("deletionWindowInDays")
    # KMS waits 30 days, the most there is, when nothing is said.
    elif days is not None and days < least:
        yield Finding(f"is gone {days:g} days after its deletion is asked for; this stack asks for {least}")


RULE = Rule(
    name="kms-deletion",
    title="KMS keys wait long enough before they are deleted",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("KMS.3"),),
    remediation="Set deletionWindowInDays to keyDeletionWindow of the section mlplatform:policies, or leave it out "
    "(30 days).",
    field="deletionWindowInDays",
    types=frozenset({"aws:kms/key:Key"}),
    check=_check,
)
