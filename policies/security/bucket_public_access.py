"""No bucket is open to the public, whatever its policy or its objects' lists say."""

from collections.abc import Iterator

from policies.buckets import configured
from policies.engine.frameworks import cis_aws, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, read
from pricing.resource import UNKNOWN

_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _check(stack: Stack) -> Iterator[Result]:
    for bucket, blocks in configured(stack, _BLOCK):
        if not blocks:
            yield Finding("has no BucketPublicAccessBlock", bucket.urn)
        for block in blocks:
            states = {switch: flag(read(block.inputs, switch)) for switch in _SWITCHES}
            off = [switch for switch, state in states.items() if state is not True and state is not UNKNOWN]
            if off:
                yield Finding(f"its public access block leaves {', '.join(off)} off", bucket.urn)
            for switch in [name for name, state in states.items() if state is UNKNOWN]:
                yield Undecided(f"{switch} of its public access block", bucket.urn)


RULE = Rule(
    name="bucket-public-access",
    title="Buckets block public access",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(fsbp("S3.8"), cis_aws("2.1.4")),
    remediation="Add a BucketPublicAccessBlock of the bucket with all four switches on, or use ObjectStore.",
    field="BucketPublicAccessBlock of the bucket",
    check_stack=_check,
)
