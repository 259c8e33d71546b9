"""Buckets, and the resources that configure them."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, finops, fsbp, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import denies_plain_http
from resources.index import identities
from resources.inputs import elements, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
"""A bucket, and the name that the provider gave it for a while and still accepts."""
_LOGGING = "aws:s3/bucketLogging:BucketLogging"
_KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
_PUBLIC_ACCESS_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_LIFECYCLE_ACTIONS = {
    "abortIncompleteMultipartUpload": "incomplete uploads",
    "noncurrentVersionExpiration": "old versions",
}


def _configurations(bucket: Resource, kind: str, stack: Stack) -> list[Resource]:
    """The resources of a kind, such as BucketVersioning, that configure a bucket, under both names of the provider."""
    module = f"aws:s3/{kind[0].lower()}{kind[1:]}"
    return stack.referrers(bucket, "bucket", f"{module}:{kind}", f"{module}V2:{kind}V2")


@rule(
    "bucket-lifecycle",
    "Buckets have a lifecycle",
    BUCKETS,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[fsbp("S3.13"), finops("Workload optimization")],
    remediation="Add a BucketLifecycleConfiguration that ends incomplete uploads and expires old versions.",
    field="rules of the bucket's BucketLifecycleConfiguration",
)
def _lifecycle(bucket: Resource, stack: Stack) -> Iterator[Result]:
    lists = [read(one.inputs, "rules") for one in _configurations(bucket, "BucketLifecycleConfiguration", stack)]
    if UNKNOWN in lists:
        yield Undecided("rules of its lifecycle")
        return
    rules = [each for list_ in lists for each in elements(list_)]
    unlimited = [what for key, what in _LIFECYCLE_ACTIONS.items() if not any(is_set(read(each, key)) for each in rules)]
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
    frameworks=[fsbp("S3.17"), well_architected("SEC08-BP02")],
    remediation="Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and a bucket key.",
    field="rules of the bucket's encryption configuration",
)
def _encryption(bucket: Resource, stack: Stack) -> Iterator[Result]:
    # Load balancers cannot deliver logs to a bucket under a key of KMS.
    if identities(bucket) & stack.once(_log_targets):
        return
    found = [
        text(read(each, "applyServerSideEncryptionByDefault", "sseAlgorithm"))
        for one in _configurations(bucket, "BucketServerSideEncryptionConfiguration", stack)
        for each in elements(read(one.inputs, "rules"))
    ]
    if any(algorithm in _KMS_ALGORITHMS for algorithm in found):
        return
    if UNKNOWN in found:
        yield Undecided("rules of its encryption")
    else:
        yield Finding("is not encrypted with a key of KMS")


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
    frameworks=[fsbp("S3.8"), cis_aws("2.1.4")],
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
    frameworks=[fsbp("S3.5"), well_architected("SEC09-BP02")],
    remediation="Deny s3:* to everyone where aws:SecureTransport is false in the bucket's policy, or use ObjectStore.",
    field="policy of the bucket's BucketPolicy",
)
def _tls(bucket: Resource, stack: Stack) -> Iterator[Result]:
    documents = [read(policy.inputs, "policy") for policy in _configurations(bucket, "BucketPolicy", stack)]
    if any(denies_plain_http(document, {"*", "s3:*"}) for document in documents):
        return
    if UNKNOWN in documents:
        yield Undecided("policy of its BucketPolicy")
    else:
        yield Finding("has no policy that denies requests without TLS")


@rule(
    "bucket-versioning",
    "Buckets keep versions",
    BUCKETS,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[fsbp("S3.14"), well_architected("REL09-BP01")],
    remediation="Add a BucketVersioning with status Enabled, or use ObjectStore.",
    field="versioningConfiguration of the bucket's BucketVersioning",
)
def _versioning(bucket: Resource, stack: Stack) -> Iterator[Result]:
    configurations = _configurations(bucket, "BucketVersioning", stack)
    states = [text(read(one.inputs, "versioningConfiguration", "status")) for one in configurations]
    if "Enabled" in states:
        return
    if UNKNOWN in states:
        yield Undecided("versioningConfiguration of its versioning")
    else:
        yield Finding("keeps no versions: what is overwritten or deleted is gone")
