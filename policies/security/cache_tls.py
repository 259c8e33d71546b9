"""Caches and online stores speak TLS alone."""

from collections.abc import Iterator

from policies.caches import CLUSTER, GROUP
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if given(read(resource.inputs, "replicationGroupId")) and resource.type == CLUSTER:
        return
    on = read(resource.inputs, "transitEncryptionEnabled")
    yield from require(on, True, "transitEncryptionEnabled", "speaks without TLS")
    mode = text(read(resource.inputs, "transitEncryptionMode"))
    if mode is UNKNOWN:
        yield Undecided("transitEncryptionMode")
    elif mode == "preferred":
        yield Finding("takes connections without TLS as well, because transitEncryptionMode is preferred")


RULE = Rule(
    name="cache-tls",
    title="Caches are reached over TLS alone",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ElastiCache.5"), well_architected("SEC09-BP02")),
    remediation="Set transitEncryptionEnabled and transitEncryptionMode required; clients use TLS from then on.",
    field="transitEncryptionEnabled and transitEncryptionMode",
    types=frozenset({CLUSTER, GROUP}),
    check=_check,
)
