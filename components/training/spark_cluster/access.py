"""What Spark jobs may do: IAM documents as plain data."""

from collections.abc import Mapping, Sequence

from ...core.account import Account
from ...core.iam import Statement, allow, document

SERVERLESS = "emr-serverless.amazonaws.com"
EC2 = "ec2.amazonaws.com"

_READ_OBJECTS = ("s3:GetObject",)
_WRITE_OBJECTS = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_READ_TABLES = (
    *("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
    "glue:GetUserDefinedFunctions",
)
_WRITE_TABLES = (
    *("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"),
    *("glue:CreatePartition", "glue:BatchCreatePartition", "glue:UpdatePartition"),
    *("glue:DeletePartition", "glue:BatchDeletePartition"),
)
_USE_KEY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt*", "kms:DescribeKey")


def data_access(
    account: Account, buckets: Mapping[str, str], reads: Sequence[str], writes: Sequence[str], data_key_arn: str
) -> str:
    """Reads and writes folders of the buckets, which `buckets` names by their purpose, and nothing else in them."""
    named = {purpose: f"arn:{account.partition}:s3:::{bucket}" for purpose, bucket in buckets.items()}
    folders = sorted({*reads, *writes})
    statements = [
        allow("ReadObjects", _READ_OBJECTS, _objects(named, folders)),
        *([allow("WriteObjects", _WRITE_OBJECTS, _objects(named, sorted(writes)))] if writes else []),
        *_lists(named, folders),
        allow("DataKey", ["kms:Decrypt", "kms:GenerateDataKey"], [data_key_arn]),
    ]
    return document(*statements)


def catalog_access(account: Account, database: str, *, writes: bool) -> str:
    """Reads the tables of one database, and with `writes` changes them.

    Spark reads the database `default` when it starts, and creates it where it is missing. Source: apache/spark,
    SharedState.scala.
    """
    tables = [account.arn("glue", each) for each in ("catalog", f"database/{database}", f"table/{database}/*")]
    functions = account.arn("glue", f"userDefinedFunction/{database}/*")
    default = [account.arn("glue", each) for each in ("catalog", "database/default")]
    return document(
        allow("ReadTables", _READ_TABLES, [*tables, functions]),
        *([allow("WriteTables", _WRITE_TABLES, tables)] if writes else []),
        allow("DefaultDatabase", ["glue:GetDatabase", "glue:CreateDatabase"], default),
    )


def log_access(account: Account, log_bucket: str, folder: str, key_arn: str) -> str:
    """Writes logs into one folder of the log bucket, and uses the key of logs and disks.

    Source: EMR Serverless user guide, "Storing logs" and "Encrypting logs".
    """
    return document(
        allow("WriteLogs", ["s3:PutObject"], [f"arn:{account.partition}:s3:::{log_bucket}/{folder}*"]),
        allow("LogKey", _USE_KEY, [key_arn]),
    )


def submit_access(application_arn: str, role_arn: str) -> str:
    """Lets its holder start, follow and end runs of an application with the runtime role.

    Source: Service authorization reference, "Actions, resources, and condition keys for Amazon EMR Serverless".
    """
    runs = ["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun", "emr-serverless:TagResource"]
    passed = {"StringEquals": {"iam:PassedToService": SERVERLESS}}
    return document(
        allow("Start", ["emr-serverless:StartJobRun", "emr-serverless:ListJobRuns"], [application_arn]),
        allow("Follow", runs, [f"{application_arn}/jobruns/*"]),
        allow("PassRole", ["iam:PassRole"], [role_arn], passed),
    )


def serverless_key_grant(account: Account) -> Statement:
    """Lets EMR Serverless encrypt and show the logs that it keeps for applications of the account.

    Source: EMR Serverless user guide, "Encrypting logs".
    """
    return {
        "Sid": "EmrServerlessLogs",
        "Effect": "Allow",
        "Principal": {"Service": SERVERLESS},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account.id},
            "ArnLike": {"aws:SourceArn": account.arn("emr-serverless", "/applications/*")},
        },
    }


def node_access(account: Account, certificates: str) -> str:
    """Lets nodes on EC2 read EMR's packages and the archive of certificates, an S3 address.

    Source: EMR management guide, "Service role for cluster EC2 instances" and "Providing certificates for encrypting
    data in transit".
    """
    packages = f"arn:{account.partition}:s3:::*.elasticmapreduce"
    archive = f"arn:{account.partition}:s3:::{certificates.removeprefix('s3://')}"
    return document(
        allow("ReadPackages", ["s3:GetObject", "s3:ListBucket"], [packages, f"{packages}/*"]),
        allow("ReadCertificates", ["s3:GetObject"], [archive]),
    )


def fleet_service_access(node_role_arn: str, key_arn: str) -> str:
    """Lets EMR give the nodes their role, and encrypt their disks.

    Sources: EMR management guide, "Service role for Amazon EMR" and "Encryption at rest with AWS KMS".
    """
    disks = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return document(
        allow("PassNodeRole", ["iam:PassRole"], [node_role_arn], {"StringEquals": {"iam:PassedToService": EC2}}),
        allow("EncryptDisks", [*_USE_KEY, "kms:GenerateDataKeyWithoutPlaintext"], [key_arn]),
        allow("AttachDisks", ["kms:CreateGrant"], [key_arn], disks),
    )


def _objects(buckets: Mapping[str, str], folders: Sequence[str]) -> list[str]:
    """The ARN pattern of the objects in each folder, such as raw/events/, unless another folder contains it."""
    outer = [folder for folder in folders if not any(folder != each and folder.startswith(each) for each in folders)]
    parts = [folder.partition("/") for folder in outer]
    return [f"{buckets[purpose]}/{prefix}*" for purpose, _, prefix in parts]


def _lists(buckets: Mapping[str, str], folders: Sequence[str]) -> list[Statement]:
    """Lists each bucket, where only some of its folders may be read only those."""
    found: list[Statement] = []
    for purpose, bucket in buckets.items():
        prefixes = [folder.removeprefix(f"{purpose}/") for folder in folders if folder.startswith(f"{purpose}/")]
        if prefixes:
            condition = None if "" in prefixes else {"StringLike": {"s3:prefix": [f"{each}*" for each in prefixes]}}
            found.append(allow(f"List{purpose.title()}", ["s3:ListBucket"], [bucket], condition))
    return found
