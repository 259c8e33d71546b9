"""The IAM permissions of a team's jobs, as plain data."""

from collections.abc import Mapping, Sequence

from ...core.account import Account
from ...core.iam import allow, document
from ...core.kms import through

READ = ("raw", "offline")
"""The feature store's buckets, by purpose, that all jobs read."""
WRITTEN = ("training", "models")
"""The buckets in which jobs read and write the team's folders."""


def job_access(account: Account, folders: Sequence[str], buckets: Mapping[str, str], key_arn: str) -> str:
    """Lets a team's jobs read raw data and offline features, and read and write the team's folders elsewhere.

    Training sets are the work of one team, and can have columns that another team may not see.

    Source: Service authorization reference, "Actions, resources, and condition keys for Amazon S3"; S3 user guide,
    "Using server-side encryption with AWS KMS keys", Permissions.
    """
    arns = {purpose: f"arn:{account.partition}:s3:::{bucket}" for purpose, bucket in buckets.items()}
    own = [f"{arns[purpose]}/{folder}/*" for purpose in WRITTEN for folder in folders]
    listed = {"StringLike": {"s3:prefix": [f"{folder}/*" for folder in folders]}}
    return document(
        allow("ListData", ["s3:ListBucket"], [arns[purpose] for purpose in READ]),
        allow("ListOwn", ["s3:ListBucket"], [arns[purpose] for purpose in WRITTEN], listed),
        allow("Find", ["s3:GetBucketLocation"], list(arns.values())),
        allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], [*(f"{arns[purpose]}/*" for purpose in READ), *own]),
        allow(
            "Write",
            ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            own,
        ),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )
