"""Caches run the engine that costs less for the same nodes."""

from collections.abc import Iterator

from policies.caches import CLUSTER, GROUP, SERVERLESS, engine
from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == CLUSTER and given(read(resource.inputs, "replicationGroupId")):
        return
    of = engine(resource)
    if of is UNKNOWN:
        yield Undecided("engine")
    elif of == "redis":
        saved = "a third" if resource.type == SERVERLESS else "a fifth"
        yield Finding(f"runs Redis OSS; Valkey speaks the same protocol for {saved} less")


RULE = Rule(
    name="cache-engine",
    title="Caches run Valkey rather than Redis OSS",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(finops("Rate Optimization"), well_architected("COST06-BP03")),
    remediation="Set engine to valkey with a version of Valkey; AWS upgrades a cluster of Redis OSS in place.",
    field="engine",
    types=frozenset({CLUSTER, GROUP, SERVERLESS}),
    check=_check,
)
