"""Buckets say what becomes of objects, old versions and uploads that never ended."""

from collections.abc import Iterator

from policies.buckets import configured
from policies.engine.frameworks import finops, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, given, read
from pricing.resource import UNKNOWN

_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_WANTED = {
    "abortIncompleteMultipartUpload": "incomplete uploads",
    "noncurrentVersionExpiration": "old versions",
}


def _check(stack: Stack) -> Iterator[Result]:
    for bucket, lifecycles in configured(stack, _LIFECYCLE):
        if any(read(one.inputs, "rules") is UNKNOWN for one in lifecycles):
            yield Undecided("rules of its lifecycle", bucket.urn)
            continue
        rules = [rule for one in lifecycles for rule in each(read(one.inputs, "rules"))]
        kept = [what for key, what in _WANTED.items() if not any(given(read(rule, key)) for rule in rules)]
        if kept:
            yield Finding(f"keeps {' and '.join(kept)} for ever", bucket.urn)


RULE = Rule(
    name="bucket-lifecycle",
    title="Buckets have a lifecycle",
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=(fsbp("S3.13"), finops("Workload optimization")),
    remediation="Add a BucketLifecycleConfiguration that ends incomplete uploads and expires old versions.",
    field="rules of the bucket's BucketLifecycleConfiguration",
    check_stack=_check,
)
