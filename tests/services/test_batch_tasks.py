"""Celery tasks as jobs of AWS Batch: a real Celery and Redis, and moto's Batch, whose requests botocore checks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.docs.pages import blocks
from tests.support.services.batch_tasks import LOG_GROUP, RESULTS, Tasks, tasks, wait

PREDICT = {
    "name": "vision.predict",
    "queue": "predictions",
    "job_queue": "ml-predictions",
    "job_definition": "ml-predict",
    "share": "vision",
    "team": "vision",
    "retries": 0,
}
AGAIN = {**PREDICT, "name": "vision.again", "retries": 1}
SCORE = {**PREDICT, "name": "vision.score", "results": RESULTS}
SCORE_AGAIN = {**SCORE, "name": "vision.score_again", "retries": 1}
ABSENT = {**PREDICT, "name": "vision.absent", "job_definition": "ml-absent"}


@pytest.fixture(scope="module")
def running() -> Iterator[Tasks]:
    with tasks([PREDICT, AGAIN, SCORE, SCORE_AGAIN, ABSENT]) as made:
        yield made


def test_each_task_is_one_job_with_its_arguments(running: Tasks) -> None:
    sent = [running.send("vision.predict", f"s3://raw/{n}.tif", kwargs={"scale": n}) for n in range(3)]
    for number, task_id in enumerate(sent):
        name = f"task-{task_id}-0"
        told = running.cloud.variables(name)
        assert json.loads(told["CELERY_TASK_ARGS"]) == [f"s3://raw/{number}.tif"]
        assert json.loads(told["CELERY_TASK_KWARGS"]) == {"scale": number}
        assert (told["CELERY_TASK_ID"], told["CELERY_TASK_NAME"]) == (task_id, "vision.predict")
        assert running.result(task_id, "SUBMITTED")["status"] == "RUNNABLE"
        running.cloud.job(name).status = "RUNNING"
        assert running.result(task_id, "STARTED")["jobId"] == running.cloud.job(name).job_id
        running.cloud.succeed(name)
        result = running.result(task_id, "SUCCESS")
        assert (result["status"], result["exitCode"], result["logGroup"]) == ("SUCCEEDED", 0, LOG_GROUP)
        # The console's address has both names, each encoded twice with $ in place of %.
        link = unquote(unquote(result["logUrl"].replace("$", "%")))
        assert link.endswith(f"log-group/{LOG_GROUP}/log-events/{result['logStream']}")
    assert len(running.cloud.names()) == 3


def test_the_caller_gets_what_the_job_wrote(running: Tasks) -> None:
    task_id = running.send("vision.score", "s3://raw/1.tif")
    name = f"task-{task_id}-0"
    told = running.cloud.variables(name)
    assert told["CELERY_RESULT_URI"] == f"{RESULTS}{name}.json"
    # The program of the page, as the job runs it.
    [program] = [each.text for each in blocks("python") if "CELERY_RESULT_URI" in each.text]
    subprocess.run([sys.executable, "-c", program], env={**running.environment, **told}, check=True)
    running.cloud.succeed(name)
    result = running.result(task_id, "SUCCESS")
    assert (result["output"], result["status"]) == ({"label": "forest", "score": 0.93}, "SUCCEEDED")


def test_a_job_without_a_result_fails_its_task(running: Tasks) -> None:
    wrong: list[tuple[str | bytes | None, str]] = [
        (None, "does not exist"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (b"\xff", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("{}", "has no output"),
        ('{"error": "no weights"}', "no weights"),
        ('{"output": "' + "x" * 1024 * 1024 + '"}', "write the data beside it"),
    ]
    sent = [running.send("vision.score") for _ in wrong]
    for task_id, (content, _) in zip(sent, wrong, strict=True):
        name = f"task-{task_id}-0"
        running.cloud.job(name)
        if content is not None:
            running.cloud.write(name, content)
        running.cloud.succeed(name)
    for task_id, (_, told) in zip(sent, wrong, strict=True):
        kind, why = running.result(task_id, "FAILURE")
        assert (kind, told in why) == ("JobFailed", True), why


def test_the_failure_of_a_job_tells_what_the_job_wrote(running: Tasks) -> None:
    task_id = running.send("vision.score_again")
    # The result of the first job is not that of its retry.
    running.cloud.write(f"task-{task_id}-0", json.dumps({"output": 1, "error": "first"}))
    running.cloud.fail(f"task-{task_id}-0", "Essential container in task exited", 1)
    running.cloud.write(f"task-{task_id}-1", json.dumps({"error": "ValueError: the scene has no bands"}))
    running.cloud.fail(f"task-{task_id}-1", "Essential container in task exited", 1)
    kind, told = running.result(task_id, "FAILURE")
    assert (kind, "; exit code 1; ValueError: the scene has no bands; https://" in told) == ("JobFailed", True), told


def test_a_result_that_s3_does_not_give_is_asked_for_again(running: Tasks) -> None:
    task_id = running.send("vision.score")
    name = f"task-{task_id}-0"
    running.cloud.write(name, json.dumps({"output": 7}))
    running.cloud.refused_objects = 4
    running.cloud.succeed(name)
    assert running.result(task_id, "SUCCESS")["output"] == 7
    assert running.cloud.refused_objects == 0


def test_the_next_task_of_a_chain_waits_for_the_job(running: Tasks) -> None:
    first, second = running.ask("chain", names=["vision.predict", "vision.predict"], queue="predictions")
    running.result(first, "SUBMITTED")
    assert f"task-{second}-0" not in running.cloud.names()
    running.cloud.succeed(f"task-{first}-0")
    running.cloud.succeed(f"task-{second}-0")
    assert running.result(second, "SUCCESS")["status"] == "SUCCEEDED"


def test_a_failed_job_is_retried_as_a_new_job_and_then_fails_the_task(running: Tasks) -> None:
    task_id = running.send("vision.again")
    running.cloud.fail(f"task-{task_id}-0", "Essential container in task exited", 137)
    running.cloud.fail(f"task-{task_id}-1", "Essential container in task exited", 3)
    kind, told = running.result(task_id, "FAILURE")
    job = running.cloud.job(f"task-{task_id}-1")
    assert kind == "JobFailed"
    assert f"job {job.job_id} failed: Essential container in task exited; exit code 3; https://" in told
    assert [name for name in running.cloud.names() if task_id in name] == [f"task-{task_id}-0", f"task-{task_id}-1"]


def test_the_time_limit_of_a_task_ends_its_job(running: Tasks) -> None:
    task_id, other = running.send("vision.again", time_limit=900), running.send("vision.again", soft_time_limit=5)
    assert running.cloud.job(f"task-{task_id}-0").timeout == {"attemptDurationSeconds": 900}
    assert running.cloud.job(f"task-{other}-0").timeout == {"attemptDurationSeconds": 60}
    running.cloud.fail(f"task-{task_id}-0", "Job attempt duration exceeded timeout")
    running.cloud.succeed(f"task-{other}-0")
    kind, told = running.result(task_id, "FAILURE")
    assert (kind, "Job attempt duration exceeded timeout" in told) == ("TimeLimitExceeded", True)
    running.result(other, "SUCCESS")


def test_a_revoked_task_ends_its_job(running: Tasks) -> None:
    task_id = running.send("vision.predict")
    running.result(task_id, "SUBMITTED")
    running.ask("revoke", id=task_id)
    running.result(task_id, "REVOKED")
    job = running.cloud.job(f"task-{task_id}-0")
    wait(lambda: job.status == "FAILED", "the job goes on", running.log)
    assert job.job_stopped_reason == "The Celery task was revoked"


def test_a_task_that_is_revoked_or_expires_before_its_turn_makes_no_job(running: Tasks) -> None:
    early = running.send("vision.predict", countdown=5)
    running.ask("revoke", id=early)
    late = running.send("vision.predict", countdown=2, expires=1)
    for task_id in (early, late):
        running.result(task_id, "REVOKED")
    assert not [name for name in running.cloud.names() if early in name or late in name]


def test_an_expiry_does_not_end_a_submitted_job(running: Tasks) -> None:
    task_id = running.send("vision.predict", expires=60)
    running.result(task_id, "SUBMITTED")
    known: list[dict[str, Any]] = []

    def waiting() -> bool:
        messages = [json.loads(each)[0]["headers"] for each in running.redis("hvals", "unacked").splitlines()]
        known[:] = [each for each in messages if each["id"] == task_id and each.get("batch_job")]
        return bool(known)

    wait(waiting, "the task does not wait for its job", running.log)
    assert known[0]["expires"] is None
    running.cloud.succeed(f"task-{task_id}-0")
    running.result(task_id, "SUCCESS")


def test_a_message_that_comes_again_submits_nothing(running: Tasks) -> None:
    task_id = running.send("vision.predict")
    name = f"task-{task_id}-0"
    running.result(task_id, "SUBMITTED")
    # As if the worker had died before it kept the id: the job is found in AWS Batch by its name.
    assert running.redis("del", f"batch-tasks:job:{name}") == "1"
    for _ in range(3):
        running.send("vision.predict", task_id=task_id)
    running.cloud.succeed(name)
    running.result(task_id, "SUCCESS")
    wait(lambda: running.redis("llen", "predictions") == "0", "messages wait")
    assert running.cloud.names().count(name) == 1


def test_a_killed_worker_loses_no_task(running: Tasks) -> None:
    task_id = running.send("vision.predict")
    running.result(task_id, "SUBMITTED")
    wait(lambda: running.redis("hlen", "unacked") != "0", "the worker holds no message")
    running.restart()
    running.cloud.succeed(f"task-{task_id}-0")
    running.result(task_id, "SUCCESS")
    assert running.cloud.names().count(f"task-{task_id}-0") == 1


def test_errors_of_aws_are_waited_for(running: Tasks) -> None:
    task_id = running.send("vision.predict")
    running.result(task_id, "SUBMITTED")
    # More than the client of AWS repeats by itself.
    running.cloud.refusals = 4
    wait(lambda: running.cloud.refusals == 0, "AWS was not called again", running.log)
    running.cloud.succeed(f"task-{task_id}-0")
    running.result(task_id, "SUCCESS")


@pytest.mark.parametrize(
    ("name", "argument", "told"),
    [
        ("vision.absent", "", "ml-absent does not exist"),
        ("vision.predict", "x" * 9000, "put the data in S3, and send its address"),
    ],
    ids=["no definition", "too large"],
)
def test_a_refused_job_fails_its_task(running: Tasks, name: str, argument: str, told: str) -> None:
    task_id = running.send(name, argument)
    kind, why = running.result(task_id, "FAILURE")
    assert (kind, told in why) == ("RefusedError", True)
    assert f"task-{task_id}-0" not in running.cloud.names()
