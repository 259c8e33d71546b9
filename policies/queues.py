"""Queues of SQS and topics of SNS."""

from collections.abc import Iterator

from policies.engine.checks import must_be
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import denies_plain_http, statements
from resources.inputs import is_set, read
from resources.resource import Resource

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
_SENDING = {"sqs:*", "sqs:sendmessage", "sns:*", "sns:publish", "*"}


@rule(
    "queue-encryption",
    "Queues and topics are encrypted",
    (QUEUE, TOPIC),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("SQS.1"), security_hub("SNS.1"), well_architected("SEC08-BP02")],
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


@rule(
    "queue-tls",
    "Policies of queues and topics deny requests without TLS",
    ("aws:sqs/queuePolicy:QueuePolicy", "aws:sns/topicPolicy:TopicPolicy"),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation="Deny sqs:* (sns:Publish) to everyone where aws:SecureTransport is false.",
    field="policy",
)
def _tls(resource: Resource, _: Stack) -> Iterator[Result]:
    document = read(resource.inputs, "policy")
    if denies_plain_http(document, _SENDING):
        return
    if any(statement.unknown for statement in statements(document, "policy")):
        yield Undecided("policy")
    else:
        yield Finding("does not deny requests without TLS")
