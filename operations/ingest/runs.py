"""The runs of the job on EMR Serverless.

Source: EMR Serverless API reference, StartJobRun and CancelJobRun.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from components.facts.emr_workers import spark_parameters

from ..emr_serverless import CANCELLING, runs_of, spark_run, stop_application
from ..settings import SettingsError, fault
from .platform import IngestJob

FAILURES_PER_HOUR = 5
"""Failures in an hour after which EMR does not start the job again. Each start costs some minutes of two workers."""
ENDED = ("SUCCESS", "FAILED", "CANCELLED")
NO_END = 0
"""The `executionTimeoutMinutes` of a run without an end. EMR cancels a run without this field after 12 hours.

Source: EMR Serverless user guide, "Other considerations".
"""
ARCHIVE = "package.tar.gz"
_MINUTES_TO_START_AND_END = 15
_CANCEL_SECONDS, _POLL_SECONDS = 600.0, 5.0


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the job. Its name ends with the version of what it runs, and with its minutes if it ends by itself."""

    identifier: str
    name: str
    state: str
    details: str
    created: datetime

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ENDED

    @property
    def version(self) -> str:
        """The version of what it runs."""
        return version_of(self.name)


def version_of(name: str) -> str:
    """The version in the name of a run."""
    return name.rpartition("-")[2].partition(".")[0]


class Runs:
    """The runs of one job. `emr` and `s3` are clients of boto3."""

    def __init__(self, job: IngestJob, emr: Any, s3: Any):
        self._job, self._emr, self._s3 = job, emr, s3

    def all(self) -> list[Run]:
        """The runs that EMR knows of all versions of the job, the newest first."""
        found = [
            Run(each["id"], each["name"], each["state"], each.get("stateDetails", ""), each["createdAt"])
            for each in runs_of(self._emr, self._job.application_id)
            if each.get("name", "").rpartition("-")[0] == self._job.name
        ]
        return sorted(found, key=lambda run: run.created, reverse=True)

    def request(self, minutes: int | None = None, attempt: int = 1) -> dict[str, Any]:
        """The parameters of StartJobRun. `minutes` end the run, and do not change its version.

        Raises:
            SettingsError: the package is not in S3.
        """
        job = self._job
        jars = [*self._jars(), *([job.jar] if job.jar else [])]
        parameters = f"{job.parameters} {spark_parameters({'spark.jars': ','.join(jars)})}"
        wanted = spark_run(
            job.application_id, job.execution_role_arn, job.entry_point, [job.settings], parameters, job.disk_key_arn
        )
        version = sha256(repr(wanted).encode()).hexdigest()[:12]
        if minutes:
            version += f".{minutes}m"
            wanted["jobDriver"]["sparkSubmit"]["entryPointArguments"] += ["--minutes", str(minutes)]
            wanted |= {"mode": "BATCH", "executionTimeoutMinutes": minutes + _MINUTES_TO_START_AND_END}
        else:
            retries = {"maxFailedAttemptsPerHour": FAILURES_PER_HOUR}
            wanted |= {"mode": "STREAMING", "executionTimeoutMinutes": NO_END, "retryPolicy": retries}
        return {**wanted, "name": f"{job.name}-{version}", "clientToken": f"{version}-{attempt}"}

    def start(self, request: dict[str, Any]) -> str:
        """Start a run, and return its id. EMR answers the same client token with the same run."""
        return self._emr.start_job_run(**request)["jobRunId"]

    def cancel(self, runs: Sequence[Run], wait: Callable[[float], None] = time.sleep) -> list[Run]:
        """Cancel runs, and wait until they have ended. Returns those that have not after ten minutes."""
        for run in runs:
            if run.state == CANCELLING:
                continue
            self._emr.cancel_job_run(applicationId=self._job.application_id, jobRunId=run.identifier)
        end = time.monotonic() + _CANCEL_SECONDS
        known = {run.identifier for run in runs}
        while left := [run for run in self.all() if run.identifier in known and run.active]:
            if time.monotonic() > end:
                break
            wait(_POLL_SECONDS)
        return left

    def stop_application(self) -> str:
        """Stop the application if it is started, so that a deployment can change it. Says what was done."""
        return stop_application(self._emr, self._job.application_id)

    def _jars(self) -> list[str]:
        """The jars of the package.

        Raises:
            SettingsError: the folder lacks the archive, so the package was not uploaded.
        """
        place = urlsplit(self._job.package)
        folder = place.path.lstrip("/")
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=place.netloc, Prefix=folder)
        keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
        if f"{folder}{ARCHIVE}" not in keys:
            remedy = (
                f"it has no {ARCHIVE}; run `python -m operations.ingest package`, and write the folder that it prints"
            )
            raise SettingsError("the stack", [fault("featureIngest.spark.package", self._job.package, remedy)])
        return [f"s3://{place.netloc}/{key}" for key in sorted(keys) if key.endswith(".jar")]
