"""Every namespace says which Pod Security Standard it enforces."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import text
from policies.kubernetes.objects import NAMESPACE, metadata
from pricing.resource import UNKNOWN, Resource

_LABEL = "pod-security.kubernetes.io/enforce"


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    profile = text(metadata(resource, "labels", _LABEL))
    if profile is UNKNOWN:
        yield Undecided(f"metadata.labels.{_LABEL}")
    elif profile is None:
        yield Finding(f"has no label {_LABEL}, so that every Pod is admitted")
    elif profile not in ("restricted", "baseline"):
        yield Finding(f"enforces the profile {profile}, which admits privileged Pods")


RULE = Rule(
    name="pod-security-labels",
    title="Namespaces enforce a Pod Security Standard",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(pod_security("Enforcement by namespace labels"), nsa("Pod security enforcement")),
    remediation=f"Label the namespace {_LABEL}: restricted, or baseline where a workload needs it; a namespace of "
    "device "
    "plugins that must be privileged is named in policies/exceptions.yaml.",
    field="metadata.labels",
    types=frozenset({NAMESPACE}),
    check=_check,
)
