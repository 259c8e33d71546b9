"""Node pools of Karpenter."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import eks_guide, finops
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, entries, read
from resources.resource import UNKNOWN, Resource

NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"


def requirements(pool: Resource, key: str) -> Iterator[Any]:
    """The lists of values that a pool requires a label to be `In`."""
    for requirement in elements(read(pool.inputs, "spec", "template", "spec", "requirements")):
        if read(requirement, "key") == key and read(requirement, "operator") == "In":
            yield read(requirement, "values")


@rule(
    "karpenter-limits",
    "Karpenter pools have limits",
    NODE_POOL,
    area=Area.COST,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), eks_guide("Karpenter: set limits")],
    remediation="Set spec.limits of the NodePool: cpu, memory, and nvidia.com/gpu for GPU pools.",
    field="spec.limits",
)
def _limits(pool: Resource, _: Stack) -> Iterator[Result]:
    limits = read(pool.inputs, "spec", "limits")
    if limits is UNKNOWN:
        yield Undecided("spec.limits")
    elif not any(value is UNKNOWN or value for _, value in entries(limits)):
        yield Finding("has no limits, so a runaway workload can start any number of nodes")
