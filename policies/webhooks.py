"""Admission webhooks: what the API server does with a request while the webhook does not answer."""

from collections.abc import Iterator
from typing import Any

from policies.engine.objects import with_patches
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, read, text
from resources.resource import UNKNOWN, Resource

_CONFIGURATIONS = with_patches(
    *(f"kubernetes:admissionregistration.k8s.io/v1:{kind}WebhookConfiguration" for kind in ("Validating", "Mutating"))
)
_GUARDED = {
    "": frozenset({"pods", "replicationcontrollers", "secrets", "serviceaccounts", "namespaces"}),
    "apps": frozenset({"deployments", "daemonsets", "statefulsets", "replicasets"}),
    "batch": frozenset({"jobs", "cronjobs"}),
    "rbac.authorization.k8s.io": frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"}),
}
"""Kinds that run code or give rights, by API group."""


@rule(
    "webhook-failure-policy",
    "Webhooks about Pods, secrets and rights refuse requests while they do not answer",
    _CONFIGURATIONS,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("OPA Gatekeeper documentation", "Failing Closed")],
    remediation="Set failurePolicy to Fail, run two replicas of the webhook, and leave its own namespace and "
    "kube-system out by namespaceSelector.",
    field="webhooks[].failurePolicy",
)
def _failure_policy(configuration: Resource, _: Stack) -> Iterator[Result]:
    for index, webhook in enumerate(elements(read(configuration.inputs, "webhooks"))):
        policy = text(read(webhook, "failurePolicy"))
        guarded = [each for rule in elements(read(webhook, "rules")) for each in _guarded(rule)]
        if webhook is UNKNOWN or (policy is UNKNOWN and guarded):
            yield Undecided(f"webhooks[{index}].failurePolicy")
        elif policy == "Ignore" and guarded:
            name, kinds = display(read(webhook, "name")), ", ".join(dict.fromkeys(guarded))
            yield Finding(f"webhooks[{index}] ({name}) admits {kinds} unjudged while it does not answer")


def _guarded(rule: Any) -> list[str]:
    """The kinds of a webhook's rule that run code or give rights, as the rule writes them."""
    groups, named = elements(read(rule, "apiGroups")), elements(read(rule, "resources"))
    operations = elements(read(rule, "operations"))
    if not {"CREATE", "UPDATE", "CONNECT", "*", UNKNOWN}.intersection(operations):
        return []
    kinds = {kind for group, kinds in _GUARDED.items() if group in groups or "*" in groups for kind in kinds}
    return [
        each for each in named if isinstance(each, str) and (_kind(each) in kinds or (kinds and _kind(each) == "*"))
    ]


def _kind(resource: str) -> str:
    """The kind of a resource such as `pods/exec`."""
    return resource.partition("/")[0]
