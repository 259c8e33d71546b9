"""Instances are of a current generation: more speed for less money."""

from collections.abc import Iterator

from policies.engine.frameworks import finops
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.instances import TYPES_WITH_INSTANCES, family, instance_families, instance_types
from pricing.resource import UNKNOWN, Resource

_SUCCESSORS = {
    "a1": "m7g",
    "c1": "c7i",
    "c3": "c7i",
    "c4": "c7i",
    "cc2": "c7i",
    "cr1": "r7i",
    "d2": "d3",
    "f1": "f2",
    "g2": "g6",
    "g3": "g4dn or g6",
    "g3s": "g4dn or g6",
    "hs1": "d3",
    "i2": "i4i",
    "m1": "m7i",
    "m2": "r7i",
    "m3": "m7i",
    "m4": "m7i",
    "p2": "g5 or p4d",
    "p3": "g6e or p4d",
    "p3dn": "p4d",
    "r3": "r7i",
    "r4": "r7i",
    "t1": "t3",
    "t2": "t3",
}
"""Families of the past and what follows them (AWS: previous generation instances, and the older of burstable ones)."""

_STORE_FIELDS = ("instanceClass", "nodeType")
_STORE_SUCCESSORS = {"m": "m7g", "r": "r7g", "t": "t4g"}
"""What follows in RDS and ElastiCache, by a family's first letter: not every family of EC2 is to be had there."""


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for field, name in instance_types(resource):
        if name is UNKNOWN:
            yield Undecided(field)
        elif successor := _successor(field, family(name)):
            yield Finding(f"{name} is of a previous generation; {successor} follows it")
    for name in instance_families(resource):
        if successor := _SUCCESSORS.get(name):
            yield Finding(f"the family {name} is of a previous generation; {successor} follows it")


def _successor(field: str, old: str) -> str | None:
    following = _SUCCESSORS.get(old)
    return _STORE_SUCCESSORS.get(old[0], following) if following and field in _STORE_FIELDS else following


RULE = Rule(
    name="previous-generation",
    title="Instances are of a current generation",
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=(finops("Workload Optimization"), finops("Rate Optimization")),
    remediation="Choose the type of the same size in the family that the message names.",
    field="instance type",
    types=TYPES_WITH_INSTANCES,
    check=_check,
)
