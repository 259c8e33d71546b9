"""What a model may read, as plain data."""

from collections.abc import Sequence

from ...core.iam import allow, document


def model_access(partition: str, uris: Sequence[str], key_arn: str) -> str:
    """Lets a model read the objects of its folders, `uris` being s3://<bucket>/<folder>/.

    KServe looks whether the bucket is there before it lists the folder, and S3 asks the permission to list for both,
    without a prefix for the first: so that names of other objects can be listed, and none of them read. Source: S3 API
    reference, "HeadBucket", Permissions; kserve v0.20.0, python/storage.
    """
    places = [uri.removeprefix("s3://").partition("/") for uri in uris]
    buckets = list(dict.fromkeys(f"arn:{partition}:s3:::{bucket}" for bucket, _, _ in places))
    folders = list(dict.fromkeys(f"{folder}*" for _, _, folder in places))
    objects = list(dict.fromkeys(f"arn:{partition}:s3:::{bucket}/{folder}*" for bucket, _, folder in places))
    return document(
        allow("List", ["s3:ListBucket"], buckets, {"StringLikeIfExists": {"s3:prefix": folders}}),
        allow("Read", ["s3:GetObject"], objects),
        allow("Decrypt", ["kms:Decrypt"], [key_arn]),
    )
