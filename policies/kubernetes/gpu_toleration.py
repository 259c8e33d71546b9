"""What asks for a GPU can be scheduled where GPUs are."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource

_TAINT = "nvidia.com/gpu"


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(resource)
    if not any(
        name.startswith("nvidia.com/")
        for container in pod.containers()
        for part in ("requests", "limits")
        for name, _ in entries(read(container.values, "resources", part))
    ):
        return
    tolerated = pod.tolerates(_TAINT)
    if tolerated is UNKNOWN:
        yield Undecided(f"{pod.path}.tolerations")
    elif not tolerated:
        yield Finding(f"asks for a GPU and does not tolerate the taint {_TAINT}, so it stays pending")


RULE = Rule(
    name="gpu-toleration",
    title="Workloads with GPUs tolerate the taint of GPU nodes",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(eks_guide("Scheduling: taints and tolerations"),),
    remediation="Add a toleration with key nvidia.com/gpu and operator Exists.",
    field="tolerations",
    types=WORKLOADS,
    check=_check,
)
