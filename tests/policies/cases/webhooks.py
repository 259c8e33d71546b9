"""Cases of the rules in policies/webhooks.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

VALIDATING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration"
MUTATING = "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration"


def webhook(
    policy: Any, *resources: str, groups: tuple[str, ...] = ("",), kind: str = VALIDATING, on: str = "CREATE"
) -> Resource:
    rule = {"apiGroups": list(groups), "apiVersions": ["v1"], "operations": [on], "resources": list(resources)}
    failure = {} if policy is None else {"failurePolicy": policy}
    return make(kind, {"webhooks": [{"name": "judge.example.com", "rules": [rule], **failure}]})


CASES = [
    passes("webhook-failure-policy", webhook("Fail", "pods")),
    passes("webhook-failure-policy", webhook(None, "pods")),
    passes("webhook-failure-policy", webhook("Ignore", "virtualservices", groups=("networking.istio.io",))),
    passes("webhook-failure-policy", webhook("Ignore", "*", groups=("networking.istio.io",))),
    passes("webhook-failure-policy", webhook("Ignore", "services", "configmaps")),
    passes("webhook-failure-policy", webhook("Ignore", "pods", on="DELETE")),
    *(
        fails("webhook-failure-policy", webhook("Ignore", "pods", kind=kind), found="(judge.example.com) admits pods")
        for kind in (VALIDATING, f"{VALIDATING}Patch", MUTATING, f"{MUTATING}Patch")
    ),
    fails(
        "webhook-failure-policy",
        make(f"{VALIDATING}List", {"items": [dict(webhook("Ignore", "pods").inputs)]}),
        found="admits pods",
    ),
    *(
        fails("webhook-failure-policy", webhook("Ignore", *named, groups=groups, on=on), found=found)
        for named, groups, on, found in (
            (["pods/ephemeralcontainers"], ("",), "UPDATE", "admits pods/ephemeralcontainers unjudged"),
            (["pods/exec"], ("",), "CONNECT", "admits pods/exec unjudged"),
            (["services", "secrets"], ("",), "*", "admits secrets unjudged"),
            (["deployments"], ("apps",), "CREATE", "admits deployments unjudged"),
            (["cronjobs"], ("*",), "CREATE", "admits cronjobs unjudged"),
            (["clusterrolebindings"], ("rbac.authorization.k8s.io",), "CREATE", "admits clusterrolebindings"),
            (["*"], ("*",), "CREATE", "admits * unjudged"),
            (["*/*"], ("",), "CREATE", "admits */* unjudged"),
        )
    ),
    passes("webhook-failure-policy", make(VALIDATING), kind="absent"),
    unknown("webhook-failure-policy", webhook(UNKNOWN, "pods"), undecided="webhooks[0].failurePolicy"),
]
