"""A job on AWS Batch: a definition of its own, its submission, its attempts and logs."""

from collections.abc import Iterator, Sequence
from typing import Any

from ..settings import SettingsError, fault
from .attempts import Attempt, Status, attempt_number
from .cloudwatch import log_lines
from .job import TrainingJob, digest, run_name, run_prefix, variables
from .platform import Platform, needed, of_team
from .request import Request

QUEUES = {False: "on-demand", True: "spot"}
RECLAIMED = "Host EC2*"
"""The reason of a job whose spot machine was reclaimed. Source: AWS Batch user guide, "Automated job retries"."""
ATTEMPTS = 5
"""Attempts of a job that AWS interrupts; a job that fails by itself is not run again."""


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Register the definition, then submit the job. The same description has the same definition.

    Raises:
        SettingsError: the job or the stack lacks what Batch needs.
    """
    needed(
        platform,
        "Batch",
        batch_queue_arns="batchQueue",
        batch_job_role_arns="batchQueue",
        batch_execution_role_arn="batchQueue",
        batch_log_group="batchQueue",
    )
    if not job.image:
        raise SettingsError("job", [fault("image", job.image, "Batch needs an image; add it")])
    if job.resources.nodes > 1:
        remedy = "a Batch job has one machine; write 1, or submit it to sagemaker or kubernetes"
        raise SettingsError("job", [fault("resources.nodes", job.resources.nodes, remedy)])
    queue = of_team(platform.batch_queue_arns, QUEUES[job.spot is not None], "batchQueueArns")
    definition = {
        "jobDefinitionName": f"{job.name}-{digest(job)}",
        "type": "container",
        "platformCapabilities": ["EC2"],
        "propagateTags": True,
        "tags": {"team": job.team},
        "containerProperties": _container(job, platform),
        "timeout": {"attemptDurationSeconds": job.timeout_minutes * 60},
        "retryStrategy": {
            "attempts": ATTEMPTS,
            "evaluateOnExit": [
                {"onStatusReason": RECLAIMED, "action": "RETRY"},
                {"onReason": "*", "action": "EXIT"},
            ],
        },
    }
    submission = {
        "jobName": run_name(job, run, attempt),
        "jobQueue": queue,
        "jobDefinition": f"{job.name}-{digest(job)}",
        "shareIdentifier": job.team.replace("-", ""),
        "tags": {"team": job.team},
    }
    return [Request("batch", "register_job_definition", definition), Request("batch", "submit_job", submission)]


def _container(job: TrainingJob, platform: Platform) -> dict[str, Any]:
    asked = job.resources
    needs = [
        {"type": "VCPU", "value": str(asked.cpus)},
        {"type": "MEMORY", "value": str(asked.memory_gib * 1024)},
        *([{"type": "GPU", "value": str(asked.gpus)}] if asked.gpus else []),
    ]
    return {
        "image": job.image,
        "command": list(job.command),
        "environment": [{"name": name, "value": value} for name, value in sorted(variables(job).items())],
        "resourceRequirements": needs,
        "jobRoleArn": of_team(platform.batch_job_role_arns, job.team, "batchJobRoleArns"),
        "executionRoleArn": platform.batch_execution_role_arn,
        "privileged": False,
        # Loaders of PyTorch share batches of data between their processes through /dev/shm; Docker gives 64 MiB.
        "linuxParameters": {"initProcessEnabled": True, "sharedMemorySize": asked.memory_gib * 512},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": platform.batch_log_group, "awslogs-stream-prefix": job.name},
        },
    }


_STATUSES = {"RUNNING": Status.RUNNING, "SUCCEEDED": Status.SUCCEEDED, "FAILED": Status.FAILED}


class BatchRunner:
    """Runs a job on Batch. Batch forgets finished jobs after a week or more.

    Source: AWS Batch API reference, ListJobs.
    """

    def __init__(self, job: TrainingJob, platform: Platform, run: str, batch: Any, logs: Any):
        self._prefix = run_prefix(job, run)
        self._queue = of_team(platform.batch_queue_arns, QUEUES[job.spot is not None], "batchQueueArns")
        self._group = platform.batch_log_group
        self._batch = batch
        self._logs = logs

    def attempts(self) -> Sequence[Attempt]:
        """The attempts that Batch lists."""
        named = [{"name": "JOB_NAME", "values": [f"{self._prefix}*"]}]
        pages = self._batch.get_paginator("list_jobs").paginate(jobQueue=self._queue, filters=named)
        return [
            Attempt(number, each["jobId"], _STATUSES.get(each["status"], Status.QUEUED), each.get("statusReason", ""))
            for page in pages
            for each in page["jobSummaryList"]
            if (number := attempt_number(each["jobName"], self._prefix)) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Register the definition and submit the job."""
        definition, submission = requests
        self._batch.register_job_definition(**definition.parameters)
        return self._batch.submit_job(**submission.parameters)["jobId"]

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the program has printed."""
        [found] = self._batch.describe_jobs(jobs=[attempt.identifier])["jobs"]
        stream = found.get("container", {}).get("logStreamName")
        if stream:
            yield from log_lines(self._logs, str(self._group), stream)
