"""What jobs, schedules and submitters may do in AWS, as plain data."""

import re
from collections.abc import Sequence

from ...core.account import Account
from ...core.iam import Statement, allow, document
from ...core.kms import through
from ...facts.batch import share_identifier
from .job_spec import DEFAULT_USER, BatchJobSpec

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_TEAM = "aws:ResourceTag/team"
_REPOSITORY = re.compile(r"([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")


def job_access(account: Account, job: BatchJobSpec, training: str, models: str, key_arn: str) -> str:
    """Lets a job read and write its own folder in both buckets, and read further folders of training data.

    Source: Service authorization reference, "Actions, resources, and condition keys for Amazon S3".
    """
    own = f"{job.own_folder}/*"
    arns = [f"arn:{account.partition}:s3:::{bucket}" for bucket in (training, models)]
    read = [f"{folder}/*" for folder in job.read_folders]
    statements = [
        allow("ListOwn", ["s3:ListBucket"], arns, {"StringLike": {"s3:prefix": [own]}}),
        allow("UseOwn", _OBJECTS, [f"{arn}/{own}" for arn in arns]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    ]
    if read:
        statements += [
            allow("ListFurther", ["s3:ListBucket"], arns[:1], {"StringLike": {"s3:prefix": read}}),
            allow("ReadFurther", ["s3:GetObject"], [f"{arns[0]}/{folder}" for folder in read]),
        ]
    return document(*statements)


def execution_access(account: Account, log_group: str, images: Sequence[str]) -> str:
    """Lets the ECS agent pull the jobs' images and write their logs.

    Source: AWS Batch user guide, "Batch IAM execution role"; logs go to a group that exists.
    """
    logs = account.arn("logs", f"log-group:{log_group}:log-stream:*")
    statements: list[Statement] = [allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [logs])]
    found = sorted({match.groups() for image in images if (match := _REPOSITORY.match(image))})
    if found:
        repositories = [
            f"arn:{account.partition}:ecr:{region}:{owner}:repository/{repository}"
            for owner, region, repository in found
        ]
        statements += [
            allow("SignIn", ["ecr:GetAuthorizationToken"], ["*"]),
            allow("Pull", _PULL, repositories),
        ]
    return document(*statements)


def definition_arns(account: Account, names: Sequence[str]) -> list[str]:
    """The ARNs of job definitions and of all their revisions."""
    return [account.arn("batch", f"job-definition/{name}{suffix}") for name in names for suffix in ("", ":*")]


def queue_arn(account: Account, name: str) -> str:
    """The ARN of a job queue."""
    return account.arn("batch", f"job-queue/{name}")


def submit_access(
    account: Account,
    team: str,
    queues: Sequence[str],
    definitions: Sequence[str],
    roles: Sequence[str],
    users: Sequence[str],
) -> str:
    """Lets its holder submit a team's jobs for the team's share, stop those with the team's tag, and look at jobs.

    It may also register variants of the definitions, `<definition>_<suffix>`, with the roles of the team's jobs, but
    without privileged containers, and only with the default user or one of `users`. A definition that states no user
    is denied, because the image's own may be root. AWS Batch has no resource-level permissions for looking at jobs.
    Sources: Service authorization reference, "Actions, resources, and condition keys for AWS Batch"; AWS Batch user
    guide, "Restrict to POSIX user, Docker image, privilege level, and role on job submission".
    """
    unprivileged = {
        "Bool": {"batch:Privileged": "false"},
        "StringEquals": {"batch:User": sorted({DEFAULT_USER, *users})},
    }
    variants = [account.arn("batch", f"job-definition/{name}_*") for name in definitions]
    submit = _submit(account, team, queues, definitions)
    return document(
        {**submit, "Resource": [*submit["Resource"], *variants]},
        allow("Register", ["batch:RegisterJobDefinition"], variants, unprivileged),
        allow("Tag", ["batch:TagResource"], variants),
        _tag_jobs(account, team),
        allow("Stop", ["batch:TerminateJob"], [account.arn("batch", "job/*")], {"StringEquals": {_TEAM: team}}),
        allow(
            "PassRoles",
            ["iam:PassRole"],
            roles,
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        allow("Look", ["batch:DescribeJobs", "batch:DescribeJobDefinitions", "batch:ListJobs"], ["*"]),
    )


def schedule_access(account: Account, team: str, queue: str, definition: str, dead_letters: str) -> str:
    """Lets EventBridge Scheduler submit a job, and send a submission that failed to the queue `dead_letters`.

    Source: EventBridge Scheduler user guide, "Setting up" and "Configuring a dead-letter queue".
    """
    return document(
        _submit(account, team, [queue], [definition]),
        _tag_jobs(account, team),
        allow("KeepFailedSubmissions", ["sqs:SendMessage"], [dead_letters]),
    )


def _tag_jobs(account: Account, team: str) -> Statement:
    """Lets its holder give the team's tag to a new job or one of the team's, but to no job of another team."""
    condition = {"StringEquals": {"aws:RequestTag/team": team}, "StringEqualsIfExists": {_TEAM: team}}
    return allow("TagJobs", ["batch:TagResource"], [account.arn("batch", "job/*")], condition)


def _submit(account: Account, team: str, queues: Sequence[str], definitions: Sequence[str]) -> Statement:
    resources = [*(queue_arn(account, queue) for queue in queues), *definition_arns(account, definitions)]
    return allow(
        "Submit", ["batch:SubmitJob"], resources, {"StringEquals": {"batch:ShareIdentifier": share_identifier(team)}}
    )
