"""AWS CloudTrail: what trails record, and that nobody changes it later."""

from collections.abc import Iterator

from policies.engine.checks import SET, forbids, in_production, requires
from policies.engine.frameworks import cis_aws, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.s3 import BUCKETS
from resources.inputs import flag, number, read, text
from resources.resource import UNKNOWN, Resource

TRAIL = "aws:cloudtrail/trail:Trail"
_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


@rule(
    "trail-all-regions",
    "Trails record all regions and global services",
    TRAIL,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudTrail.1"), cis_aws("3.1"), well_architected("SEC04-BP01")],
    remediation="Set isMultiRegionTrail to true, and leave includeGlobalServiceEvents at true.",
    field="isMultiRegionTrail and includeGlobalServiceEvents",
)
def _all_regions(trail: Resource, _: Stack) -> Iterator[Result]:
    everywhere = flag(read(trail.inputs, "isMultiRegionTrail"))
    if everywhere is UNKNOWN:
        yield Undecided("isMultiRegionTrail")
    elif not everywhere:
        yield Finding("records one region only, so what is done in another one leaves no record")
    worldwide = flag(read(trail.inputs, "includeGlobalServiceEvents"))
    if worldwide is UNKNOWN:
        yield Undecided("includeGlobalServiceEvents")
    elif worldwide is False:
        yield Finding("leaves out global services such as IAM")


requires(
    TRAIL,
    "enableLogFileValidation",
    True,
    "does not sign its files, because enableLogFileValidation is {value}",
    name="trail-validation",
    title="Trails sign their log files",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudTrail.4"), well_architected("SEC04-BP02")],
    remediation="Set enableLogFileValidation to true; validate-logs of the AWS CLI then finds changed files.",
)

requires(
    TRAIL,
    "kmsKeyId",
    SET,
    "is encrypted with a key of S3 only, because kmsKeyId is absent",
    name="trail-encryption",
    title="Trails encrypt their log files with a customer key",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudTrail.2"), well_architected("SEC08-BP02")],
    remediation="Set kmsKeyId to a key whose policy lets this trail use it.",
)

forbids(
    TRAIL,
    "enableLogging",
    False,
    "records nothing, because enableLogging is false",
    name="trail-logging",
    title="Trails record",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudTrail.1"), well_architected("SEC04-BP01")],
    remediation="Remove enableLogging, or set it to true.",
)


@rule(
    "trail-lock",
    "In production, log files of trails are locked",
    TRAIL,
    when=in_production,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC04-BP02"), well_architected("SEC08-BP04")],
    remediation="Make the bucket with objectLockEnabled, and add a BucketObjectLockConfiguration with a default "
    "retention, or use AccountAudit.",
    field="defaultRetention of the bucket's BucketObjectLockConfiguration",
)
def _lock(trail: Resource, stack: Stack) -> Iterator[Result]:
    for bucket in stack.sources(trail, "s3BucketName", *BUCKETS):
        states = [
            (text(read(each.inputs, "rule", "defaultRetention", "mode")), _days(each))
            for each in stack.referrers(bucket, "bucket", _LOCK)
        ]
        if any(UNKNOWN in state for state in states):
            yield Undecided("rule of the bucket's object lock")
        elif not any(mode and days for mode, days in states):
            yield Finding("writes to a bucket whose files can be deleted at once")


def _days(lock: Resource) -> object:
    """The length of the lock in days or years; UNKNOWN, or None without one."""
    found = [number(read(lock.inputs, "rule", "defaultRetention", unit)) for unit in ("days", "years")]
    return UNKNOWN if UNKNOWN in found else next((each for each in found if each), None)
