"""Kubernetes can tell whether a container is alive and ready."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from policies.kubernetes.pods import LONG_RUNNING, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers(initial=False):
        if container.values is UNKNOWN:
            yield Undecided(container.path)
            continue
        lacking = [name for name in ("livenessProbe", "readinessProbe") if not given(read(container.values, name))]
        if lacking:
            yield Finding(f"{container.label} lacks {' and '.join(lacking)}")


RULE = Rule(
    name="probes",
    title="Containers that run on have liveness and readiness probes",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(eks_guide("Reliability: applications"),),
    remediation="Add livenessProbe and readinessProbe; a slow start gets a startupProbe beside them.",
    field="livenessProbe and readinessProbe",
    types=LONG_RUNNING,
    check=_check,
)
