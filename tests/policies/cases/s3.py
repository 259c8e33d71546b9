"""Cases of the rules in policies/s3.py."""

import json

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

TRAIL = "aws:cloudtrail/trail:Trail"
SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
ABORT = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
OLD = {"noncurrentVersionExpiration": {"noncurrentDays": 30}}
BUCKET = make("aws:s3/bucket:Bucket", {"bucket": "models"}, name="models")


def about(resource_type: str, **inputs: object) -> Resource:
    return make(resource_type, {"bucket": "models", **inputs}, name="models", refers={"bucket": [BUCKET]})


def by_name(resource_type: str, **inputs: object) -> Resource:
    return make(resource_type, {"bucket": "models", **inputs}, name="models")


def block(**switches: object) -> Resource:
    return about("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", **dict.fromkeys(SWITCHES, True) | switches)


def policy(document: object) -> Resource:
    return about("aws:s3/bucketPolicy:BucketPolicy", policy=document)


def denying(principal: object, transport: object, action: str = "s3:*") -> str:
    condition = {"Bool": {"aws:SecureTransport": transport}}
    statement = {"Effect": "Deny", "Principal": principal, "Action": action, "Resource": "*", "Condition": condition}
    return json.dumps({"Statement": [statement]})


def letting(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:PutObject", "Resource": "*"}
    return json.dumps({"Statement": [statement]})


def encryption(algorithm: object) -> Resource:
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}
    kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    return about(kind, rules=[rule])


def lifecycle(rules: object) -> Resource:
    return about("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", rules=rules)


def versioning(status: object) -> Resource:
    return about("aws:s3/bucketVersioning:BucketVersioning", versioningConfiguration={"status": status})


def old_style(**inputs: object) -> Resource:
    """A bucket of a program that states everything on the bucket itself."""
    return make("aws:s3/bucket:Bucket", {"bucket": "models", **inputs}, name="models")


def old_v2(**inputs: object) -> Resource:
    """The same under the name that had lists of everything."""
    return make("aws:s3/bucketV2:BucketV2", {"bucket": "models", **inputs}, name="models")


KMS, AES = {"sseAlgorithm": "aws:kms"}, {"sseAlgorithm": "AES256"}
LIMITED = {"enabled": True, "abortIncompleteMultipartUploadDays": 7, "noncurrentVersionExpiration": {"days": 30}}

