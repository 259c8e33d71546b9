"""Cases of the rules in policies/service_accounts.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown
from tests.support.policies.workloads import (
    CRON_JOB,
    pod,
)

ACCOUNT = "kubernetes:core/v1:ServiceAccount"


CASES = [
    passes("service-account-token", pod(automountServiceAccountToken=False)),
    passes("service-account-token", pod(serviceAccountName="controller", automountServiceAccountToken=True)),
    passes("service-account-token", make(ACCOUNT, {"metadata": {"name": "controller"}})),
    fails("service-account-token", pod(automountServiceAccountToken=True), found="of the default service account"),
    fails("service-account-token", make(ACCOUNT, {"metadata": {"name": "default"}}), found="default service account"),
    passes("service-account-token", pod(serviceAccountName="controller"), kind="absent"),
    passes("service-account-token", make(f"{ACCOUNT}Patch", {"metadata": {"name": "default"}})),
    fails(
        "service-account-token",
        make(f"{ACCOUNT}Patch", {"metadata": {"name": "default"}, "automountServiceAccountToken": True}),
        found="default service account",
    ),
    passes("service-account-token-stated", pod(serviceAccountName="a", automountServiceAccountToken=True)),
    passes("service-account-token-stated", pod()),
    fails(
        "service-account-token-stated", pod(serviceAccountName="a"), kind="fail", found="does not say whether its Pods"
    ),
    fails("service-account-token-stated", pod(serviceAccountName="a"), kind="absent", found="does not say whether"),
    unknown(
        "service-account-token-stated",
        pod(serviceAccountName="a", automountServiceAccountToken=UNKNOWN),
        undecided="automountServiceAccountToken",
    ),
    fails("service-account-token", pod(CRON_JOB), kind="absent", found="automountServiceAccountToken is not false"),
    unknown(
        "service-account-token",
        pod(automountServiceAccountToken=UNKNOWN),
        undecided="spec.template.spec.automountServiceAccountToken",
    ),
]
