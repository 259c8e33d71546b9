"""In production, a cache outlives the loss of a zone."""

from collections.abc import Iterator

from policies.caches import GROUP, replicas
from policies.frameworks import fsbp, well_architected
from policies.inputs import read
from policies.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.settings import Level
from policies.view import View
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, view: View) -> Iterator[Result]:
    if not view.environment.is_production:
        return
    fewest = replicas(resource)
    if fewest is UNKNOWN:
        yield Undecided("replicasPerNodeGroup")
    elif fewest < 1:
        yield Finding("has a shard without a replica: what it holds goes with its node")
        return
    for field in ("automaticFailoverEnabled", "multiAzEnabled"):
        yield from require(read(resource.inputs, field), True, field, f"has replicas, and {field} is off")


RULE = Rule(
    name="cache-failover",
    title="In production caches have replicas in other zones that take over",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ElastiCache.3"), well_architected("REL10-BP01")),
    remediation="Give each shard a replica (replicasPerNodeGroup), set automaticFailoverEnabled and multiAzEnabled.",
    field="replicasPerNodeGroup",
    types=frozenset({GROUP}),
    check=_check,
)
