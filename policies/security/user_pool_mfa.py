"""Users of a user pool have a second factor, and not one that a phone company or a mailbox hands out."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, given, read, shown, text
from pricing.resource import UNKNOWN, Resource

_WEAK = {"smsConfiguration": "by text message", "emailMfaConfiguration": "by e-mail"}


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    mode = text(read(resource.inputs, "mfaConfiguration"))
    if mode is UNKNOWN:
        yield Undecided("mfaConfiguration")
    elif mode != "ON":
        yield Finding(f"asks nobody for a second factor: mfaConfiguration is {shown(mode or 'absent')}")
    field = "softwareTokenMfaConfiguration.enabled"
    token = flag(read(resource.inputs, *field.split(".")))
    if token is UNKNOWN:
        yield Undecided(field)
    elif token is not True and mode == "ON":
        yield Finding("takes no code of an authenticator application as second factor")
    for weak, how in _WEAK.items():
        if mode == "ON" and given(read(resource.inputs, weak)):
            yield Finding(f"sends codes {how}, which whoever reads the messages can use")


RULE = Rule(
    name="user-pool-mfa",
    title="User pools require a code of an authenticator application",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("Cognito.5"), well_architected("SEC02-BP01")),
    remediation="Set mfaConfiguration to ON and softwareTokenMfaConfiguration.enabled, leave smsConfiguration and "
    "emailMfaConfiguration out, or use UserPool.",
    field="mfaConfiguration",
    types=frozenset({"aws:cognito/userPool:UserPool"}),
    check=_check,
)
