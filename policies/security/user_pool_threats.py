"""User pools refuse passwords that have leaked and sign-ins that look like a takeover."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, shown, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    field = "userPoolAddOns.advancedSecurityMode"
    mode = text(read(resource.inputs, *field.split(".")))
    if mode is UNKNOWN:
        yield Undecided(field)
    elif mode != "ENFORCED":
        yield Finding(f"answers no threat: {field} is {shown(mode or 'absent')}")


RULE = Rule(
    name="user-pool-threats",
    title="User pools have threat protection that acts",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("Cognito.1"), well_architected("SEC02-BP01")),
    remediation="Set userPoolTier to PLUS and userPoolAddOns.advancedSecurityMode to ENFORCED, or use UserPool.",
    field="userPoolTier and userPoolAddOns.advancedSecurityMode",
    types=frozenset({"aws:cognito/userPool:UserPool"}),
    check=_check,
)
