"""Buckets, and the resources that configure them."""

from collections.abc import Iterator
from typing import Any

from policies.engine.checks import in_production
from policies.engine.frameworks import checkov, cis_aws, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import denies_plain_http, statements
from resources.index import identities
from resources.inputs import elements, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
"""A bucket, and the name that the provider gave it for a while and still accepts."""
_LOGGING = "aws:s3/bucketLogging:BucketLogging"
_LOG_DELIVERY = ("logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com")
"""The services that deliver access logs, and cannot do so under a key of KMS.

Sources: S3 user guide, "Enabling Amazon S3 server access logging"; Elastic Load Balancing user guide, "Access logs for
your Application Load Balancer".
"""
_KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
_PUBLIC_ACCESS_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_LIFECYCLE_ACTIONS = {
    "incomplete uploads": ("abortIncompleteMultipartUpload", "abortIncompleteMultipartUploadDays"),
    "old versions": ("noncurrentVersionExpiration", "noncurrentVersionExpirations"),
}
"""What ends by which field of a rule: of a BucketLifecycleConfiguration, and of the bucket itself."""


def _configurations(bucket: Resource, kind: str, stack: Stack) -> list[Resource]:
    """The resources of a kind, such as BucketVersioning, that configure a bucket, under both names of the provider."""
    module = f"aws:s3/{kind[0].lower()}{kind[1:]}"
    return stack.referrers(bucket, "bucket", f"{module}:{kind}", f"{module}V2:{kind}V2")


def _own(value: Any, *names: str) -> list[Any]:
    """What the bucket itself states, as programs from before the separate resources do.

    Each name stands for itself and its plural, by which BucketV2 has a list of the same.
    """
    found = [value]
    for name in names:
        found = [each for one in found for key in (name, f"{name}s") for each in elements(read(one, key))]
    return found


@rule(
    "bucket-lifecycle",
    "Buckets have a lifecycle",
    BUCKETS,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[security_hub("S3.13"), finops("Workload Optimization")],
    remediation="Add a BucketLifecycleConfiguration that ends incomplete uploads and expires old versions.",
    field="rules of the bucket's BucketLifecycleConfiguration",
)
def _lifecycle(bucket: Resource, stack: Stack) -> Iterator[Result]:
    lists = [read(one.inputs, "rules") for one in _configurations(bucket, "BucketLifecycleConfiguration", stack)]
    if UNKNOWN in lists:
        yield Undecided("rules of its lifecycle")
        return
    rules = [*(each for list_ in lists for each in elements(list_)), *_own(bucket.inputs, "lifecycleRule")]
    unlimited = [
        what
        for what, keys in _LIFECYCLE_ACTIONS.items()
        if not any(is_set(read(each, key)) for each in rules for key in keys)
    ]
    if unlimited:
        yield Finding(f"keeps {' and '.join(unlimited)} forever")


@rule(
    "bucket-encryption",
    "Buckets encrypt with a KMS key",
    BUCKETS,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("S3.17"), well_architected("SEC08-BP02")],
    remediation="Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and a bucket key.",
    field="rules of the bucket's encryption configuration",
)
def _encryption(bucket: Resource, stack: Stack) -> Iterator[Result]:
    # Neither S3 nor load balancers can deliver access logs to a bucket under a key of KMS.
    if is_log_target(bucket, stack):
        return
    found = [
        text(read(each, "applyServerSideEncryptionByDefault", "sseAlgorithm"))
        for one in _configurations(bucket, "BucketServerSideEncryptionConfiguration", stack)
        for each in elements(read(one.inputs, "rules"))
    ]
    by_default = ("serverSideEncryptionConfiguration", "rule", "applyServerSideEncryptionByDefault", "sseAlgorithm")
    found += map(text, _own(bucket.inputs, *by_default))
    if any(algorithm not in (*_KMS_ALGORITHMS, UNKNOWN) for algorithm in found) or not found:
        yield Finding("is not encrypted with a key of KMS")
    elif UNKNOWN in found:
        yield Undecided("rules of its encryption")


def is_log_target(bucket: Resource, stack: Stack) -> bool:
    """Whether the bucket receives access logs, or its policy lets S3 or load balancers deliver them."""
    return bool(identities(bucket) & stack.once(_log_targets)) or any(
        statement.allows
        and statement.permits("s3:putobject")
        and any(each in _LOG_DELIVERY for _, each in statement.principals())
        for policy in _configurations(bucket, "BucketPolicy", stack)
        for statement in statements(read(policy.inputs, "policy"), "policy")
    )