CASES = [
    passes("bucket-lifecycle", old_style(lifecycleRules=[LIMITED])),
    passes("bucket-lifecycle", old_v2(lifecycleRules=[LIMITED | {"noncurrentVersionExpirations": [{"days": 30}]}])),
    fails("bucket-lifecycle", old_style(lifecycleRules=[{"enabled": True}]), found="keeps incomplete uploads"),
    passes(
        "bucket-encryption",
        old_style(serverSideEncryptionConfiguration={"rule": {"applyServerSideEncryptionByDefault": KMS}}),
    ),
    passes(
        "bucket-encryption",
        old_v2(serverSideEncryptionConfigurations=[{"rules": [{"applyServerSideEncryptionByDefaults": [KMS]}]}]),
    ),
    fails(
        "bucket-encryption",
        old_style(
            serverSideEncryptionConfiguration={
                "rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
            }
        ),
        found="is not encrypted with a key of KMS",
    ),
    unknown(
        "bucket-encryption",
        old_style(serverSideEncryptionConfiguration=UNKNOWN),
        undecided="rules of its encryption",
    ),
    passes("bucket-tls", old_style(policy=denying("*", "false"))),
    fails("bucket-tls", old_style(policy=denying("*", "true")), found="denies requests without TLS"),
    passes("bucket-versioning", old_style(versioning={"enabled": True})),
    passes("bucket-versioning", old_v2(versionings=[{"enabled": True}])),
    fails("bucket-versioning", old_style(versioning={"enabled": False}), found="keeps no versions"),
    unknown(
        "bucket-versioning",
        old_style(versioning={"enabled": UNKNOWN}),
        undecided="versioningConfiguration of its versioning",
    ),
    passes("bucket-logs", old_v2(loggings=[{"targetBucket": "logs"}])),
    passes("bucket-lifecycle", BUCKET, lifecycle([ABORT, OLD])),
    passes("bucket-lifecycle", BUCKET, lifecycle([{**ABORT, **OLD}])),
    fails("bucket-lifecycle", BUCKET, lifecycle([ABORT]), found="keeps old versions forever"),
    fails("bucket-lifecycle", BUCKET, kind="absent", found="keeps incomplete uploads and old versions forever"),
    unknown("bucket-lifecycle", BUCKET, lifecycle(UNKNOWN), undecided="rules of its lifecycle"),
    passes("bucket-encryption", BUCKET, encryption("aws:kms")),
    passes(
        "bucket-encryption",
        BUCKET,
        encryption("AES256"),
        make("aws:s3/bucketLogging:BucketLogging", {"bucket": "raw", "targetBucket": "models"}),
    ),
    passes(
        "bucket-encryption",
        BUCKET,
        encryption("AES256"),
        make("aws:s3/bucketLogging:BucketLogging", {"targetBucket": UNKNOWN}, refers={"targetBucket": [BUCKET]}),
    ),
    # A bucket for logs may be there before anything delivers to it.
    passes("bucket-encryption", BUCKET, encryption("AES256"), policy(letting("logging.s3.amazonaws.com"))),
    passes(
        "bucket-encryption",
        BUCKET,
        encryption("AES256"),
        policy(letting("logdelivery.elasticloadbalancing.amazonaws.com")),
    ),
    # A trail can write under a key of KMS (CloudTrail user guide, "Encrypting CloudTrail log files with AWS KMS keys").
    fails(
        "bucket-encryption",
        BUCKET,
        encryption("AES256"),
        policy(letting("cloudtrail.amazonaws.com")),
        found="is not encrypted with a key of KMS",
    ),
    fails("bucket-encryption", BUCKET, encryption("AES256"), found="is not encrypted with a key of KMS"),
    fails(
        "bucket-encryption", BUCKET, encryption("aws:kms"), encryption("AES256"), found="is not encrypted with a key"
    ),
    fails("bucket-encryption", BUCKET, kind="absent", found="is not encrypted with a key of KMS"),
    unknown("bucket-encryption", BUCKET, encryption(UNKNOWN), undecided="rules of its encryption"),
    passes("bucket-public-access", BUCKET, block()),
    passes(
        "bucket-public-access",
        BUCKET,
        by_name("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", **dict.fromkeys(SWITCHES, True)),
    ),
    fails("bucket-public-access", BUCKET, block(blockPublicPolicy=False), found="leaves blockPublicPolicy off"),
    fails("bucket-public-access", BUCKET, kind="absent", found="has no BucketPublicAccessBlock"),
    unknown(
        "bucket-public-access",
        BUCKET,
        block(ignorePublicAcls=UNKNOWN),
        undecided="ignorePublicAcls of its public access block",
    ),
    passes("bucket-tls", BUCKET, policy(denying("*", "false"))),
    passes("bucket-tls", BUCKET, policy(denying({"AWS": "*"}, False))),
    fails("bucket-tls", BUCKET, policy(denying("*", "false", "s3:GetObject")), found="denies requests"),
    fails("bucket-tls", make("aws:s3/bucketV2:BucketV2", {"bucket": "raw"}), found="denies requests"),
    fails("bucket-tls", BUCKET, policy(denying("arn:aws:iam::123456789012:root", "false")), found="denies requests"),
    fails("bucket-tls", BUCKET, policy(denying("*", "true")), found="has no policy that denies requests without TLS"),
    fails("bucket-tls", BUCKET, kind="absent", found="has no policy that denies requests without TLS"),
    unknown("bucket-tls", BUCKET, policy(UNKNOWN), undecided="policy of its BucketPolicy"),
    fails("bucket-tls", BUCKET, policy(denying("*", "false").replace("Deny", "Allow")), found="denies requests"),
    fails("bucket-versioning", make("aws:s3/bucketV2:BucketV2", {"bucket": "raw"}), found="keeps no versions"),
    passes(
        "bucket-versioning",
        make("aws:s3/bucketV2:BucketV2", {"bucket": "raw"}),
        make(
            "aws:s3/bucketVersioningV2:BucketVersioningV2",
            {"bucket": "raw", "versioningConfiguration": {"status": "Enabled"}},
        ),
    ),
    passes("bucket-versioning", BUCKET, versioning("Enabled")),
    fails("bucket-versioning", BUCKET, versioning("Suspended"), found="keeps no versions"),
    fails("bucket-versioning", BUCKET, versioning("Enabled"), versioning("Suspended"), found="keeps no versions"),
    fails("bucket-versioning", BUCKET, kind="absent", found="keeps no versions"),
    unknown("bucket-versioning", BUCKET, versioning(UNKNOWN), undecided="versioningConfiguration of its versioning"),
    passes("bucket-logs", BUCKET, about("aws:s3/bucketLogging:BucketLogging", targetBucket="logs")),
    passes("bucket-logs", BUCKET, by_name("aws:s3/bucketLogging:BucketLogging", targetBucket=UNKNOWN), kind="unknown"),
    passes("bucket-logs", make("aws:s3/bucket:Bucket", {"logging": {"targetBucket": "logs"}})),
    passes("bucket-logs", BUCKET, make(TRAIL, {"advancedEventSelectors": [{"name": "objects"}]}, name="trail")),
    fails("bucket-logs", BUCKET, make(TRAIL, {"s3BucketName": "trail"}, name="trail"), found="has no access logs"),
    fails("bucket-logs", BUCKET, kind="absent", found="has no access logs"),
    passes("bucket-logs", BUCKET, environment=EnvironmentKind.STAGING),
    # What receives the logs of others need not log its own requests.
    passes(
        "bucket-logs",
        make("aws:s3/bucket:Bucket", {"bucket": "logs"}),
        make("aws:s3/bucketLogging:BucketLogging", {"bucket": "models", "targetBucket": "logs"}, name="models"),
    ),
]
