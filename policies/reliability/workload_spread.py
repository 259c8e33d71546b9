"""Replicas don't all stand on one node or in one zone."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, number, read
from policies.kubernetes.pods import DEPLOYMENT, STATEFUL_SET, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    count = number(read(resource.inputs, "spec", "replicas"))
    spec = pod_of(resource).spec
    spread = read(spec, "topologySpreadConstraints")
    apart = read(spec, "affinity", "podAntiAffinity")
    if count in (None, 0, 1) or given(spread) or given(apart):
        if count not in (None, 0, 1) and UNKNOWN in (spread, apart):
            yield Undecided("spec.template.spec.topologySpreadConstraints or affinity")
        return
    if count is UNKNOWN:
        yield Undecided("spec.replicas")
    else:
        yield Finding(f"has {count:g} replicas that may all stand on one node or in one zone")


RULE = Rule(
    name="workload-spread",
    title="Replicas are spread over nodes and zones",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(eks_guide("Reliability: applications"),),
    remediation="Add topologySpreadConstraints on topology.kubernetes.io/zone, or a podAntiAffinity on "
    "kubernetes.io/hostname.",
    field="spec.template.spec.topologySpreadConstraints",
    types=frozenset({DEPLOYMENT, STATEFUL_SET}),
    check=_check,
)
