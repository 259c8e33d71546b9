"""Containers run under a seccomp profile."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import first, read, text
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(resource)
    of_pod = text(read(pod.spec, "securityContext", "seccompProfile", "type"))
    for container in pod.containers():
        profile = first(text(read(container.security, "seccompProfile", "type")), of_pod)
        if profile is UNKNOWN:
            yield Undecided(f"{container.path}.securityContext.seccompProfile.type")
        elif profile not in ("RuntimeDefault", "Localhost"):
            yield Finding(f"{container.label} has no seccomp profile")


RULE = Rule(
    name="seccomp",
    title="Containers have a seccomp profile",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(pod_security("Restricted: Seccomp"), nsa("Pod security: hardening applications")),
    remediation="Set securityContext.seccompProfile.type to RuntimeDefault on the Pod.",
    field="securityContext.seccompProfile.type",
    types=WORKLOADS,
    check=_check,
)
