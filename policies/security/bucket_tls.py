"""Buckets refuse requests that aren't encrypted on their way."""

from collections.abc import Iterator
from typing import Any

from policies.buckets import configured
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, parsed, read
from pricing.resource import UNKNOWN

_POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def _check(stack: Stack) -> Iterator[Result]:
    for bucket, policies in configured(stack, _POLICY):
        documents = [read(policy.inputs, "policy") for policy in policies]
        if any(_denies_plain(document) for document in documents):
            continue
        if any(document is UNKNOWN for document in documents):
            yield Undecided("policy of its BucketPolicy", bucket.urn)
        else:
            yield Finding("has no policy that denies requests without TLS", bucket.urn)


def _denies_plain(document: Any) -> bool:
    return any(
        read(statement, "Effect") == "Deny"
        and read(statement, "Principal") in ("*", {"AWS": "*"})
        and {"*", "s3:*"} & {action for action in each(read(statement, "Action")) if isinstance(action, str)}
        and str(read(statement, "Condition", "Bool", "aws:SecureTransport")).lower() == "false"
        for statement in each(read(parsed(document), "Statement"))
    )


RULE = Rule(
    name="bucket-tls",
    title="Buckets are reached over TLS alone",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("S3.5"), well_architected("SEC09-BP02")),
    remediation="Deny s3:* to everyone where aws:SecureTransport is false in the bucket's policy, or use ObjectStore.",
    field="policy of the bucket's BucketPolicy",
    check_stack=_check,
)
