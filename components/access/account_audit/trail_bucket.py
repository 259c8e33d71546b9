"""The bucket of a trail's log files, which nobody can delete while they are locked."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from .access import trail_bucket_policy
from .spec import AccountAuditSpec


@dataclass(frozen=True, slots=True)
class TrailBucket:
    """The bucket, and its policy, which CloudTrail checks when it makes a trail."""

    bucket: aws.s3.Bucket
    policy: aws.s3.BucketPolicy


def trail_bucket(
    name: str,
    spec: AccountAuditSpec,
    account: Account,
    key: aws.kms.Key,
    log_bucket: pulumi.Input[str],
    parent: pulumi.Resource,
) -> TrailBucket:
    """A private, encrypted bucket with versions and S3 Object Lock, whose files expire."""
    child = pulumi.ResourceOptions(parent=parent)
    title = spec.trail_bucket(account.id)
    bucket = aws.s3.Bucket(
        f"{name}-bucket",
        bucket=title,
        object_lock_enabled=True,
        # CloudTrail writes until the trail is deleted. In governance mode the provider bypasses the locks.
        force_destroy=not spec.deletion_protection,
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
    )
    versioning = aws.s3.BucketVersioning(
        f"{name}-versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
    )
    default = {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}
    encryption: Any = {"apply_server_side_encryption_by_default": default, "bucket_key_enabled": True}
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption", bucket=bucket.id, rules=[encryption], opts=child
    )
    aws.s3.BucketObjectLockConfiguration(
        f"{name}-lock",
        bucket=bucket.id,
        rule={"default_retention": {"mode": spec.trail.lock_mode.upper(), "days": spec.trail.lock_days}},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[versioning]),
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
    )
    aws.s3.BucketLogging(
        f"{name}-logging", bucket=bucket.id, target_bucket=log_bucket, target_prefix=f"s3/{title}/", opts=child
    )
    rule: Any = {
        "id": "expire",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": spec.trail.retention_days},
        "noncurrent_version_expiration": {"noncurrent_days": 1},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.id,
        rules=[rule],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[versioning]),
    )
    blocked = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    policy = aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.id,
        policy=trail_bucket_policy(account, title, spec.name),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[blocked]),
    )
    return TrailBucket(bucket, policy)