def _log_targets(stack: Stack) -> set[str]:
    """The buckets that logs are delivered to, by name where it is known and by URN where the deployment decides it."""
    targets: set[str] = set()
    for logging in stack.of_type(_LOGGING):
        targets.update(logging.property_dependencies.get("targetBucket", ()))
        name = text(read(logging.inputs, "targetBucket"))
        targets |= {name} if isinstance(name, str) else set()
    return targets


@rule(
    "bucket-public-access",
    "Buckets block public access",
    BUCKETS,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("S3.8"), cis_aws("2.1.4")],
    remediation="Add a BucketPublicAccessBlock of the bucket with all four switches on, or use ObjectStore.",
    field="BucketPublicAccessBlock of the bucket",
)
def _public_access(bucket: Resource, stack: Stack) -> Iterator[Result]:
    blocks = _configurations(bucket, "BucketPublicAccessBlock", stack)
    if not blocks:
        yield Finding("has no BucketPublicAccessBlock")
    for block in blocks:
        states = {switch: flag(read(block.inputs, switch)) for switch in _PUBLIC_ACCESS_SWITCHES}
        off = [switch for switch, state in states.items() if state is not True and state is not UNKNOWN]
        if off:
            yield Finding(f"its public access block leaves {', '.join(off)} off")
        for switch in [name for name, state in states.items() if state is UNKNOWN]:
            yield Undecided(f"{switch} of its public access block")


@rule(
    "bucket-tls",
    "Buckets accept only TLS",
    BUCKETS,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("S3.5"), well_architected("SEC09-BP02")],
    remediation="Deny s3:* to everyone where aws:SecureTransport is false in the bucket's policy, or use ObjectStore.",
    field="policy of the bucket's BucketPolicy",
)
def _tls(bucket: Resource, stack: Stack) -> Iterator[Result]:
    documents = [read(policy.inputs, "policy") for policy in _configurations(bucket, "BucketPolicy", stack)]
    documents += elements(read(bucket.inputs, "policy"))
    known = [document for document in documents if document is not UNKNOWN]
    # Of two policies of a bucket, the last to be deployed holds.
    if not documents or not all(denies_plain_http(document, {"*", "s3:*"}) for document in known):
        yield Finding("has no policy that denies requests without TLS")
    elif UNKNOWN in documents:
        yield Undecided("policy of its BucketPolicy")


@rule(
    "bucket-versioning",
    "Buckets keep versions",
    BUCKETS,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("S3.14"), well_architected("REL09-BP01")],
    remediation="Add a BucketVersioning with status Enabled, or use ObjectStore.",
    field="versioningConfiguration of the bucket's BucketVersioning",
)
def _versioning(bucket: Resource, stack: Stack) -> Iterator[Result]:
    configurations = _configurations(bucket, "BucketVersioning", stack)
    states = [text(read(one.inputs, "versioningConfiguration", "status")) for one in configurations]
    on = [flag(each) for each in _own(bucket.inputs, "versioning", "enabled")]
    states += [each if each is UNKNOWN else "Enabled" if each else "Suspended" for each in on]
    # Of two configurations of a bucket, the last to be deployed holds.
    if any(state not in ("Enabled", UNKNOWN) for state in states) or not states:
        yield Finding("keeps no versions: what is overwritten or deleted is gone")
    elif UNKNOWN in states:
        yield Undecided("versioningConfiguration of its versioning")


@rule(
    "bucket-logs",
    "In production, buckets have access logs",
    BUCKETS,
    when=in_production,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[security_hub("S3.9"), checkov("CKV_AWS_18")],
    remediation="Add a BucketLogging to a bucket of logs, or record the bucket's requests as data events of a trail.",
    field="targetBucket of the bucket's BucketLogging",
)
def _access_logs(bucket: Resource, stack: Stack) -> Iterator[Result]:
    if (
        is_log_target(bucket, stack)
        or any(map(is_set, _own(bucket.inputs, "logging")))
        or stack.once(_records_requests)
    ):
        return
    if not _configurations(bucket, "BucketLogging", stack):
        yield Finding("has no access logs: nobody can tell who read or deleted an object")


def _records_requests(stack: Stack) -> bool:
    """Whether a trail of the stack records requests for objects, which name the same as access logs."""
    return any(
        is_set(read(trail.inputs, field))
        for trail in stack.of_type("aws:cloudtrail/trail:Trail")
        for field in ("eventSelectors", "advancedEventSelectors")
    )
