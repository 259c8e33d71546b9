"""Cases of the rules in policies/cloudtrail.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

TRAIL = "aws:cloudtrail/trail:Trail"
EVERYWHERE = {"isMultiRegionTrail": True, "includeGlobalServiceEvents": True}


def trail(**inputs: Any) -> Resource:
    return make(TRAIL, inputs)


def locked(**retention: Any) -> tuple[Resource, ...]:
    bucket = make("aws:s3/bucket:Bucket", {"bucket": "trail"}, name="bucket")
    lock = make(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        {"bucket": UNKNOWN, "rule": {"defaultRetention": retention}},
        name="lock",
        refers={"bucket": [bucket]},
    )
    return bucket, lock, make(TRAIL, {"s3BucketName": UNKNOWN}, refers={"s3BucketName": [bucket]})


OPEN = tuple(each for each in locked() if each.name != "lock")
ONE_REGION = "records one region only"
SOON_GONE = "writes to a bucket whose files can be deleted at once"

CASES = [
    passes("trail-all-regions", trail(**EVERYWHERE)),
    passes("trail-all-regions", trail(isMultiRegionTrail=True)),
    fails("trail-all-regions", trail(), found=ONE_REGION, kind="absent"),
    fails("trail-all-regions", trail(isMultiRegionTrail=False), found=ONE_REGION),
    fails(
        "trail-all-regions",
        trail(isMultiRegionTrail=True, includeGlobalServiceEvents=False),
        found="leaves out global services",
    ),
    unknown("trail-all-regions", trail(isMultiRegionTrail=UNKNOWN), undecided="isMultiRegionTrail"),
    unknown(
        "trail-all-regions",
        trail(isMultiRegionTrail=True, includeGlobalServiceEvents=UNKNOWN),
        undecided="includeGlobalServiceEvents",
    ),
    passes("trail-validation", trail(enableLogFileValidation=True)),
    fails("trail-validation", trail(enableLogFileValidation=False), found="does not sign its files"),
    fails("trail-validation", trail(), found="does not sign its files", kind="absent"),
    unknown("trail-validation", trail(enableLogFileValidation=UNKNOWN), undecided="enableLogFileValidation"),
    passes("trail-encryption", trail(kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/a")),
    passes("trail-encryption", trail(kmsKeyId=UNKNOWN), kind="unknown"),
    fails("trail-encryption", trail(kmsKeyId=""), found="a key of S3 only"),
    fails("trail-encryption", trail(), found="a key of S3 only", kind="absent"),
    passes("trail-logging", trail(enableLogging=True)),
    passes("trail-logging", trail(), kind="absent"),
    fails("trail-logging", trail(enableLogging=False), found="records nothing"),
    unknown("trail-logging", trail(enableLogging=UNKNOWN), undecided="enableLogging"),
    passes("trail-lock", *locked(mode="GOVERNANCE", days=90)),
    passes("trail-lock", *locked(mode="COMPLIANCE", years=1)),
    passes("trail-lock", *OPEN, environment=EnvironmentKind.STAGING),
    passes("trail-lock", trail(s3BucketName="of-another-account")),
    fails("trail-lock", *OPEN, found=SOON_GONE, kind="absent"),
    fails("trail-lock", *locked(mode="GOVERNANCE"), found=SOON_GONE),
    unknown("trail-lock", *locked(mode="GOVERNANCE", days=UNKNOWN), undecided="rule of the bucket's object lock"),
]
