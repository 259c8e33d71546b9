"""User pools, in which the people who sign in are kept."""

from collections.abc import Iterator

from policies.engine.checks import in_production, must_be, requires
from policies.engine.controls import at_least, at_most, exactly, line, never, table, unless_absent
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

POOL = "aws:cognito/userPool:UserPool"
_WEAK_FACTORS = {"smsConfiguration": "by text message", "emailMfaConfiguration": "by e-mail"}

requires(
    POOL,
    "adminCreateUserConfig.allowAdminCreateUserOnly",
    True,
    "lets everyone on the internet create an account",
    name="user-pool-sign-up",
    title="Only administrators create the users of user pools",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC02-BP04"), well_architected("SEC03-BP01")],
    remediation="Set adminCreateUserConfig.allowAdminCreateUserOnly, or use UserPool.",
)
requires(
    POOL,
    "userPoolAddOns.advancedSecurityMode",
    "ENFORCED",
    "does not act on threats: userPoolAddOns.advancedSecurityMode is {value}",
    name="user-pool-threats",
    title="User pools have threat protection that blocks",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("Cognito.1"), well_architected("SEC02-BP01")],
    remediation="Set userPoolTier to PLUS and userPoolAddOns.advancedSecurityMode to ENFORCED, or use UserPool.",
    field="userPoolTier and userPoolAddOns.advancedSecurityMode",
)
requires(
    POOL,
    "deletionProtection",
    "ACTIVE",
    "can be deleted with all users by a single call, and has no backup",
    name="user-pool-deletion",
    title="In production, user pools have deletion protection",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("Cognito.6"), well_architected("REL09-BP01")],
    remediation="Set deletionProtection to ACTIVE; to destroy on purpose, turn it off in a deployment of its own.",
)
_TYPE = POOL.removeprefix("aws:")
table(
    "user-pool-passwords",
    "Passwords of user pools are long and mixed",
    # A pool without a password policy gets one of Cognito's own that asks for all of this.
    line(_TYPE, "passwordPolicy?.minimumLength", at_least(8)),
    line(_TYPE, "passwordPolicy?.requireLowercase", exactly(True)),
    line(_TYPE, "passwordPolicy?.requireNumbers", exactly(True)),
    line(_TYPE, "passwordPolicy?.requireSymbols", exactly(True)),
    line(_TYPE, "passwordPolicy?.requireUppercase", exactly(True)),
    line(_TYPE, "passwordPolicy?.temporaryPasswordValidityDays", unless_absent(at_most(7))),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("Cognito.3"), well_architected("SEC02-BP01")],
    remediation="Ask for 8 characters or more with lower and upper case, digits and symbols, and let temporary "
    "passwords end within 7 days.",
    field="passwordPolicy",
)

table(
    "user-pool-tokens",
    "Clients of user pools get no tokens in addresses",
    line("cognito/userPoolClient:UserPoolClient", "allowedOauthFlows", never("implicit")),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("IETF", "RFC 9700, 2.1.2"), well_architected("SEC02-BP01")],
    remediation="Use the flow code with PKCE.",
    field="allowedOauthFlows",
)


@rule(
    "user-pool-mfa",
    "User pools require a code of an authenticator application",
    POOL,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("Cognito.5"), well_architected("SEC02-BP01")],
    remediation="Set mfaConfiguration to ON and softwareTokenMfaConfiguration.enabled, leave smsConfiguration and "
    "emailMfaConfiguration out, or use UserPool.",
    field="mfaConfiguration",
)
def _mfa(pool: Resource, _: Stack) -> Iterator[Result]:
    yield from must_be(
        pool.inputs, "mfaConfiguration", "ON", "does not require a second factor: mfaConfiguration is {value}"
    )
    required = text(read(pool.inputs, "mfaConfiguration")) == "ON"
    token = flag(read(pool.inputs, "softwareTokenMfaConfiguration", "enabled"))
    if token is UNKNOWN:
        yield Undecided("softwareTokenMfaConfiguration.enabled")
    elif required and token is not True:
        yield Finding("does not accept codes of an authenticator application")
    for factor, how in _WEAK_FACTORS.items():
        if required and is_set(read(pool.inputs, factor)):
            yield Finding(f"sends codes {how}, which anyone who reads the messages can use")
