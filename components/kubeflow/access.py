"""What a team's workloads may do in AWS, as plain data."""

from collections.abc import Mapping

from ..core.account import Account
from ..core.iam import allow, document
from ..facts.regions import dns_suffix

READ = ("raw", "training", "models", "offline")
"""The feature store's buckets, by purpose; a team reads its own folder of each."""
WRITTEN = ("training", "models")
"""Where it keeps what it makes: training sets and artifacts of pipelines, and models."""
PIPELINES = "pipelines"
"""The folder of a team's folder in which its pipelines leave their artifacts, and that of the pipelines' server."""


def team_access(account: Account, folder: str, buckets: Mapping[str, str], key_arn: str) -> str:
    """Lets a team list, read and write below `folder`, its namespace's name, in `buckets`, which are by purpose.

    A bucket's key covers all of the bucket, so that a folder can't be told by it; S3 asks for both permissions, and
    that for the object is for the folder alone. Source: Service authorization reference, "Actions, resources, and
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
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], _through_s3(account)),
    )


def pipelines_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets the server of pipelines keep their definitions in a folder of its own; artifacts are the teams' alone."""
    arn = f"arn:{account.partition}:s3:::{bucket}"
    return document(
        allow("List", ["s3:ListBucket"], [arn], {"StringLikeIfExists": {"s3:prefix": [f"{PIPELINES}/*", PIPELINES]}}),
        allow("Find", ["s3:GetBucketLocation"], [arn]),
        allow("Definitions", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{arn}/{PIPELINES}/*"]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], _through_s3(account)),
    )


def _through_s3(account: Account) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"kms:ViaService": f"s3.{account.region}.{dns_suffix(account.region)}"}}
