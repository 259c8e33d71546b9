"""What CloudTrail may do with the trail's bucket, key and log group, as plain data."""

from ...core.account import Account
from ...core.iam import Statement, allow, document
from ...data.bucket_policies import bucket_policy

_SERVICE = "cloudtrail.amazonaws.com"


def trail_arn(account: Account, name: str) -> str:
    """The ARN of a trail of the provider's region."""
    return account.arn("cloudtrail", f"trail/{name}")


def trail_bucket_policy(account: Account, bucket: str, trail: str) -> str:
    """Lets only one trail write log files, and nobody use the bucket without TLS.

    Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    own = {"aws:SourceArn": trail_arn(account, trail)}
    principal = {"Principal": {"Service": _SERVICE}}
    files = f"{arn}/AWSLogs/{account.id}/*"
    return bucket_policy(
        account.partition,
        bucket,
        {**allow("TrailChecksAcl", ["s3:GetBucketAcl"], [arn], {"StringEquals": own}), **principal},
        {
            **allow(
                "TrailWrites",
                ["s3:PutObject"],
                [files],
                {"StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"}},
            ),
            **principal,
        },
    )


def trail_key_grants(account: Account, trail: str) -> list[Statement]:
    """Lets one trail encrypt log files with the key.

    Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail".
    """
    own = {"aws:SourceArn": trail_arn(account, trail)}
    trails = f"arn:{account.partition}:cloudtrail:*:{account.id}:trail/*"
    principal = {"Principal": {"Service": _SERVICE}}
    encrypt = {"StringEquals": own, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    return [
        {**allow("TrailEncrypts", ["kms:GenerateDataKey*"], ["*"], encrypt), **principal},
        {**allow("TrailDescribes", ["kms:DescribeKey"], ["*"], {"StringEquals": own}), **principal},
    ]


def log_delivery_access(account: Account, log_group: str) -> str:
    """Lets CloudTrail write its streams of one log group.

    Source: CloudTrail user guide, "Role policy document for CloudTrail to use CloudWatch Logs for monitoring".
    """
    streams = account.arn("logs", f"log-group:{log_group}:log-stream:{account.id}_CloudTrail_*")
    return document(allow("Deliver", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams]))
