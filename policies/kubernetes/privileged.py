"""No container has the rights of its node."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        privileged = flag(read(container.security, "privileged"))
        if privileged is UNKNOWN:
            yield Undecided(f"{container.path}.securityContext.privileged")
        elif privileged:
            yield Finding(f"{container.label} is privileged: it has the rights of the node")


RULE = Rule(
    name="privileged",
    title="No container is privileged",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(pod_security("Baseline: Privileged Containers"), cis_eks("4.2.1"), nsa("Pod security enforcement")),
    remediation="Drop privileged; a device plugin that needs it is named in policies/exceptions.yaml with its reason.",
    field="securityContext.privileged",
    types=WORKLOADS,
    check=_check,
)
