"""Cases of the rules in policies/cognito.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
POOL = "aws:cognito/userPool:UserPool"
TOKEN = {"enabled": True}


def pool(**inputs: Any) -> Resource:
    return make(POOL, inputs)


def factors(mode: Any, token: Any = TOKEN, **inputs: Any) -> Resource:
    return pool(mfaConfiguration=mode, softwareTokenMfaConfiguration=token, **inputs)


SIGN_UP = "adminCreateUserConfig.allowAdminCreateUserOnly"
THREATS = "userPoolAddOns.advancedSecurityMode"
PASSWORDS: Examples = {
    "cognito/userPool:UserPool": {
        "passwordPolicy.minimumLength": Pair(8, 6),
        "passwordPolicy.requireLowercase": Pair(True, None),
        "passwordPolicy.requireNumbers": Pair(True, False),
        "passwordPolicy.requireSymbols": Pair(True, False),
        "passwordPolicy.requireUppercase": Pair(True, False),
        "passwordPolicy.temporaryPasswordValidityDays": Pair(7, 90),
    }
}
CASES = [
    *cases("user-pool-passwords", PASSWORDS),
    passes("user-pool-passwords", pool(), kind="absent"),
    unknown_case("user-pool-passwords", "cognito/userPool:UserPool", "passwordPolicy.minimumLength", PASSWORDS),
    passes("user-pool-mfa", factors("ON")),
    fails("user-pool-mfa", factors("OPTIONAL"), found="mfaConfiguration is OPTIONAL"),
    fails("user-pool-mfa", factors("OFF", None), found="mfaConfiguration is OFF"),
    fails("user-pool-mfa", factors("ON", None), found="does not accept codes of an authenticator"),
    fails("user-pool-mfa", factors("ON", smsConfiguration={"snsCallerArn": UNKNOWN}), found="codes by text message"),
    fails("user-pool-mfa", factors("ON", emailMfaConfiguration={"message": "{####}"}), found="codes by e-mail"),
    fails("user-pool-mfa", pool(), kind="absent", found="mfaConfiguration is absent"),
    unknown("user-pool-mfa", factors(UNKNOWN), undecided="mfaConfiguration"),
    unknown("user-pool-mfa", factors("ON", {"enabled": UNKNOWN}), undecided="softwareTokenMfaConfiguration.enabled"),
    *of_input("user-pool-sign-up", pool, SIGN_UP, True, False, "lets everyone on the internet"),
    *of_input("user-pool-threats", pool, THREATS, "ENFORCED", "AUDIT", "is AUDIT", absent="is absent"),
    *of_input("user-pool-deletion", pool, "deletionProtection", "ACTIVE", "INACTIVE", "by a single call"),
    passes("user-pool-deletion", pool(), environment=EnvironmentKind.STAGING),
    passes("user-pool-tokens", make(CLIENT, {"allowedOauthFlows": ["code"]})),
    passes("user-pool-tokens", make(CLIENT), kind="absent"),
    fails(
        "user-pool-tokens",
        make(CLIENT, {"allowedOauthFlows": ["code", "implicit"]}),
        found="allowedOauthFlows",
    ),
    unknown("user-pool-tokens", make(CLIENT, {"allowedOauthFlows": UNKNOWN}), undecided="allowedOauthFlows"),
]
