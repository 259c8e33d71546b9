"""The Celery app: its tasks look at their jobs and send themselves again until the jobs end.

A message is kept no longer than a look takes. A worker that is killed loses no task, and no job is submitted twice.
Sources: Celery documentation, "Tasks", "Using Redis: Caveats" and "Workers: Revoke".
"""

import json
import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from workers.batch_tasks.aws import PassingError, RefusedError
from workers.batch_tasks.jobs import Batch, Job, job_name
from workers.batch_tasks.results import ResultError, Results, address_of
from workers.batch_tasks.settings import ALIVE, Settings, Task

VISIBILITY_SECONDS = 600
"""Seconds after which Redis gives a message of a killed worker to another one. A wait for a poll is shorter."""
_REMEMBERED_SECONDS = 8 * 86_400
"""AWS Batch forgets a job seven days after its end."""
_HEADER = "batch_job"
_LOG = logging.getLogger(__name__)


class JobFailed(Exception):  # noqa: N818 - what callers of the task see
    """The job of a task failed."""


def make_app(settings: Settings, batch: Batch, results: Results) -> Any:
    """The app with one task for each of `settings`."""
    celery: Any = import_module("celery")
    signals: Any = import_module("celery.signals")
    app = celery.Celery("batch-tasks", broker=settings.broker, backend=settings.broker, set_as_current=True)
    app.conf.update(
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_deduplicate_successful_tasks=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        task_routes={task.name: {"queue": task.queue} for task in settings.tasks},
    )
    for task in settings.tasks:
        _register(app, _Follower(task, batch, results, app, settings))

    def beat(**_: Any) -> None:
        ALIVE.touch()

    signals.heartbeat_sent.connect(beat, weak=False)
    return app


def _register(app: Any, follower: "_Follower") -> None:
    signals: Any = import_module("celery.signals")

    def run(self: Any, *_: Any, **__: Any) -> Any:
        return follower.look(self)

    task = app.task(name=follower.task.name, bind=True, max_retries=follower.task.retries)(run)

    def revoked(request: Any, **_: Any) -> None:
        follower.end(request)

    signals.task_revoked.connect(revoked, sender=task, weak=False)


