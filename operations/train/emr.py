"""A job as a run of an EMR Serverless application: its start, its attempts and logs."""

import gzip
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..settings import SettingsError, fault
from .attempts import Attempt, Status, attempt_number
from .job import TrainingJob, digest, run_name, run_prefix, variables
from .platform import Platform, needed
from .request import Request

SHORTEST_MINUTES = 5
"""Source: EMR Serverless API reference, StartJobRun, executionTimeoutMinutes."""


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Start the run. EMR answers the same client token with the same run.

    Raises:
        SettingsError: the job or the stack lacks what EMR needs.
    """
    section = "sparkCluster"
    needed(platform, "EMR", spark_application_id=section, spark_role_arn=section, spark_log_uri=section)
    program, *arguments = job.command
    problems: list[str] = []
    if not program.startswith(("s3://", "local://")):
        remedy = "the first word is the Spark program on EMR; write its address, as s3://… or local://…"
        problems.append(fault("command", program, remedy))
    if job.resources.gpus:
        problems.append(fault("resources.gpus", job.resources.gpus, "EMR Serverless has no GPUs; write 0"))
    if job.timeout_minutes < SHORTEST_MINUTES:
        problems.append(fault("timeoutMinutes", job.timeout_minutes, f"EMR needs {SHORTEST_MINUTES} or more"))
    if problems:
        raise SettingsError("job", problems)
    run_parameters = {
        "applicationId": platform.spark_application_id,
        "clientToken": f"{digest(job, run)}-{attempt}",
        "executionRoleArn": platform.spark_role_arn,
        "name": run_name(job, run, attempt),
        "executionTimeoutMinutes": job.timeout_minutes,
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": program,
                "entryPointArguments": arguments,
                "sparkSubmitParameters": _parameters(job),
            }
        },
        "configurationOverrides": {
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": platform.spark_log_uri}}
        },
        "tags": {"team": job.team},
    }
    return [Request("emr-serverless", "start_job_run", run_parameters)]


def _parameters(job: TrainingJob) -> str:
    asked = job.resources
    # A tenth of the memory is Spark's overhead, which EMR adds to the worker's size.
    memory = max(1, int(asked.memory_gib * 0.9))
    settings = {
        "spark.driver.cores": str(min(asked.cpus, 4)),
        "spark.driver.memory": f"{min(memory, 14)}g",
        "spark.executor.cores": str(asked.cpus),
        "spark.executor.memory": f"{memory}g",
        "spark.dynamicAllocation.maxExecutors": str(asked.nodes),
        "spark.emr-serverless.executor.disk": f"{max(20, min(asked.disk_gib, 200))}G",
    }
    for name, value in sorted(variables(job).items()):
        settings[f"spark.emr-serverless.driverEnv.{name}"] = value
        settings[f"spark.executorEnv.{name}"] = value
    return " ".join(f"--conf {name}={value}" for name, value in settings.items())


_STATUSES = {
    "RUNNING": Status.RUNNING,
    "CANCELLING": Status.RUNNING,
    "SUCCESS": Status.SUCCEEDED,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.FAILED,
}
"""Source: EMR Serverless API reference, JobRunSummary, state."""


class EmrRunner:
    """Runs a job in the application of batches."""

    def __init__(self, job: TrainingJob, platform: Platform, run: str, emr: Any, s3: Any):
        self._prefix = run_prefix(job, run)
        self._application = platform.spark_application_id
        self._logs = urlsplit(platform.spark_log_uri or "")
        self._emr = emr
        self._s3 = s3

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the application's runs."""
        pages = self._emr.get_paginator("list_job_runs").paginate(applicationId=self._application)
        return [
            Attempt(number, each["id"], _STATUSES.get(each["state"], Status.QUEUED), each.get("stateDetails", ""))
            for page in pages
            for each in page["jobRuns"]
            if (number := attempt_number(each.get("name", ""), self._prefix)) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Start the run."""
        [request] = requests
        return self._emr.start_job_run(**request.parameters)["jobRunId"]

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the driver has printed. EMR writes it to S3 while it runs.

        Source: EMR Serverless user guide, "Storing logs", Amazon S3.
        """
        folder = f"{self._logs.path.strip('/')}/applications/{self._application}/jobs/{attempt.identifier}"
        for stream in ("stdout", "stderr"):
            key = f"{folder}/SPARK_DRIVER/{stream}.gz".lstrip("/")
            listed = self._s3.list_objects_v2(Bucket=self._logs.netloc, Prefix=key)
            if any(each["Key"] == key for each in listed.get("Contents", [])):
                body = self._s3.get_object(Bucket=self._logs.netloc, Key=key)["Body"].read()
                yield from gzip.decompress(body).decode(errors="replace").splitlines()
