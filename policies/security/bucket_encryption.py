"""Buckets encrypt with a key of KMS; those that logs are delivered to may use S3's own."""

from collections.abc import Iterator

from policies.buckets import configured, names
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read, text
from pricing.resource import UNKNOWN

_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_ALGORITHMS = ("aws:kms", "aws:kms:dsse")


def _check(stack: Stack) -> Iterator[Result]:
    targets = set(_log_targets(stack))
    for bucket, configurations in configured(stack, _ENCRYPTION):
        if names(bucket) & targets:
            # Load balancers can't deliver under a key of KMS.
            continue
        found = [
            text(read(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm"))
            for configuration in configurations
            for rule in each(read(configuration.inputs, "rules"))
        ]
        if any(algorithm in _ALGORITHMS for algorithm in found):
            continue
        if UNKNOWN in found:
            yield Undecided("rules of its encryption", bucket.urn)
        else:
            yield Finding("is not encrypted with a key of KMS", bucket.urn)


def _log_targets(stack: Stack) -> Iterator[str]:
    """Buckets that logs are delivered to, by name where it is known and by URN where the deployment decides it."""
    for logging in stack.of(["aws:s3/bucketLogging:BucketLogging"]):
        yield from logging.property_dependencies.get("targetBucket", ())
        target = text(read(logging.inputs, "targetBucket"))
        if isinstance(target, str):
            yield target


RULE = Rule(
    name="bucket-encryption",
    title="Buckets encrypt with a key of KMS",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("S3.17"), well_architected("SEC08-BP02")),
    remediation="Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and a bucket key.",
    field="rules of the bucket's encryption configuration",
    check_stack=_check,
)