class _Follower:
    """What a task does each time it is delivered."""

    def __init__(self, task: Task, batch: Batch, results: Results, app: Any, settings: Settings):
        self.task = task
        self._batch, self._results, self._app, self._settings = batch, results, app, settings
        exceptions: Any = import_module("celery.exceptions")
        self._ignore, self._time_limit = exceptions.Ignore, exceptions.TimeLimitExceeded

    def look(self, bound: Any) -> Any:
        """Submit the job or look at it. Returns the result of a job that succeeded.

        Raises:
            JobFailed: the job failed, and no retry is left; or it succeeded without the result that its task has.
            TimeLimitExceeded: the job ran longer than the task's time limit.
            RefusedError: AWS Batch refuses the job.
            Ignore: the job goes on; the task has sent itself again.
        """
        known: Mapping[str, Any] = bound.request.get(_HEADER) or {}
        try:
            job = self._job(bound.request, known)
            ended = self._ended(bound, job) if job else None
        except PassingError as error:
            seconds = self._settings.poll_seconds
            _LOG.warning("%s: %s; tries again in %s seconds", bound.request.id, error, seconds)
            raise self._again(bound, known) from error
        if job is None:
            raise self._again(bound, {})
        if isinstance(ended, Exception):
            raise ended
        if ended is not None:
            return ended
        if job.status != known.get("status"):
            running = job.status in ("STARTING", "RUNNING")
            bound.update_state(state="STARTED" if running else "SUBMITTED", meta=self._facts(job))
        raise self._again(bound, {"id": job.job_id, "status": job.status})

    def _ended(self, bound: Any, job: Job) -> dict[str, Any] | Exception | None:
        """The result of a job that succeeded, what to raise for one that failed; None while it goes on."""
        address = address_of(self.task.results, job_name(bound.request.id, bound.request.retries))
        if job.status == "FAILED":
            return self._failure(bound, job, self._results.error(address) if address else "")
        if job.status != "SUCCEEDED":
            return None
        if not address:
            return self._facts(job)
        try:
            return self._facts(job) | {"output": self._results.output(address)}
        except ResultError as error:
            return JobFailed(f"job {job.job_id} succeeded, but its result is missing: {error}")

    def end(self, request: Any) -> None:
        """Terminate the job of a task that is revoked, if it was submitted."""
        known: Mapping[str, Any] = request.get(_HEADER) or {}
        try:
            job_id = known.get("id") or self._known(job_name(request.id, request.retries))
            if job_id:
                self._batch.terminate(str(job_id), "The Celery task was revoked")
                _LOG.info("%s: terminated the job %s", request.id, job_id)
        except (PassingError, RefusedError):
            _LOG.exception("%s: the job of the revoked task goes on; terminate it by hand", request.id)

    def _job(self, request: Any, known: Mapping[str, Any]) -> Job | None:
        """The job of the task, submitted if need be; None while another worker submits it."""
        job_id = str(known.get("id") or self._submitted(request))
        if not job_id:
            return None
        job = self._batch.describe(job_id)
        if job is None:
            raise JobFailed(f"AWS Batch does not know the job {job_id} any more")
        return job

    def _submitted(self, request: Any) -> str:
        """The id of the task's job; empty while another worker submits it."""
        name = job_name(request.id, request.retries)
        redis = self._app.backend.client
        lock = redis.lock(f"batch-tasks:lock:{name}", timeout=120, blocking=False)
        if not lock.acquire():
            return ""
        try:
            if found := self._known(name):
                return found
            hard, soft = request.timelimit or (None, None)
            variables = _variables(request, address_of(self.task.results, name))
            job_id = self._batch.submit(self.task, name, variables, hard or soft)
            redis.set(_record(name), job_id, ex=_REMEMBERED_SECONDS)
            _LOG.info("%s: submitted the job %s", request.id, job_id)
            return job_id
        finally:
            lock.release()

    def _known(self, name: str) -> str:
        """The job that was submitted before, by the record in Redis, or in AWS Batch if the worker died before it."""
        recorded: bytes | None = self._app.backend.client.get(_record(name))
        return recorded.decode() if recorded else self._batch.find(self.task, name)

    def _failure(self, bound: Any, job: Job, error: str) -> Exception:
        """What the task raises because of a failed job: its failure, or its retry."""
        request = bound.request
        told = f"job {job.job_id} failed: {job.reason or 'no reason given'}"
        if job.exit_code is not None:
            told += f"; exit code {job.exit_code}"
        if error:
            told += f"; {error}"
        if url := job.log_url(self._settings.region):
            told += f"; {url}"
        if job.timed_out:
            return self._time_limit(told)
        if request.retries >= self.task.retries:
            return JobFailed(told)
        wait = self._settings.poll_seconds
        return bound.retry(exc=JobFailed(told), countdown=wait, headers={_HEADER: None}, throw=False)

    def _again(self, bound: Any, known: Mapping[str, Any]) -> Exception:
        """Send the task again for the next look, and return what ends this one.

        It has no expiry any more: the job has been submitted in time.
        """
        request = bound.request
        expiry = {"expires": None} if known.get("id") else {}
        signature = bound.signature_from_request(
            request, countdown=self._settings.poll_seconds, headers={_HEADER: dict(known)}, **expiry
        )
        signature.apply_async()
        return self._ignore()

    def _facts(self, job: Job) -> dict[str, Any]:
        return {
            "jobId": job.job_id,
            "status": job.status,
            "attempts": job.attempts,
            "exitCode": job.exit_code,
            "logGroup": job.log_group,
            "logStream": job.log_stream,
            "logUrl": job.log_url(self._settings.region),
        }


def _record(name: str) -> str:
    return f"batch-tasks:job:{name}"


def _variables(request: Any, result: str) -> dict[str, str]:
    """What the job reads from its environment."""
    return {
        **({"CELERY_RESULT_URI": result} if result else {}),
        "CELERY_TASK_ID": request.id,
        "CELERY_TASK_NAME": request.task,
        "CELERY_TASK_ARGS": json.dumps(request.args),
        "CELERY_TASK_KWARGS": json.dumps(request.kwargs),
    }
