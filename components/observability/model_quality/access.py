"""What the collector and the job may do in S3, as plain data."""

from collections.abc import Sequence

from ...core.account import Account
from ...core.iam import allow, document
from ...core.kms import through

PREDICTIONS, REPORTS, LATEST = "predictions/", "reports/", "latest.json"
"""The folders of the bucket, and the newest report of a model, as `workers/model_quality/settings.py` names them."""


def collector_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets the collector write predictions, which it may not read, and read the newest report of each model.

    It may list reports, because otherwise S3 answers AccessDenied for a report that does not exist yet. Source: S3 API
    reference, "GetObject", Permissions.
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    reports = {"StringLikeIfExists": {"s3:prefix": [f"{REPORTS}*"]}}
    return document(
        allow("WritePredictions", ["s3:PutObject"], [f"{arn}/{PREDICTIONS}*"]),
        allow("ReadNewestReports", ["s3:GetObject"], [f"{arn}/{REPORTS}*/{LATEST}"]),
        allow("FindReports", ["s3:ListBucket"], [arn], reports),
        allow("Key", ["kms:GenerateDataKey", "kms:Decrypt"], [key_arn], through(account, "s3")),
    )


def job_access(account: Account, bucket: str, key_arn: str, references: Sequence[str]) -> str:
    """Lets the job read predictions and the training data, and write reports. `references` are addresses in S3."""
    arn = f"arn:{account.partition}:s3:::{bucket}"
    statements = [
        allow("ReadPredictions", ["s3:GetObject"], [f"{arn}/{PREDICTIONS}*"]),
        allow("Reports", ["s3:GetObject", "s3:PutObject"], [f"{arn}/{REPORTS}*"]),
        allow(
            "FindPredictions",
            ["s3:ListBucket"],
            [arn],
            {"StringLikeIfExists": {"s3:prefix": [f"{PREDICTIONS}*", f"{REPORTS}*"]}},
        ),
        allow("Key", ["kms:GenerateDataKey", "kms:Decrypt"], [key_arn], through(account, "s3")),
    ]
    if references:
        places = [each.removeprefix("s3://").partition("/") for each in references]
        objects = [f"arn:{account.partition}:s3:::{name}/{key}{_all(key)}" for name, _, key in places]
        buckets = list(dict.fromkeys(f"arn:{account.partition}:s3:::{name}" for name, _, _ in places))
        prefixes = list(dict.fromkeys(f"{key}{_all(key)}" for _, _, key in places))
        statements += [
            allow("ReadTrainingData", ["s3:GetObject"], objects),
            allow("FindTrainingData", ["s3:ListBucket"], buckets, {"StringLike": {"s3:prefix": prefixes}}),
        ]
    return document(*statements)


def _all(key: str) -> str:
    """Everything in a folder; nothing behind the key of an object."""
    return "*" if key.endswith("/") else ""
