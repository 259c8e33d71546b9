"""A job on AWS Batch: a definition of its own, its submission, its attempts and logs."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.facts.batch import share_identifier

from ..settings import SettingsError, fault
from .attempts import STOPPED, Attempt, EngineError, Status, naming
from .cloudwatch import log_lines
from .job import TrainingJob, fixed_variables, run_id_of, run_name, run_variables
from .platform import Platform, found, needed
from .request import Request

RECLAIMED = "Host EC2*"
"""The reason of a job whose spot machine was reclaimed. Source: AWS Batch user guide, "Automated job retries"."""
ATTEMPTS = 5
"""Attempts of a job that AWS interrupts; a job that fails by itself is not run again."""
SCRATCH = "/scratch"
"""The folder that every machine of the stack's environments has for jobs."""
_USER = "1000:1000"
_DEFINITION_BYTES = 24 * 1024
"""The largest job definition. Source: AWS Batch user guide, "Service quotas"."""
_SERVICE = "batchQueue"


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Register the definition, then submit the job. The same description has the same definition.

    Raises:
        SettingsError: the job or the stack lacks what Batch needs.
    """
    return submissions(job, platform, run_id_of(job, run), run_name(job, run, attempt))


def submissions(job: TrainingJob, platform: Platform, run_id: str, name: str) -> list[Request]:
    """Register the definition, then submit the job with the name `name` as the run `run_id`."""
    definition = _definition(job, platform)
    submitted = Request(
        "batch",
        "submit_job",
        {
            "jobName": name,
            "jobQueue": _queue_arn(job, platform),
            "jobDefinition": definition.parameters["jobDefinitionName"],
            "shareIdentifier": share_identifier(job.team),
            "containerOverrides": {"environment": _pairs(run_variables(job, run_id))},
            "tags": {"team": job.team},
        },
    )
    return [definition, submitted]


def _queue_arn(job: TrainingJob, platform: Platform) -> str:
    """The job's queue: its own in the stack, unless the description names another.

    Raises:
        SettingsError: the stack has no such job or queue, or the description's `spot` does not fit the queue.
    """
    needed(platform, "Batch", batch_queue_arns=_SERVICE)
    kind = found(platform.batch_jobs, job.name, "name", "batchJobs")
    queue = job.queue or kind.queue
    arn = found(platform.batch_queue_arns, queue, "queue", "batchQueueArns")
    problems: list[str] = []
    if job.team != kind.team:
        remedy = f"in the stack the job {job.name} belongs to team {kind.team}; write {kind.team}"
        problems.append(fault("team", job.team, remedy))
    if (queue in platform.batch_spot_queues) != job.spot:
        others = [each for each in platform.batch_queue_arns if (each in platform.batch_spot_queues) == job.spot]
        elsewhere = f", or write one of these in queue: {', '.join(sorted(others))}" if others else ""
        has = "no spot machines; remove spot" if job.spot else "spot machines; write true"
        problems.append(fault("spot", job.spot, f"the queue {queue} has {has}{elsewhere}"))
    if problems:
        raise SettingsError("job", problems)
    return arn


def _definition(job: TrainingJob, platform: Platform) -> Request:
    needed(
        platform,
        "Batch",
        batch_job_definition_arns=_SERVICE,
        batch_job_role_arns=_SERVICE,
        batch_execution_role_arn=_SERVICE,
        batch_log_group=_SERVICE,
    )
    problems: list[str] = []
    if not job.image:
        problems.append(fault("image", job.image, "Batch needs an image; add it"))
    if job.resources.nodes > 1:
        remedy = "a Batch job has one machine; write 1, or submit the job to sagemaker or kubernetes"
        problems.append(fault("resources.nodes", job.resources.nodes, remedy))
    if problems:
        raise SettingsError("job", problems)
    definition: dict[str, Any] = {
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
                # Without a rule that matches, Batch retries.
                {"onReason": "*", "action": "EXIT"},
            ],
        },
    }
    text = json.dumps(definition, sort_keys=True).encode()
    if (size := len(text)) > _DEFINITION_BYTES:
        remedy = f"with it the definition has {size} bytes, and Batch accepts {_DEFINITION_BYTES}; use a file in S3"
        raise SettingsError("job", [fault("command and environment", "", remedy)])
    kind = found(platform.batch_job_definition_arns, job.name, "name", "batchJobDefinitionArns").rpartition("/")[2]
    # An underscore keeps it apart from the stack's own definitions, which have none: IAM can allow `<kind>_*`.
    name = f"{kind}_{hashlib.sha256(text).hexdigest()[:10]}"
    return Request("batch", "register_job_definition", {"jobDefinitionName": name, **definition})


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
        "environment": _pairs({"HOME": SCRATCH, "TMPDIR": SCRATCH, **fixed_variables(job)}),
        "resourceRequirements": needs,
        "jobRoleArn": found(platform.batch_job_role_arns, job.name, "name", "batchJobRoleArns"),
        "executionRoleArn": platform.batch_execution_role_arn,
        "user": _USER,
        "privileged": False,
        "readonlyRootFilesystem": True,
        "volumes": [{"name": "scratch", "host": {"sourcePath": SCRATCH}}],
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH, "readOnly": False}],
        # Loaders of PyTorch share batches of data between their processes through /dev/shm; Docker gives 64 MiB.
        "linuxParameters": {"initProcessEnabled": True, "sharedMemorySize": asked.memory_gib * 512},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": platform.batch_log_group, "awslogs-stream-prefix": job.name},
        },
    }


def _pairs(variables: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(variables.items())]


_STATUSES = {"RUNNING": Status.RUNNING, "SUCCEEDED": Status.SUCCEEDED, "FAILED": Status.FAILED}


class BatchRunner:
    """Runs a job on Batch. Batch forgets finished jobs after a week or more.

    Source: AWS Batch API reference, ListJobs.
    """

    def __init__(self, job: TrainingJob, platform: Platform, run: str, batch: Any, logs: Any):
        self._naming = naming(job, run)
        self._queues = [*platform.batch_queue_arns.values()]
        self._group = str(platform.batch_log_group)
        self._batch = batch
        self._logs = logs

    def attempts(self) -> Sequence[Attempt]:
        """The attempts that Batch lists in any queue, because the stack may have given the job another one since."""
        named = [{"name": "JOB_NAME", "values": [f"{self._naming.prefix}*"]}]
        pages = self._batch.get_paginator("list_jobs")
        return [
            Attempt(
                number,
                each["jobId"],
                self._status(each),
                each.get("statusReason", ""),
                each["jobName"],
            )
            for queue in self._queues
            for page in pages.paginate(jobQueue=queue, filters=named)
            for each in page["jobSummaryList"]
            if (number := self._naming.number(each["jobName"], each["createdAt"])) is not None
        ]

    def _status(self, listed: Mapping[str, Any]) -> Status:
        """The status of a job. Batch lists a terminated job as running until its program has ended."""
        status = _STATUSES.get(listed["status"], Status.QUEUED)
        if status is Status.RUNNING:
            described = self._batch.describe_jobs(jobs=[listed["jobId"]])["jobs"]
            if any(each.get("isTerminated") for each in described):
                return Status.STOPPING
        return status

    def start(self, requests: Sequence[Request]) -> str:
        """Register the definition, unless an attempt did before, and submit the job."""
        definition, submitted = requests
        register(self._batch, definition)
        return self._batch.submit_job(**submitted.parameters)["jobId"]

    def stop(self, attempt: Attempt) -> None:
        """Cancel the job if it waits, and end its program if it runs."""
        self._batch.terminate_job(jobId=attempt.identifier, reason=STOPPED)

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the program has printed."""
        described = self._batch.describe_jobs(jobs=[attempt.identifier])["jobs"]
        if not described:
            raise EngineError(f"Batch has forgotten {attempt.identifier}")
        stream = described[0].get("container", {}).get("logStreamName")
        if stream:
            yield from log_lines(self._logs, self._group, stream)


def register(batch: Any, definition: Request) -> None:
    """Register a definition, unless it is registered. Its name has a digest of all that it holds."""
    name = definition.parameters["jobDefinitionName"]
    known = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    if not known:
        batch.register_job_definition(**definition.parameters)
