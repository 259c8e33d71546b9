"""What the machine, its services and its administrators may do in AWS, as plain data."""

from collections.abc import Sequence

from ..core.account import Account
from ..core.iam import Statement, allow, document
from ..core.kms import through
from ..facts.batch import share_identifier
from .settings import BUNDLE_KEY
from .spec import StarterTaskSpec

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_SESSION = (
    *("ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel"),
    *("ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"),
)
_TEAM = "aws:ResourceTag/team"
METRICS = "Starter"
"""The namespace of the machine's metrics in CloudWatch."""


def machine_access(
    account: Account,
    *,
    bucket: str,
    log_group: str,
    secrets: Sequence[str],
    own_secret: str,
    keys: Sequence[str],
    roles: Sequence[str],
) -> str:
    """The policy of the machine's role, which no container reaches.

    It reads its files and secrets, writes backups without deleting any, and may become the role of a service. Sources:
    Systems Manager user guide, "Create a custom IAM role for Session Manager"; Service authorization reference, the
    pages of S3, Secrets Manager, ECR and CloudWatch.
    """
    bucket_arn = f"arn:{account.partition}:s3:::{bucket}"
    logs = account.arn("logs", f"log-group:{log_group}")
    backups = [f"{bucket_arn}/{folder}/*" for folder in ("databases", "files", "queue")]
    ways = ["s3", "secretsmanager"]
    services = [str(through(account, way)["StringEquals"]["kms:ViaService"]) for way in ways]
    return document(
        allow("Sessions", _SESSION, ["*"]),
        allow("SessionKey", ["kms:Decrypt"], keys[:1]),
        allow("SessionLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{logs}:*"]),
        allow("FindSessionLogGroup", ["logs:DescribeLogGroups"], ["*"]),
        allow("FindSessionLogs", ["logs:DescribeLogStreams"], [f"{logs}:*", logs]),
        allow("ReadFiles", ["s3:GetObject"], [f"{bucket_arn}/{BUNDLE_KEY}", *backups]),
        allow("WriteBackups", ["s3:PutObject", "s3:AbortMultipartUpload"], backups),
        allow("ListBackups", ["s3:ListBucket"], [bucket_arn]),
        allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets),
        allow("WritePasswords", ["secretsmanager:PutSecretValue"], [own_secret]),
        allow("MakePasswords", ["secretsmanager:GetRandomPassword"], ["*"]),
        allow(
            "Keys",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            keys,
            {"StringEquals": {"kms:ViaService": services}},
        ),
        allow("SignInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
        allow("PullImages", _PULL, [account.arn("ecr", "repository/*")]),
        allow(
            "ReportBackups", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": METRICS}}
        ),
        allow("BecomeServices", ["sts:AssumeRole"], roles),
    )


def service_trust_of(machine_role_arn: str) -> str:
    """Lets the machine's role become the role of one of its services."""
    return document(
        {"Effect": "Allow", "Principal": {"AWS": machine_role_arn}, "Action": "sts:AssumeRole"},
    )


def alerts_access(account: Account, topic_arn: str, key_arn: str) -> str:
    """Lets Alertmanager publish to the topic."""
    return document(
        allow("Tell", ["sns:Publish"], [topic_arn]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "sns")),
    )


def tasks_access(account: Account, tasks: Sequence[StarterTaskSpec], bucket: str, key_arn: str) -> str:
    """Lets the worker submit the jobs of `tasks` for their teams' shares, find and terminate them, and read results.

    A job gets no other definition, queue, share or tag. Looking at jobs has no resource-level permissions. The worker
    may list the folders of results in `bucket`, because S3 otherwise answers 403 for an object that does not exist.
    Sources: Service authorization reference, "Actions, resources, and condition keys for AWS Batch"; Amazon S3 API
    reference, GetObject, "Permissions".
    """
    statements: list[Statement] = []
    for index, team in enumerate(sorted({each.team for each in tasks})):
        own = [each for each in tasks if each.team == team]
        queues = sorted({account.arn("batch", f"job-queue/{each.job_queue}") for each in own})
        names = sorted({each.job_definition for each in own})
        definitions = [account.arn("batch", f"job-definition/{name}{end}") for name in names for end in ("", ":*")]
        jobs = [account.arn("batch", "job/*")]
        share = {"StringEquals": {"batch:ShareIdentifier": share_identifier(team)}}
        tagged = {"StringEquals": {"aws:RequestTag/team": team}, "StringEqualsIfExists": {_TEAM: team}}
        statements += [
            allow(f"Submit{index}", ["batch:SubmitJob"], [*queues, *definitions], share),
            allow(f"Tag{index}", ["batch:TagResource"], jobs, tagged),
            allow(f"Stop{index}", ["batch:TerminateJob"], jobs, {"StringEquals": {_TEAM: team}}),
        ]
    if folders := sorted({f"{each.result_folder}/*" for each in tasks if each.result_folder}):
        arn = f"arn:{account.partition}:s3:::{bucket}"
        statements += [
            allow("ListResults", ["s3:ListBucket"], [arn], {"StringLike": {"s3:prefix": folders}}),
            allow("ReadResults", ["s3:GetObject"], [f"{arn}/{each}" for each in folders]),
            allow("ResultsKey", ["kms:Decrypt"], [key_arn], through(account, "s3")),
        ]
    return document(*statements, allow("Look", ["batch:DescribeJobs", "batch:ListJobs"], ["*"]))


def administer_access(account: Account, instance_arn: str, document_name: str, key_arn: str) -> str:
    """Lets its holder open a recorded shell on the machine, and end sessions of its own.

    The condition keeps out the default document, whose sessions would not be recorded here. Source: Systems Manager
    user guide, "Enforce a session document permission check for the AWS CLI".
    """
    checked = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}
    session = account.arn("ssm", "session/${aws:userid}-*")
    return document(
        allow("Start", ["ssm:StartSession"], [instance_arn], checked),
        allow("Document", ["ssm:StartSession"], [account.arn("ssm", f"document/{document_name}")]),
        allow("Own", ["ssm:ResumeSession", "ssm:TerminateSession"], [session]),
        allow("Encrypt", ["kms:GenerateDataKey"], [key_arn]),
    )


def session_document(log_group: str, key_arn: str) -> dict[str, object]:
    """The settings of administration sessions: encrypted, recorded, ended when idle.

    Source: Systems Manager user guide, "Session document schema".
    """
    return {
        "schemaVersion": "1.0",
        "description": "Recorded sessions of administrators",
        "sessionType": "Standard_Stream",
        "inputs": {
            "cloudWatchLogGroupName": log_group,
            "cloudWatchEncryptionEnabled": True,
            "cloudWatchStreamingEnabled": True,
            "s3BucketName": "",
            "s3KeyPrefix": "",
            "s3EncryptionEnabled": False,
            "kmsKeyId": key_arn,
            "idleSessionTimeout": "20",
            "maxSessionDuration": "480",
            "runAsEnabled": False,
            "runAsDefaultUser": "",
            "shellProfile": {"linux": "cd / && exec bash", "windows": ""},
        },
    }
