"""No process in a container gets more rights than its parent."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa, pod_security
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        yield from require(
            read(container.security, "allowPrivilegeEscalation"),
            False,
            f"{container.path}.securityContext.allowPrivilegeEscalation",
            f"{container.label} may gain rights: allowPrivilegeEscalation is not false",
        )


RULE = Rule(
    name="privilege-escalation",
    title="Containers cannot gain rights",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        pod_security("Restricted: Privilege Escalation"),
        cis_eks("4.2.5"),
        nsa("Pod security: preventing privilege escalation"),
    ),
    remediation="Set securityContext.allowPrivilegeEscalation to false on every container.",
    field="securityContext.allowPrivilegeEscalation",
    types=WORKLOADS,
    check=_check,
)
