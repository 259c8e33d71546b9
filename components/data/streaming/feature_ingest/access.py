"""What KEDA may do on the brokers, and what the job of Spark may do, as plain data.

What both engines may do with topics is the reader policy of EventStream.
"""

from collections.abc import Sequence

from ....core.account import Account
from ....core.iam import allow, document
from ....core.kms import through
from ..event_stream.access import kafka_arn


def lag_access(cluster_arn: str, topics: Sequence[str], group: str) -> str:
    """Lets KEDA compare the offsets that a group committed with the ends of its topics.

    Source: Amazon MSK developer guide, "Semantics of IAM authorization policy actions and resources" (OffsetFetch
    needs DescribeGroup; Metadata and ListOffsets need DescribeTopic).
    """
    return document(
        allow("Connect", ["kafka-cluster:Connect"], [cluster_arn]),
        allow("Topics", ["kafka-cluster:DescribeTopic"], [kafka_arn(cluster_arn, "topic", each) for each in topics]),
        allow("Group", ["kafka-cluster:DescribeGroup"], [kafka_arn(cluster_arn, "group", group)]),
    )


def work_access(account: Account, bucket: str, folder: str, key_arn: str) -> str:
    """Lets the job read its script and packages, and keep checkpoints, in one folder of a bucket."""
    arn = f"arn:{account.partition}:s3:::{bucket}"
    checkpoints = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
    return document(
        allow("ReadFolder", ["s3:GetObject"], [f"{arn}/{folder}*"]),
        allow("WriteCheckpoints", checkpoints, [f"{arn}/{folder}checkpoints/*"]),
        allow(
            "ListFolder", ["s3:ListBucket"], [arn], {"StringLike": {"s3:prefix": [f"{folder}*", folder.rstrip("/")]}}
        ),
        allow("FolderKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )


def login_access(account: Account, secret_arns: Sequence[str], key_arn: str) -> str:
    """Lets the job read Feast's logins."""
    return document(
        allow("ReadLogins", ["secretsmanager:GetSecretValue"], sorted(secret_arns)),
        allow("LoginsKey", ["kms:Decrypt"], [key_arn], through(account, "secretsmanager")),
    )


def metric_access(namespace: str) -> str:
    """Lets the job send metrics of one namespace. CloudWatch has no ARN for them.

    Source: Service Authorization Reference, "Amazon CloudWatch", PutMetricData.
    """
    only = {"StringEquals": {"cloudwatch:namespace": namespace}}
    return document(allow("SendMetrics", ["cloudwatch:PutMetricData"], ["*"], only))
