"""A job as a run of an EMR Serverless application: its start, its attempts and logs."""

import gzip
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from components.facts.emr_workers import LEAST_DISK_GB, MEMORY, MOST_DISK_GB, spark_memory, spark_parameters

from ..emr_serverless import CANCELLING, runs_of, spark_run, stop_application
from ..settings import SettingsError, fault
from .attempts import Attempt, Status, naming
from .job import TrainingJob, digest, run_id_of, run_name, variables
from .platform import Platform, needed
from .request import Request

PURPOSE = "batch"
"""The application of the stack that runs jobs that end."""
LONGEST_MINUTES = 7 * 24 * 60
"""Source: EMR Serverless API reference, StartJobRun, executionTimeoutMinutes."""
_MOST_WORDS = 1024
_LONGEST_PARAMETERS = 102_400
"""Source of both: EMR Serverless API reference, SparkSubmit."""


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Start the run. EMR answers the same client token with the same run.

    Raises:
        SettingsError: the job or the stack lacks what EMR needs.
    """
    token = f"{digest(job, run)}-{attempt}"
    return [start(job, platform, run_id_of(job, run), run_name(job, run, attempt), token)]


def start(job: TrainingJob, platform: Platform, run_id: str, name: str, token: str) -> Request:
    """Start a run with the name `name` and the client token `token` as the run `run_id` of the job."""
    section = "sparkCluster"
    needed(
        platform,
        "EMR",
        spark_application_ids=section,
        spark_runtime_role_arn=section,
        spark_key_arn=section,
        spark_log_uri=section,
    )
    program, *arguments = job.command
    parameters = _parameters(job, run_id)
    if problems := [*_problems(job, parameters)]:
        raise SettingsError("job", problems)
    return Request(
        "emr-serverless",
        "start_job_run",
        {
            **spark_run(
                _application(platform),
                platform.spark_runtime_role_arn or "",
                program,
                arguments,
                parameters,
                platform.spark_key_arn or "",
            ),
            "clientToken": token,
            "name": name,
            "executionTimeoutMinutes": job.timeout_minutes,
            "tags": {"team": job.team},
        },
    )


def _application(platform: Platform) -> str:
    if PURPOSE not in platform.spark_application_ids:
        remedy = f"sparkApplicationIds has no application for {PURPOSE}; add sparkCluster.{PURPOSE} and deploy it"
        raise SettingsError("the stack's outputs", [remedy])
    return platform.spark_application_ids[PURPOSE]


def _problems(job: TrainingJob, parameters: str) -> Iterator[str]:
    program, *arguments = job.command
    asked = job.resources
    if not program.startswith(("s3://", "local://")):
        remedy = "the first word is the Spark program on EMR; write its address, as s3://… or local://…"
        yield fault("command", program, remedy)
    if len(arguments) > _MOST_WORDS:
        yield fault("command", f"{len(arguments)} arguments", f"EMR accepts {_MOST_WORDS}; use a file in S3")
    if job.image:
        remedy = "EMR Serverless runs the image of its application, not of a job; remove image"
        yield fault("image", job.image, remedy)
    if asked.gpus:
        yield fault("resources.gpus", asked.gpus, "EMR Serverless has no GPUs; write 0")
    if asked.cpus not in MEMORY:
        sizes = ", ".join(map(str, MEMORY))
        yield fault("resources.cpus", asked.cpus, f"a worker of EMR Serverless has one of {sizes} vCPUs; write one")
    elif asked.memory_gib not in (allowed := MEMORY[asked.cpus]):
        remedy = f"a worker with {asked.cpus} vCPUs has {allowed}; write {allowed.nearest(asked.memory_gib)}"
        yield fault("resources.memoryGib", asked.memory_gib, remedy)
    if not LEAST_DISK_GB <= asked.disk_gib <= MOST_DISK_GB:
        remedy = f"a worker has {LEAST_DISK_GB} to {MOST_DISK_GB} GB of disk; write one of these"
        yield fault("resources.diskGib", asked.disk_gib, remedy)
    if job.timeout_minutes > LONGEST_MINUTES:
        yield fault("timeoutMinutes", job.timeout_minutes, f"EMR accepts at most {LONGEST_MINUTES}; lower it")
    if job.spot:
        yield fault("spot", job.spot, "EMR Serverless has no spot capacity; remove spot")
    for name, value in job.environment.items():
        if "\n" in value or "\r" in value:
            yield fault(f"environment.{name}", value, "Spark's parameters are one line; remove the line break")
    if len(parameters) > _LONGEST_PARAMETERS:
        remedy = f"they become {len(parameters)} characters, and EMR accepts {_LONGEST_PARAMETERS}; use a file in S3"
        yield fault("environment", "", remedy)


def _parameters(job: TrainingJob, run_id: str) -> str:
    """Spark's parameters. The driver has the application's size. Source: aws-samples/emr-serverless-samples."""
    asked = job.resources
    settings = {
        "spark.executor.cores": str(asked.cpus),
        "spark.executor.memory": spark_memory(asked.memory_gib),
        # EMR starts with three executors, unless told otherwise.
        "spark.executor.instances": str(min(asked.nodes, 3)),
        "spark.dynamicAllocation.initialExecutors": str(min(asked.nodes, 3)),
        "spark.dynamicAllocation.maxExecutors": str(asked.nodes),
        "spark.emr-serverless.executor.disk": f"{asked.disk_gib}G",
    }
    for name, value in sorted(variables(job, run_id).items()):
        settings[f"spark.emr-serverless.driverEnv.{name}"] = value
        settings[f"spark.executorEnv.{name}"] = value
    return spark_parameters(settings)


_STATUSES = {
    "RUNNING": Status.RUNNING,
    CANCELLING: Status.STOPPING,
    "SUCCESS": Status.SUCCEEDED,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.FAILED,
}
"""Source: EMR Serverless API reference, JobRunSummary, state. Others are before RUNNING."""


class EmrRunner:
    """Runs a job in the application of batches."""

    def __init__(self, job: TrainingJob, platform: Platform, run: str, emr: Any, s3: Any):
        self._naming = naming(job, run)
        self._application = _application(platform)
        self._logs = urlsplit(platform.spark_log_uri or "")
        self._emr = emr
        self._s3 = s3

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the application's runs."""
        return [
            Attempt(
                number,
                each["id"],
                _STATUSES.get(each["state"], Status.QUEUED),
                each.get("stateDetails", ""),
                each["name"],
            )
            for each in runs_of(self._emr, self._application)
            if (number := self._naming.number(each.get("name", ""), each["createdAt"])) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Start the run."""
        [request] = requests
        return self._emr.start_job_run(**request.parameters)["jobRunId"]

    def stop(self, attempt: Attempt) -> None:
        """Cancel the run, unless it is being cancelled."""
        run = {"applicationId": self._application, "jobRunId": attempt.identifier}
        if self._emr.get_job_run(**run)["jobRun"]["state"] != CANCELLING:
            self._emr.cancel_job_run(**run)

    def stop_application(self) -> str:
        """Stop the application if it is started, and say what was done."""
        return stop_application(self._emr, self._application)

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
