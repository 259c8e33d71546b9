"""Queues and topics are encrypted at rest."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from pricing.resource import Resource

_TOPIC = "aws:sns/topic:Topic"


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if given(read(resource.inputs, "kmsMasterKeyId")):
        return
    if resource.type == _TOPIC:
        yield Finding("is not encrypted, because kmsMasterKeyId is absent")
        return
    managed = "sqsManagedSseEnabled"
    yield from require(read(resource.inputs, managed), True, managed, f"names no key and does not set {managed}")


RULE = Rule(
    name="queue-encryption",
    title="Queues and topics are encrypted",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("SQS.1"), fsbp("SNS.1"), well_architected("SEC08-BP02")),
    remediation="Set sqsManagedSseEnabled, or kmsMasterKeyId to a key that the senders may use.",
    field="sqsManagedSseEnabled or kmsMasterKeyId",
    types=frozenset({"aws:sqs/queue:Queue", _TOPIC}),
    check=_check,
)
