"""The IAM permissions of a team's workloads, as plain data."""

from collections.abc import Mapping

from ..core.account import Account
from ..core.iam import allow, document
from ..core.kms import through

READ = ("raw", "training", "models", "offline")
"""The feature store's buckets, by purpose. A team reads its own folder in each."""
WRITTEN = ("training", "models")
"""The buckets that a team writes to: training sets, artifacts of pipelines, and models."""
PIPELINES = "pipelines"
"""The subfolder with the artifacts of a team's pipelines, and the folder of the pipelines' server."""


def team_access(account: Account, folder: str, buckets: Mapping[str, str], key_arn: str) -> str:
    """Lets a team list, read and write objects below `folder`, its namespace's name, in `buckets` (by purpose).

    The permission for a bucket's key covers the whole bucket. S3 also requires the permission for the object, which
    covers only the folder. Source: Service authorization reference, "Actions, resources, and
    condition keys for Amazon S3"; S3 user guide, "Controlling access to a bucket with user policies".
    """
    arns = {purpose: f"arn:{account.partition}:s3:::{bucket}" for purpose, bucket in buckets.items()}
    mine = {"StringLike": {"s3:prefix": [f"{folder}/*"]}}
    return document(
        allow("List", ["s3:ListBucket"], list(arns.values()), mine),
        allow("Find", ["s3:GetBucketLocation"], list(arns.values())),
        allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], [f"{arns[purpose]}/{folder}/*" for purpose in READ]),
        allow(
            "Write",
            ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            [f"{arns[purpose]}/{folder}/*" for purpose in WRITTEN],
        ),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )


def pipelines_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets the pipelines' server store definitions in its own folder. It has no access to the teams' artifacts."""
    arn = f"arn:{account.partition}:s3:::{bucket}"
    return document(
        allow("List", ["s3:ListBucket"], [arn], {"StringLikeIfExists": {"s3:prefix": [f"{PIPELINES}/*", PIPELINES]}}),
        allow("Find", ["s3:GetBucketLocation"], [arn]),
        allow("Definitions", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{arn}/{PIPELINES}/*"]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )
