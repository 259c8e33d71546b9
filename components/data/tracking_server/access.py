"""What the tracking server may do in AWS, as plain data."""

from ...core.account import Account
from ...core.iam import allow, document
from ...core.kms import through

FOLDER = "mlflow"
"""The folder of the bucket that contains all artifacts."""


def artifacts_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets the server list, read and write its folder of the bucket, and delete nothing.

    MLflow deletes an artifact for any client. Without the permission it deletes none, and the bucket keeps the version
    that a new one replaces. Source: Service authorization reference, "Actions, resources, and condition keys
    for Amazon S3".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    return document(
        allow("List", ["s3:ListBucket"], [arn], {"StringLike": {"s3:prefix": [f"{FOLDER}/*"]}}),
        allow(
            "Artifacts",
            ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            [f"{arn}/{FOLDER}/*"],
        ),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )
