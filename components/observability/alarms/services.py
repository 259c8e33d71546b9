"""Alarms of queues, jobs, backups, buckets and keys.

Sources: SQS developer guide, "Available CloudWatch metrics"; EMR Serverless user guide, "Monitoring EMR Serverless
applications and jobs"; AWS Backup developer guide, "CloudWatch"; S3 user guide, "Metrics and dimensions" and "Using S3
Replication metrics"; AWS Security Blog, "Manage your AWS KMS API request rates using Service Quotas and Amazon
CloudWatch"; aws-cdk-lib, metrics of SNS.
"""

from collections.abc import Mapping

import pulumi

from ...core.metric_alarms import Metric, Missing, Watch, one
from .watches import Rated, warning

Dimensions = Mapping[str, pulumi.Input[str]]

_QUOTA_PERCENT = 80
_S3_ERROR_PERCENT = 1
_S3_REFUSED_PERCENT = 50
"""Spark and Athena ask for objects that may not exist, so some answers with 404 are usual."""
_FEWEST_OPERATIONS = 20
_COPY_HOURS = 1
"""S3 copies most objects within 15 minutes, and large ones within hours."""


def failure_queue_watch(name: str, queue: pulumi.Input[str]) -> dict[str, Rated]:
    """The watch of a queue that holds failures. SQS sends no metrics of a queue that nobody uses."""
    watch = Watch(
        one(Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue})),
        0,
        f"The queue {name} holds failures. Read each message, repeat or drop what failed, then delete the message.",
        periods=1,
        missing=Missing.FINE,
    )
    return {f"{name}-failures": warning(watch)}


