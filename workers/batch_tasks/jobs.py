"""The jobs of tasks in AWS Batch: submitted once, found again, described and terminated."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from workers.batch_tasks.aws import RefusedError, call, client
from workers.batch_tasks.settings import Task

SHORTEST_LIMIT_SECONDS = 60
"""Source: AWS Batch API reference, JobTimeout, attemptDurationSeconds."""
MOST_OVERRIDE_CHARACTERS = 8192
"""The longest overrides of a container as JSON. Source: Amazon ECS API reference, TaskOverride."""
_TIMED_OUT = "Job attempt duration exceeded timeout"
"""The reason of a job that ran too long. Source: AWS Batch user guide, "Job timeouts"."""
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Job:
    """What AWS Batch knows of a job."""

    job_id: str
    status: str
    """SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED or FAILED."""
    reason: str = ""
    exit_code: int | None = None
    attempts: int = 0
    log_group: str = ""
    log_stream: str = ""

    @property
    def timed_out(self) -> bool:
        """Whether its last attempt ran longer than its limit."""
        return self.status == "FAILED" and _TIMED_OUT in self.reason

    def log_url(self, region: str) -> str:
        """The address of its log in the console; empty before the job has a log.

        The console decodes a value twice, and has `$` in place of `%`.
        """
        if not (self.log_group and self.log_stream):
            return ""
        group, stream = (
            quote(quote(each, safe=""), safe="").replace("%", "$") for each in (self.log_group, self.log_stream)
        )
        return (
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logsV2:log-groups/log-group/{group}/log-events/{stream}"
        )


class Batch:
    """AWS Batch, whose errors are PassingError or RefusedError."""

    def __init__(self, region: str):
        self._client: Any = client("batch", region)

    def submit(self, task: Task, name: str, variables: Mapping[str, str], limit_seconds: float | None) -> str:
        """Submit a job, and return its id. `limit_seconds` ends each of its attempts."""
        overrides = {"environment": [{"name": key, "value": value} for key, value in variables.items()]}
        if (size := len(json.dumps(overrides))) > MOST_OVERRIDE_CHARACTERS:
            remedy = "put the data in S3, and send its address"
            raise RefusedError(
                f"the arguments make {size} characters, and a job takes {MOST_OVERRIDE_CHARACTERS}; {remedy}"
            )
        request: dict[str, Any] = {
            "jobName": name,
            "jobQueue": task.job_queue,
            "jobDefinition": task.job_definition,
            "shareIdentifier": task.share,
            "containerOverrides": overrides,
            "tags": {"team": task.team},
        }
        if limit_seconds:
            request["timeout"] = {"attemptDurationSeconds": max(SHORTEST_LIMIT_SECONDS, int(limit_seconds))}
        return self._call("submit_job", **request)["jobId"]

    def find(self, task: Task, name: str) -> str:
        """The id of the newest job of this name in the task's queue; empty when there is none.

        AWS Batch compares names without their case.
        """
        more: dict[str, str] = {}
        while True:
            page = self._call(
                "list_jobs", jobQueue=task.job_queue, filters=[{"name": "JOB_NAME", "values": [name]}], **more
            )
            for each in page.get("jobSummaryList", ()):
                if each["jobName"] == name:
                    return each["jobId"]
            if not page.get("nextToken"):
                return ""
            more = {"nextToken": page["nextToken"]}

    def describe(self, job_id: str) -> Job | None:
        """The job; None when AWS Batch has forgotten it, some days after its end."""
        for each in self._call("describe_jobs", jobs=[job_id])["jobs"]:
            container: Mapping[str, Any] = each.get("container", {})
            options: Mapping[str, str] = container.get("logConfiguration", {}).get("options", {})
            reasons = [each.get("statusReason", ""), container.get("reason", "")]
            attempts: Sequence[Any] = each.get("attempts", ())
            return Job(
                each["jobId"],
                each["status"],
                "; ".join(reason for reason in reasons if reason),
                container.get("exitCode"),
                len(attempts),
                options.get("awslogs-group", ""),
                container.get("logStreamName", ""),
            )
        return None

    def terminate(self, job_id: str, reason: str) -> None:
        """End a job in whatever state it is. Nothing happens to a job that has ended."""
        self._call("terminate_job", jobId=job_id, reason=reason)

    def _call(self, operation: str, **request: Any) -> Any:
        return call(self._client, operation, **request)


def job_name(task_id: str, number: int) -> str:
    """The name of the job of a task, which is the same each time the task is delivered. `number` counts retries.

    Names have letters, digits, hyphens and underscores. Source: AWS Batch API reference, SubmitJob, jobName.
    """
    plain = task_id if _PLAIN_ID.fullmatch(task_id) else hashlib.sha256(task_id.encode()).hexdigest()
    return f"task-{plain}-{number}"
