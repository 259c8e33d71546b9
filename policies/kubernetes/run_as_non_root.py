"""Containers don't run as root."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(resource)
    for container in pod.containers():
        decided = pod.setting(container, "runAsNonRoot")
        yield from require(
            decided,
            True,
            f"{container.path}.securityContext.runAsNonRoot",
            f"{container.label} may run as root: runAsNonRoot is not true",
        )
        user = number(read(container.security, "runAsUser"))
        user = number(read(pod.spec, "securityContext", "runAsUser")) if user is None else user
        if user == 0:
            yield Finding(f"{container.label} runs as user 0, which is root")


RULE = Rule(
    name="run-as-non-root",
    title="Containers do not run as root",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(pod_security("Restricted: Running as Non-root"), nsa("Pod security: non-root containers")),
    remediation="Set securityContext.runAsNonRoot to true and a runAsUser above 0 on the Pod.",
    field="securityContext.runAsNonRoot",
    types=WORKLOADS,
    check=_check,
)
