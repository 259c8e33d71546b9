"""Job definitions and submissions, as plain data."""

import json
from collections.abc import Mapping
from typing import Any

from ...core.account import Account
from ...facts.batch import share_identifier
from .access import queue_arn
from .job_spec import BatchJobSpec
from .spec import BatchQueueSpec
from .user_data import SCRATCH

SPOT_LOSS = "Host EC2*"
"""How the reason begins with which Batch tells that the machine of a job is gone.

Source: AWS Batch user guide, "Automated job retries".
"""

RETRY_RULES = (
    {"on_status_reason": SPOT_LOSS, "action": "RETRY"},
    # Without a rule that matches, Batch retries.
    {"on_reason": "*", "action": "EXIT"},
)


def container_properties(
    spec: BatchQueueSpec,
    job: BatchJobSpec,
    *,
    account: Account,
    log_group: str,
    roles: tuple[str, str],
    buckets: tuple[str, str],
) -> str:
    """The JSON of a job's container.

    Args:
        spec: The queues, whose machines decide what the job has by default.
        job: The job.
        account: The account and region.
        log_group: The group of the log.
        roles: The ARNs of the job's role and of the execution role.
        buckets: The bucket of training data and the bucket of models.
    """
    asked = {"VCPU": spec.vcpus_of(job), "MEMORY": spec.memory_of(job), "GPU": spec.gpus_of(job)}
    linux: dict[str, Any] = {"initProcessEnabled": True}
    if shared := spec.shared_memory_of(job):
        linux["sharedMemorySize"] = shared
    properties: dict[str, Any] = {
        "image": job.image,
        "jobRoleArn": roles[0],
        "executionRoleArn": roles[1],
        "user": job.user,
        "privileged": False,
        "readonlyRootFilesystem": not job.writable_root,
        "resourceRequirements": [{"type": kind, "value": str(amount)} for kind, amount in asked.items() if amount],
        "linuxParameters": linux,
        "environment": [{"name": name, "value": value} for name, value in sorted(_variables(job, buckets).items())],
        "volumes": [{"name": "scratch", "host": {"sourcePath": SCRATCH}}],
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH, "readOnly": False}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": account.region,
                "awslogs-stream-prefix": job.name,
            },
        },
    }
    if job.command:
        properties["command"] = list(job.command)
    return json.dumps(properties)


def _variables(job: BatchJobSpec, buckets: tuple[str, str]) -> Mapping[str, str]:
    training, models = (f"s3://{bucket}/{job.own_folder}/" for bucket in buckets)
    own = {"HOME": SCRATCH, "TMPDIR": SCRATCH, "TRAINING_URI": training, "MODELS_URI": models}
    if job.checkpoints:
        own["CHECKPOINTS_URI"] = f"{training}checkpoints/"
    return {**job.environment, **own}


def submission(account: Account, job: BatchJobSpec, queue: str, definition: str) -> str:
    """The request with which a schedule submits a job; without a revision, Batch takes the latest.

    A universal target of EventBridge Scheduler takes the parameters of the API in PascalCase.
    Source: EventBridge Scheduler user guide, "Using universal targets".
    """
    request: dict[str, Any] = {
        "JobName": definition,
        "JobQueue": queue_arn(account, queue),
        "JobDefinition": account.arn("batch", f"job-definition/{definition}"),
        "ShareIdentifier": share_identifier(job.team),
        "Tags": {"team": job.team},
    }
    if job.array_size:
        request["ArrayProperties"] = {"Size": job.array_size}
    return json.dumps(request)
