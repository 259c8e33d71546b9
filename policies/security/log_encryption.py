"""Logs are encrypted with a key of the account."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if not given(read(resource.inputs, "kmsKeyId")):
        yield Finding("is encrypted with a key of AWS only, because kmsKeyId is absent")


RULE = Rule(
    name="log-encryption",
    title="Log groups are encrypted with a customer key",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC08-BP02"), well_architected("SEC08-BP01")),
    remediation="Set kmsKeyId to a key whose policy lets the logs service of the region use it.",
    field="kmsKeyId",
    types=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
    check=_check,
)
