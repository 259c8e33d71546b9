"""LogBucket: the bucket that access logs of buckets and load balancers are written to, and can be."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pydantic import Field, field_validator

from ..core.component import Component
from ..core.ordering import after
from ..core.spec import Spec
from ..facts.names import BUCKET_PATTERN
from .bucket_policies import bucket_policy, free_bucket_name, log_delivery


class LogBucketArgs(TypedDict):
    """What a LogBucket is made from."""

    bucket: str
    """The bucket's name, unique in all of AWS."""
    retention_days: NotRequired[int]
    """Days that logs are kept."""
    deletion_protection: NotRequired[bool]
    """Whether the bucket is protected from deletion. An unprotected bucket is deleted together with its logs."""


class LogBucketSpec(Spec):
    """The checked arguments of a LogBucket."""

    bucket: str = Field(pattern=BUCKET_PATTERN, description="The bucket's name, unique in all of AWS; without dots.")
    retention_days: int = Field(default=365, ge=30, le=36_500, description="Days that logs are kept.")
    deletion_protection: bool = Field(
        default=True,
        description="Whether the bucket is protected from deletion. An unprotected bucket is deleted together with its "
        "logs.",
    )

    @field_validator("bucket")
    @classmethod
    def _not_reserved(cls, bucket: str) -> str:
        return free_bucket_name(bucket)


class LogBucket(Component[LogBucketArgs, LogBucketSpec]):
    """A private bucket whose policy lets S3 and load balancers deliver logs.

    S3's own key encrypts it, because load balancers can't write with a KMS key (Elastic Load Balancing user guide,
    "Access logs for your Application Load Balancer").
    """

    bucket_name: pulumi.Output[str]
    """The bucket's name, known once logs can be delivered."""
    bucket_arn: pulumi.Output[str]
    """The bucket's ARN."""

    def __init__(self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, LogBucketArgs, LogBucketSpec, opts)
        spec = self._spec
        child = pulumi.ResourceOptions(parent=self)
        account = self._account
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=spec.bucket,
            # Logs come as long as anything lives: it would never be empty, and a stack never destroyed.
            force_destroy=not spec.deletion_protection,
            opts=pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
        )
        default: Any = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", bucket=bucket.id, rules=[default], opts=child
        )
        aws.s3.BucketVersioning(
            f"{name}-versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        rule: Any = {
            "id": "expire",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": spec.retention_days},
            "noncurrent_version_expiration": {"noncurrent_days": 7},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        }
        aws.s3.BucketLifecycleConfiguration(f"{name}-lifecycle", bucket=bucket.id, rules=[rule], opts=child)
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
            policy=bucket_policy(account.partition, spec.bucket, *log_delivery(account, spec.bucket)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[blocked]),
        )
        self.bucket_name = after(bucket.id, policy)
        self.bucket_arn = bucket.arn
        self._publish()
