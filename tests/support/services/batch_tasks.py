"""The worker of Celery tasks with a real Redis, and AWS Batch by moto, whose jobs tests start and end."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import boto3  # pyright: ignore[reportMissingTypeStubs]

from components.starter.compose import queue_config
from tests.support.programs import path_of
from tests.support.services.servers import CREDENTIALS, ROOT, answers, free_port, server_process, tool, wait_until

REGION = CREDENTIALS["AWS_DEFAULT_REGION"]
LOG_GROUP = "/aws/batch/ml"
RESULTS = "s3://ml-training/predict/results/"
_CLIENT = """
import json, sys
from celery import Celery, chain, signature
app = Celery(broker=sys.argv[1], backend=sys.argv[1])
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "send":
        told = app.send_task(asked["name"], asked["args"], asked["kwargs"], **asked["options"]).id
    elif asked["do"] == "chain":
        parts = [signature(each, queue=asked["queue"], immutable=True, app=app) for each in asked["names"]]
        last = chain(*parts).apply_async()
        told = [last.parent.id, last.id]
    elif asked["do"] == "revoke":
        told = app.control.revoke(asked["id"])
    else:
        meta = app.backend.get_task_meta(asked["id"])
        result = meta["result"]
        if isinstance(result, Exception):
            result = [type(result).__name__, str(result)]
        told = [meta["status"], result]
    print(json.dumps(told), flush=True)
"""
_DEADLINE = 60.0


@dataclass
class Cloud:
    """AWS Batch: its jobs stay RUNNABLE until a test says otherwise."""

    client: Any
    s3: Any
    address: str
    jobs: dict[str, Any] = field(default_factory=dict[str, Any])
    """The jobs in the order of their submission, by id."""
    refusals: int = 0
    """How many of the next calls about a job fail with an error of the service."""
    refused_objects: int = 0
    """How many of the next reads of a result fail with an error of the service."""

    def names(self) -> list[str]:
        """The names of all jobs, in the order of their submission."""
        return [each.job_name for each in self.jobs.values()]

    def job(self, name: str) -> Any:
        """The one job of a name, once it is submitted."""
        wait(lambda: name in self.names(), f"{name} is not submitted")
        [found] = [each for each in self.jobs.values() if each.job_name == name]
        return found

    def succeed(self, name: str) -> None:
        """End a job well."""
        job = self.job(name)
        job.exit_code = 0
        job._mark_stopped(success=True)

    def variables(self, name: str) -> dict[str, str]:
        """The environment of a job."""
        found = self.job(name).container_overrides["environment"]
        return {each["name"]: each["value"] for each in found}

    def write(self, name: str, content: bytes | str) -> None:
        """What a job writes at the address of its result."""
        told = self.variables(name)
        bucket, _, key = told["CELERY_RESULT_URI"].removeprefix("s3://").partition("/")
        self.s3.put_object(Bucket=bucket, Key=key, Body=content)

    def fail(self, name: str, reason: str, exit_code: int | None = None) -> None:
        """End a job badly."""
        job = self.job(name)
        job.exit_code, job.job_stopped_reason = exit_code, reason
        job._mark_stopped(success=False)


@dataclass
class Tasks:
    """A client of Celery, and the worker."""

    cloud: Cloud
    folder: Path
    environment: Mapping[str, str]
    redis: Callable[..., str]
    client: subprocess.Popen[str]
    worker: "subprocess.Popen[bytes]"

    def ask(self, do: str, **more: Any) -> Any:
        """What the client of Celery answers."""
        assert self.client.stdin
        assert self.client.stdout
        self.client.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.client.stdin.flush()
        return json.loads(self.client.stdout.readline())

    def send(self, name: str, *args: Any, queue: str = "predictions", **options: Any) -> str:
        """Send a task, and return its id."""
        kwargs = options.pop("kwargs", {})
        return self.ask("send", name=name, args=args, kwargs=kwargs, options={"queue": queue, **options})

    def result(self, task_id: str, *states: str) -> Any:
        """The result of a task, once it has one of `states`."""
        found: list[Any] = []

        def reached() -> bool:
            found[:] = self.ask("state", id=task_id)
            return found[0] in states

        wait(reached, f"the task is not {states}", self.log)
        return found[1]

    def log(self) -> str:
        """What the worker has logged."""
        return (self.folder / "log").read_text(errors="replace")

    def restart(self) -> None:
        """Kill the worker without a warning and start another one, after Redis' time for lost messages."""
        self.worker.kill()
        self.worker.wait()
        for member in self.redis("zrange", "unacked_index", "0", "-1").splitlines():
            self.redis("zadd", "unacked_index", "0", member)
        with (self.folder / "log").open("ab") as log:
            self.worker = subprocess.Popen(
                self.worker.args, env=dict(self.environment), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )


def wait(holds: Callable[[], bool], told: str, more: Callable[[], str] = str) -> None:
    """Wait until `holds`."""
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"{told}\n{more()}")


