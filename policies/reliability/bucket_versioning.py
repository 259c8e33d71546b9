"""What is overwritten or deleted by mistake can be had back."""

from collections.abc import Iterator

from policies.buckets import configured
from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.resource import UNKNOWN

_VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"


def _check(stack: Stack) -> Iterator[Result]:
    for bucket, configurations in configured(stack, _VERSIONING):
        states = [text(read(each.inputs, "versioningConfiguration", "status")) for each in configurations]
        if "Enabled" in states:
            continue
        if UNKNOWN in states:
            yield Undecided("versioningConfiguration of its versioning", bucket.urn)
        else:
            yield Finding("keeps no versions: what is overwritten or deleted is gone", bucket.urn)


RULE = Rule(
    name="bucket-versioning",
    title="Buckets keep versions",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("S3.14"), well_architected("REL09-BP01")),
    remediation="Add a BucketVersioning with status Enabled, or use ObjectStore.",
    field="versioningConfiguration of the bucket's BucketVersioning",
    check_stack=_check,
)
