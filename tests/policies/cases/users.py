"""Specifications of the rules about user pools."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import Case, fails, make, passes, unknown

POOL = "aws:cognito/userPool:UserPool"
TOKEN = {"enabled": True}


def pool(**inputs: Any) -> Resource:
    return make(POOL, inputs)


def factors(mode: Any, token: Any = TOKEN, **inputs: Any) -> Resource:
    return pool(mfaConfiguration=mode, softwareTokenMfaConfiguration=token, **inputs)


def sign_up(only_administrators: Any) -> Resource:
    return pool(adminCreateUserConfig={"allowAdminCreateUserOnly": only_administrators})


CASES: list[Case] = [
    passes(
        "plain-text-secrets",
        make("aws:cognito/userPoolClient:UserPoolClient", {"tokenValidityUnits": {"accessToken": "minutes"}}),
    ),
    fails(
        "plain-text-secrets",
        make("aws:cognito/userPool:UserPool", {"lambdaConfig": {"accessToken": "minutes-of-fame"}}),
        found="is a secret by its name",
    ),
    passes("user-pool-mfa", factors("ON")),
    fails("user-pool-mfa", factors("OPTIONAL"), found="mfaConfiguration is OPTIONAL"),
    fails("user-pool-mfa", factors("OFF", None), found="mfaConfiguration is OFF"),
    fails("user-pool-mfa", factors("ON", None), found="takes no code of an authenticator"),
    fails("user-pool-mfa", factors("ON", smsConfiguration={"snsCallerArn": UNKNOWN}), found="codes by text message"),
    fails("user-pool-mfa", factors("ON", emailMfaConfiguration={"message": "{####}"}), found="codes by e-mail"),
    fails("user-pool-mfa", pool(), kind="absent", found="mfaConfiguration is absent"),
    unknown("user-pool-mfa", factors(UNKNOWN), undecided="mfaConfiguration"),
    unknown("user-pool-mfa", factors("ON", {"enabled": UNKNOWN}), undecided="softwareTokenMfaConfiguration.enabled"),
    passes("user-pool-sign-up", sign_up(True)),
    fails("user-pool-sign-up", sign_up(False), found="lets everyone on the internet"),
    fails("user-pool-sign-up", pool(), kind="absent", found="lets everyone on the internet"),
    unknown("user-pool-sign-up", sign_up(UNKNOWN), undecided="allowAdminCreateUserOnly"),
    passes("user-pool-threats", pool(userPoolAddOns={"advancedSecurityMode": "ENFORCED"})),
    fails("user-pool-threats", pool(userPoolAddOns={"advancedSecurityMode": "AUDIT"}), found="is AUDIT"),
    fails("user-pool-threats", pool(), kind="absent", found="is absent"),
    unknown("user-pool-threats", pool(userPoolAddOns=UNKNOWN), undecided="advancedSecurityMode"),
    passes("user-pool-deletion", pool(deletionProtection="ACTIVE")),
    passes("user-pool-deletion", pool(), environment=EnvironmentKind.STAGING),
    fails("user-pool-deletion", pool(deletionProtection="INACTIVE"), found="by a single call"),
    fails("user-pool-deletion", pool(), kind="absent", found="by a single call"),
    unknown("user-pool-deletion", pool(deletionProtection=UNKNOWN), undecided="deletionProtection"),
]