@contextmanager
def cloud() -> Generator[Cloud]:
    """AWS Batch with the queue `ml-predictions` and the definition `ml-predict`."""
    server: Any = import_module("moto.server")
    config: Any = import_module("moto.core.config")
    simple: Any = import_module("moto.batch_simple.models")
    models: Any = import_module("moto.batch.models")
    objects: Any = import_module("moto.s3.models")
    threaded = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    threaded.start()
    host, port = threaded.get_host_and_port()
    address = f"http://{host}:{port}"
    keys = {"region_name": REGION, "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    make = cast(Any, boto3).client
    made = Cloud(make("batch", endpoint_url=address, **keys), make("s3", endpoint_url=address, **keys), address)
    made.s3.create_bucket(Bucket=RESULTS.split("/")[2])
    described = models.Job.describe

    def keep(self: Any, include_start_attempt: bool, job: Any) -> None:
        made.jobs[job.job_id] = self.backend._jobs[job.job_id] = job
        job.status, job.log_stream_name = "RUNNABLE", job._stream_name

    def describe(job: Any) -> dict[str, Any]:
        if made.refusals:
            made.refusals -= 1
            raise RuntimeError("the service fails")
        # As AWS Batch, which moto leaves out.
        found = described(job)
        options = {"logDriver": "awslogs", "options": {"awslogs-group": LOG_GROUP}}
        code = {} if job.exit_code is None else {"exitCode": job.exit_code}
        return found | {"container": {**found["container"], "logConfiguration": options, **code}}

    read = objects.S3Backend.get_object

    def get_object(self: Any, *args: Any, **more: Any) -> Any:
        if made.refused_objects:
            made.refused_objects -= 1
            raise RuntimeError("the service fails")
        return read(self, *args, **more)

    def terminate(job: Any, reason: str) -> None:
        job.job_stopped_reason = reason
        job._mark_stopped(success=False)

    with (
        patch.dict(config.default_user_config["batch"], {"use_docker": False}),
        patch.object(simple.BatchSimpleBackend, "_mark_job_as_finished", keep),
        patch.object(models.Job, "describe", describe),
        patch.object(objects.S3Backend, "get_object", get_object),
        patch.object(models.Job, "terminate", terminate),
    ):
        try:
            _prepare(made, make("iam", endpoint_url=address, **keys))
            yield made
        finally:
            threaded.stop()


def _prepare(made: Cloud, iam: Any) -> None:
    role = iam.create_role(RoleName="batch", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    environment = made.client.create_compute_environment(
        computeEnvironmentName="ml-machines", type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    made.client.create_job_queue(
        jobQueueName="ml-predictions", state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    made.client.register_job_definition(
        jobDefinitionName="ml-predict",
        type="container",
        containerProperties={"image": "predict", "resourceRequirements": needs},
    )


@contextmanager
def tasks(settings: Sequence[Mapping[str, Any]]) -> Generator[Tasks]:
    """A worker of `settings`, a client, and a Redis with the configuration of the starter's queue."""
    path_of("redis-server")
    python = tool("batch-tasks", "python")
    port = free_port()
    with TemporaryDirectory(prefix="batch-tasks-") as name, cloud() as batch:
        folder = Path(name)
        (folder / "auth").write_text("requirepass of-the-queue\n")
        (folder / "url").write_text(f"redis://:of-the-queue@127.0.0.1:{port}/0")
        config = folder / "valkey.conf"
        config.write_text(queue_config(str(folder), str(folder / "auth")) + f"port {port}\nbind 127.0.0.1\n")
        environment = {
            **CREDENTIALS,
            "PATH": os.environ["PATH"],
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": batch.address,
            "QUEUE_URL_FILE": str(folder / "url"),
            "STATE_FILE": str(folder / "state"),
            "ALIVE_FILE": str(folder / "alive"),
            "POLL_SECONDS": "1",
            "TASKS": json.dumps(settings),
        }

        def redis(*words: str) -> str:
            command = ["redis-cli", "-p", str(port), *words]
            known = {**environment, "REDISCLI_AUTH": "of-the-queue"}
            return subprocess.run(command, env=known, capture_output=True, text=True, check=True).stdout.strip()

        (folder / "redis").mkdir()
        with server_process(["redis-server", str(config)], folder / "redis") as queue:
            wait_until(queue, lambda: answers(port), folder / "redis")
            command = [str(python), "-m", "workers.batch_tasks"]
            with (folder / "log").open("wb") as log:
                worker = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            asked = [str(python), "-c", _CLIENT, (folder / "url").read_text()]
            client = subprocess.Popen(asked, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            made = Tasks(batch, folder, environment, redis, client, worker)
            try:
                wait(lambda: (folder / "alive").exists(), "the worker does not start", made.log)
                yield made
            finally:
                for process in (client, made.worker):
                    process.terminate()
                    process.wait()
