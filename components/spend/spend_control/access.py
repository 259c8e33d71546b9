"""What AWS's billing services, budget actions and readers of the bill may do, as plain data."""

from collections.abc import Sequence

from ...core.account import Account
from ...core.iam import Condition, Statement, allow, document, tls_only
from ...core.kms import through
from .spec import ActionKind

EXPORTERS = ("bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com")
_BUDGETS = "budgets.amazonaws.com"
_ANOMALIES = "costalerts.amazonaws.com"

EXPENSIVE = (
    "autoscaling:CreateAutoScalingGroup",
    "autoscaling:SetDesiredCapacity",
    "autoscaling:UpdateAutoScalingGroup",
    "batch:CreateComputeEnvironment",
    "batch:SubmitJob",
    "ec2:CreateFleet",
    "ec2:RequestSpotFleet",
    "ec2:RequestSpotInstances",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "eks:CreateCluster",
    "eks:CreateNodegroup",
    "eks:UpdateNodegroupConfig",
    "elasticache:CreateCacheCluster",
    "elasticache:CreateReplicationGroup",
    "elasticache:CreateServerlessCache",
    "elasticache:IncreaseReplicaCount",
    "elasticmapreduce:AddInstanceFleet",
    "elasticmapreduce:AddInstanceGroups",
    "elasticmapreduce:RunJobFlow",
    "emr-containers:StartJobRun",
    "emr-serverless:CreateApplication",
    "emr-serverless:StartJobRun",
    "kafka:CreateCluster",
    "kafka:CreateClusterV2",
    "kafka:UpdateBrokerCount",
    "rds:CreateDBCluster",
    "rds:CreateDBInstance",
    "rds:CreateDBInstanceReadReplica",
    "sagemaker:CreateApp",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
)
"""Actions that start what is billed by the hour. Source: service authorization references of the services."""


def budgets_of(account: Account) -> str:
    """The pattern of the ARNs of an account's budgets and actions, which have no region."""
    return f"arn:{account.partition}:budgets::{account.id}:*"


def _by_budgets(account: Account) -> Condition:
    return {"StringEquals": {"aws:SourceAccount": account.id}, "ArnLike": {"aws:SourceArn": budgets_of(account)}}


def _own(account: Account) -> Condition:
    return {"StringEquals": {"aws:SourceAccount": account.id}}


def topic_policy(account: Account, topic_arn: str) -> str:
    """Lets Budgets and Cost Anomaly Detection publish for this account, and nobody without TLS.

    Source: AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications" and "Creating an
    Amazon SNS topic for anomaly notifications".
    """
    return document(
        _service("BudgetsPublish", _BUDGETS, ["sns:Publish"], [topic_arn], _by_budgets(account)),
        _service("AnomaliesPublish", _ANOMALIES, ["sns:Publish"], [topic_arn], _own(account)),
        tls_only("sns:Publish", topic_arn),
    )


def topic_key_grants(account: Account) -> list[Statement]:
    """Lets both services encrypt what they publish. Sources: as of `topic_policy`."""
    use = ["kms:GenerateDataKey*", "kms:Decrypt"]
    return [
        _service("BudgetsEncrypt", _BUDGETS, use, ["*"], _by_budgets(account)),
        _service("AnomaliesEncrypt", _ANOMALIES, use, ["*"], _own(account)),
    ]


def _export_condition(account: Account) -> Condition:
    exports = [
        f"arn:{account.partition}:bcm-data-exports:us-east-1:{account.id}:export/*",
        f"arn:{account.partition}:cur:us-east-1:{account.id}:definition/*",
    ]
    return {"StringEquals": {"aws:SourceAccount": account.id}, "ArnLike": {"aws:SourceArn": exports}}


