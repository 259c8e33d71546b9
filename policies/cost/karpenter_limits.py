"""A Karpenter pool cannot grow without end."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide, finops
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, read
from policies.instances import NODE_POOL
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    limits = read(resource.inputs, "spec", "limits")
    if limits is UNKNOWN:
        yield Undecided("spec.limits")
    elif not any(value is UNKNOWN or value for _, value in entries(limits)):
        yield Finding("has no limits, so that a runaway workload starts as many nodes as AWS gives")


RULE = Rule(
    name="karpenter-limits",
    title="Karpenter pools have limits",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(finops("Policy & Governance"), eks_guide("Karpenter: set limits")),
    remediation="Set spec.limits of the NodePool: cpu, memory, and nvidia.com/gpu for GPU pools.",
    field="spec.limits",
    types=frozenset({NODE_POOL}),
    check=_check,
)
