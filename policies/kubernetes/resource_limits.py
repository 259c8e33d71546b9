"""Every container says what it needs and how much memory it may take."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource

# A CPU limit is left to the workload: it throttles a container also where the node's CPUs are idle.
_NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        if read(container.values, "resources") is UNKNOWN:
            yield Undecided(f"{container.path}.resources")
            continue
        lacking = [".".join(path) for path in _NEEDED if not given(_stated(container.values, *path))]
        if lacking:
            yield Finding(f"{container.label} lacks {', '.join(lacking)}")


def _stated(values: object, part: str, name: str) -> object:
    """What is stated; Kubernetes takes an absent request from the limit."""
    stated = read(values, "resources", part, name)
    return read(values, "resources", "limits", name) if stated is None and part == "requests" else stated


RULE = Rule(
    name="resource-limits",
    title="Containers state requests for CPU and memory and a memory limit",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(nsa("Network separation and hardening: resource policies"), eks_guide("Reliability: applications")),
    remediation="Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on every container.",
    field="resources",
    types=WORKLOADS,
    check=_check,
)