def work_queue_watch(name: str, queue: pulumi.Input[str], minutes: int) -> dict[str, Rated]:
    """The watch of a queue whose messages somebody must receive."""
    watch = Watch(
        one(Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": queue})),
        minutes * 60,
        f"The oldest message of the queue {name} waits for more than {minutes} minutes. Check that its reader runs.",
        periods=1,
        missing=Missing.FINE,
    )
    return {f"{name}-age": warning(watch)}


def spark_watch(name: str, application_name: str, application: pulumi.Input[str]) -> dict[str, Rated]:
    """The watch of an application of EMR Serverless. From release 7.10 on its metrics have both dimensions."""
    dimensions = {"ApplicationId": application, "ApplicationName": application_name}
    watch = Watch(
        one(Metric("AWS/EMRServerless", "FailedJobs", dimensions)),
        0,
        f"A Spark job of {application_name} failed. Read the driver's log of the job run.",
        periods=1,
        missing=Missing.FINE,
    )
    return {f"{name}-spark-failed-jobs": warning(watch)}


def backup_watch(name: str, vault: pulumi.Input[str]) -> dict[str, Rated]:
    """The watch of a vault. AWS Backup sends a metric only when there was a job."""
    failures = ("NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired", "NumberOfCopyJobsFailed")
    metrics = {
        short: Metric("AWS/Backup", metric, {"BackupVaultName": vault})
        for short, metric in zip(("failed", "expired", "copies"), failures, strict=True)
    }
    watch = Watch(
        metrics,
        0,
        f"A backup or a copy of the vault {name} failed. Read the job's status message, and start the job again.",
        "FILL(failed, 0) + FILL(expired, 0) + FILL(copies, 0)",
        statistic="Sum",
        seconds=3600,
        periods=1,
        missing=Missing.FINE,
    )
    return {f"{name}-backups": warning(watch)}


def bucket_watch(name: str, bucket: pulumi.Input[str], metrics: pulumi.Input[str]) -> dict[str, Rated]:
    """The watch of a bucket with the request metrics `metrics`. Without these S3 sends no count of errors."""
    dimensions = {"BucketName": bucket, "FilterId": metrics}

    def share(metric: str, percent: int, why: str) -> Rated:
        read = {"errors": Metric("AWS/S3", metric, dimensions), "requests": Metric("AWS/S3", "AllRequests", dimensions)}
        expression = f"IF(requests >= {_FEWEST_OPERATIONS}, 100 * FILL(errors, 0) / requests, 0)"
        return warning(Watch(read, percent, why, expression, statistic="Sum", periods=15, missing=Missing.FINE))

    return {
        f"{name}-bucket-errors": share(
            "5xxErrors",
            _S3_ERROR_PERCENT,
            f"More than {_S3_ERROR_PERCENT}% of the requests to the bucket {name} fail in S3 for 15 minutes. Spread "
            "the requests over more prefixes, and read AWS Health.",
        ),
        f"{name}-bucket-refusals": share(
            "4xxErrors",
            _S3_REFUSED_PERCENT,
            f"S3 refuses more than {_S3_REFUSED_PERCENT}% of the requests to the bucket {name} for 15 minutes. Find "
            "the status and the caller in the access logs: 403 is a role or a key without the right, 404 a wrong name.",
        ),
    }


def replication_failures(name: str, dimensions: Dimensions) -> dict[str, Rated]:
    """The watch of copies that failed, whose metric is in the region of the bucket that is copied."""
    watch = Watch(
        one(Metric("AWS/S3", "OperationsFailedReplication", dimensions)),
        0,
        f"S3 could not copy objects of the bucket {name} to its second region, and does not try again. Check the "
        "replication role, both keys and the second bucket, then copy the objects with S3 Batch Replication.",
        statistic="Sum",
        seconds=300,
        periods=1,
        missing=Missing.FINE,
    )
    return {f"{name}-copy-failures": warning(watch)}


def replication_delays(name: str, dimensions: Dimensions) -> dict[str, Rated]:
    """The watches of late copies, whose metrics are in the region of the second bucket."""
    late = Watch(
        one(Metric("AWS/S3", "ReplicationLatency", dimensions)),
        _COPY_HOURS * 3600,
        f"The second copy of the bucket {name} is more than {_COPY_HOURS} hour behind for 15 minutes. A failure of the "
        "region would lose these objects. Look for a job that writes much at once, and read AWS Health.",
        seconds=300,
        periods=3,
        missing=Missing.FINE,
    )
    backlog = Watch(
        {"pending": Metric("AWS/S3", "BytesPendingReplication", dimensions)},
        0,
        f"The bytes of the bucket {name} that wait for their copy have grown for an hour. Check that the second bucket "
        "and its key exist, and that the replication role may use them.",
        "DIFF(pending)",
        seconds=600,
        periods=6,
        missing=Missing.FINE,
    )
    return {f"{name}-copy-delay": warning(late), f"{name}-copy-backlog": warning(backlog)}


def key_watch() -> dict[str, Rated]:
    """The watch of KMS in the account. KMS has no metric of throttled requests, so it watches the quota's use."""
    dimensions = {"Class": "None", "Resource": "CryptographicOperationsSymmetric", "Service": "KMS", "Type": "API"}
    watch = Watch(
        {"used": Metric("AWS/Usage", "CallCount", dimensions)},
        _QUOTA_PERCENT,
        f"The account uses more than {_QUOTA_PERCENT}% of the quota of cryptographic operations of KMS. Above the "
        "quota KMS throttles, and S3 and the stores answer with errors. Request a higher quota.",
        "100 * used / SERVICE_QUOTA(used)",
        statistic="Sum",
        missing=Missing.FINE,
    )
    return {"kms-quota": warning(watch)}


def delivery_watch(severity: str, topic: pulumi.Input[str]) -> Watch:
    """The watch of a topic's deliveries, for the other topic to report."""
    return Watch(
        one(Metric("AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": topic})),
        0,
        f"SNS could not deliver a {severity} message to a subscriber. Check the endpoints of its subscriptions.",
        statistic="Sum",
        seconds=300,
        periods=1,
        missing=Missing.FINE,
    )
