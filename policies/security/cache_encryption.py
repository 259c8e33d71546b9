"""Caches and online stores are encrypted at rest with a key of the account."""

from collections.abc import Iterator

from policies.caches import CLUSTER, GROUP, SERVERLESS, engine, on_unless_said
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == CLUSTER:
        if engine(resource) == "redis" and not given(read(resource.inputs, "replicationGroupId")):
            yield Finding("is a lone node, which can't be encrypted at rest")
        return
    if resource.type == GROUP:
        encrypted = on_unless_said(resource, "atRestEncryptionEnabled")
        yield from require(encrypted, True, "atRestEncryptionEnabled", "is not encrypted at rest")
    if not given(read(resource.inputs, "kmsKeyId")):
        yield Finding("has no key of the account, because kmsKeyId is absent")


RULE = Rule(
    name="cache-encryption",
    title="Caches are encrypted at rest with a customer key",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ElastiCache.4"), well_architected("SEC08-BP02")),
    remediation="Set atRestEncryptionEnabled, and kmsKeyId to a key of the account; both replace an existing cluster.",
    field="atRestEncryptionEnabled and kmsKeyId",
    types=frozenset({CLUSTER, GROUP, SERVERLESS}),
    check=_check,
)
