"""In production, a cache outlives the loss of a zone."""

from collections.abc import Iterator

from policies.caches import GROUP, replicas
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
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
