"""Cases of the rules in policies/provider.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import ACCOUNT, fails, make, passes, unknown

PROVIDER = "pulumi:providers:aws"

CASES = [
    passes("provider-account", make(PROVIDER, {"allowedAccountIds": [ACCOUNT]})),
    passes("provider-account", make(PROVIDER, {"allowedAccountIds": f'["{ACCOUNT}"]'})),
    fails(
        "provider-account", make(PROVIDER, {"allowedAccountIds": ["210987654321"]}), found="deploy into 210987654321"
    ),
    passes(
        "provider-account",
        make(
            PROVIDER,
            {
                "allowedAccountIds": ["210987654321"],
                "assumeRoles": [{"roleArn": "arn:aws:iam::210987654321:role/permission-sets"}],
            },
        ),
    ),
    fails("provider-account", make(PROVIDER), kind="absent", found="allowedAccountIds is absent"),
    unknown("provider-account", make(PROVIDER, {"allowedAccountIds": UNKNOWN}), undecided="allowedAccountIds"),
]