def export_delivery(account: Account, bucket: str) -> list[Statement]:
    """Lets Data Exports write to the bucket and read its policy, for exports of this account.

    Without it, AWS refuses the export. Source: Data Exports user guide, "Setting up an Amazon S3 bucket for data
    exports".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    condition = _export_condition(account)
    return [
        _service("ExportsWrite", list(EXPORTERS), ["s3:PutObject"], [f"{arn}/*"], condition),
        _service("ExportsCheckPolicy", list(EXPORTERS), ["s3:GetBucketPolicy"], [arn], condition),
    ]


def export_key_grants(account: Account) -> list[Statement]:
    """Lets Data Exports encrypt what it writes: S3 asks KMS for a data key in the name of the writer.

    Source: S3 user guide, "Using server-side encryption with AWS KMS keys", permissions of an upload.
    """
    use = ["kms:GenerateDataKey*", "kms:Decrypt"]
    return [_service("ExportsEncrypt", list(EXPORTERS), use, ["*"], _export_condition(account))]


def capacity_denial() -> str:
    """Denies to start machines, jobs and stores. What runs goes on."""
    return document({"Sid": "DenyNewCapacity", "Effect": "Deny", "Action": list(EXPENSIVE), "Resource": "*"})


def action_trust(account: Account) -> str:
    """Lets AWS Budgets assume a role for budgets of this account.

    Source: AWS Cost Management user guide, "Setting up a role for AWS Budgets to run budget actions".
    """
    trusted = _service("Budgets", _BUDGETS, ["sts:AssumeRole"], [], _by_budgets(account))
    return document({key: value for key, value in trusted.items() if key != "Resource"})


def action_access(account: Account, kind: ActionKind, targets: Sequence[str], policy_arn: str) -> str:
    """What an action's role may do: attach and detach one policy, or stop the named instances.

    Source: AWS Cost Management user guide, "Allow AWS Budgets to apply IAM policies and SCPs and target EC2 and RDS
    instances".
    """
    if kind is ActionKind.DENY_CAPACITY:
        # A role's path is a part of its ARN, and not of its name.
        roles = f"arn:{account.partition}:iam::{account.id}:role"
        arns = [f"{roles}/{path}{target}" for target in targets for path in ("", "*/")]
        condition = {"ArnEquals": {"iam:PolicyARN": policy_arn}}
        return document(allow("Attach", ["iam:AttachRolePolicy", "iam:DetachRolePolicy"], arns, condition))
    if kind is ActionKind.STOP_INSTANCES:
        service, stop, look = "ec2", ["ec2:StopInstances"], ["ec2:DescribeInstanceStatus", "ec2:DescribeInstances"]
        arns = [account.arn("ec2", f"instance/{target}") for target in targets]
    else:
        service, stop, look = "rds", ["rds:StopDBInstance"], ["rds:DescribeDBInstances"]
        arns = [account.arn("rds", f"db:{target}") for target in targets]
    documents = {"ec2": "AWS-StopEC2Instance", "rds": "AWS-StopRdsInstance"}
    automation = f"arn:{account.partition}:ssm:{account.region}:*:automation-definition/{documents[service]}:*"
    return document(
        allow("Stop", stop, arns),
        allow("Look", look, ["*"]),
        allow(
            "Automate",
            ["ssm:StartAutomationExecution"],
            [automation, account.arn("ssm", "automation-execution/*")],
        ),
    )


def reader_access(
    account: Account,
    *,
    bucket: str,
    key_arn: str,
    database: str,
    tables: Sequence[str],
    workgroup: str,
    folders: Sequence[str],
    results: str,
) -> str:
    """Lets a finance partner query the table and views of the bill in one workgroup, and nothing else.

    `folders` are those of exports, and `results` is that of query results. Source: Athena user guide, "Fine-grained
    access to databases and tables" and "Control access to Amazon S3 from Athena".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    catalog = [account.arn("glue", "catalog"), account.arn("glue", f"database/{database}")]
    query = ["StartQueryExecution", "StopQueryExecution", "GetQueryExecution", "GetQueryResults", "GetWorkGroup"]
    read = ["GetDatabase", "GetDatabases", "GetTable", "GetTables", "GetPartition", "GetPartitions"]
    prefixes = {"StringLike": {"s3:prefix": [f"{folder}/*" for folder in (*folders, results)]}}
    write = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    return document(
        allow("Query", [f"athena:{each}" for each in query], [account.arn("athena", f"workgroup/{workgroup}")]),
        allow(
            "Catalog",
            [f"glue:{each}" for each in read],
            [*catalog, *(account.arn("glue", f"table/{database}/{table}") for table in tables)],
        ),
        allow("Find", ["s3:GetBucketLocation"], [arn]),
        allow("List", ["s3:ListBucket"], [arn], prefixes),
        allow("Read", ["s3:GetObject"], [f"{arn}/{folder}/*" for folder in folders]),
        allow("Results", write, [f"{arn}/{results}/*"]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )


def _service(
    sid: str, service: str | list[str], actions: Sequence[str], resources: Sequence[str], condition: Condition
) -> Statement:
    return {**allow(sid, actions, resources, condition), "Principal": {"Service": service}}
