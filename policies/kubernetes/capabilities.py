"""Containers drop every Linux capability."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read, shown
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        capabilities = read(container.security, "capabilities")
        dropped = each(read(capabilities, "drop"))
        added = [name for name in each(read(capabilities, "add")) if name != "NET_BIND_SERVICE"]
        if "ALL" not in dropped and UNKNOWN in dropped:
            yield Undecided(f"{container.path}.securityContext.capabilities.drop")
        elif "ALL" not in dropped:
            yield Finding(f"{container.label} keeps capabilities: capabilities.drop does not hold ALL")
        if UNKNOWN in added:
            yield Undecided(f"{container.path}.securityContext.capabilities.add")
        elif added:
            yield Finding(f"{container.label} adds the capability {', '.join(map(shown, added))}")


RULE = Rule(
    name="capabilities",
    title="Containers drop all capabilities",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(pod_security("Restricted: Capabilities"), nsa("Pod security: Linux capabilities")),
    remediation="Set securityContext.capabilities.drop to [ALL]; NET_BIND_SERVICE may be added.",
    field="securityContext.capabilities",
    types=WORKLOADS,
    check=_check,
)
