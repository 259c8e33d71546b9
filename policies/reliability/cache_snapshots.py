"""In production, what a store keeps in memory is kept outside of it as well."""

from collections.abc import Iterator

from policies.caches import GROUP, PARAMETERS, SERVERLESS
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, number, read, text
from pricing.resource import UNKNOWN, Resource


def _check(stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    for store in stack.of((GROUP, SERVERLESS)):
        kept = number(read(store.inputs, "snapshotRetentionLimit"))
        if _evicts(store, stack):
            continue
        if kept is UNKNOWN:
            yield Undecided("snapshotRetentionLimit", store.urn)
        elif not kept:
            yield Finding("keeps no snapshots, and does not evict as a mere cache does", store.urn)


def _evicts(group: Resource, stack: Stack) -> bool:
    """Whether it drops what was used least when it is full: then nothing in it is meant to last."""
    return any(
        read(parameter, "name") == "maxmemory-policy" and str(text(read(parameter, "value"))).startswith("allkeys-")
        for parameters in stack.referred(group, "parameterGroupName", [PARAMETERS])
        for parameter in each(read(parameters.inputs, "parameters"))
    )


RULE = Rule(
    name="cache-snapshots",
    title="In production stores in memory have snapshots",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("ElastiCache.1"), well_architected("REL09-BP03")),
    remediation="Set snapshotRetentionLimit to a week, or let it evict (maxmemory-policy allkeys-lru) if nothing in it "
    "must last.",
    field="snapshotRetentionLimit",
    check_stack=_check,
)
