"""Queues of SQS and topics of SNS."""

from collections.abc import Iterator

from policies.engine.checks import must_be
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, rule
from policies.engine.stack import Stack
from resources.inputs import is_set, read
from resources.resource import Resource

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"


@rule(
    "queue-encryption",
    "Queues and topics are encrypted",
    (QUEUE, TOPIC),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[fsbp("SQS.1"), fsbp("SNS.1"), well_architected("SEC08-BP02")],
    remediation="Set sqsManagedSseEnabled, or kmsMasterKeyId to a key that the senders may use.",
    field="sqsManagedSseEnabled or kmsMasterKeyId",
)
def _encryption(resource: Resource, _: Stack) -> Iterator[Result]:
    if is_set(read(resource.inputs, "kmsMasterKeyId")):
        return
    if resource.type == TOPIC:
        yield Finding("is not encrypted, because kmsMasterKeyId is absent")
    else:
        managed = "sqsManagedSseEnabled"
        yield from must_be(resource.inputs, managed, True, f"names no key and does not set {managed}")
