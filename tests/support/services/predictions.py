"""Predictions as KServe's logger sends them, and the programs of `workers/model_quality` on real servers."""

import json
import math
import os
import random
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb

from tests.support.services import servers
from tests.support.services.servers import CREDENTIALS, ROOT
from workers.model_quality.records import Kind

BUCKET = "ml-test-predictions"
TRAINING = "ml-test-training"
COLUMNS: list[dict[str, Any]] = [
    {"name": "amount", "kind": "number", "tensor": "features", "index": 0, "minimum": 0.0},
    {"name": "age", "kind": "number", "tensor": "features", "index": 1},
    {"name": "country", "kind": "category", "tensor": "country"},
    {"name": "score", "kind": "number", "tensor": "score", "output": True},
]
MODEL: dict[str, Any] = {
    "namespace": "risk",
    "name": "fraud",
    "columns": COLUMNS,
    "reference": f"s3://{TRAINING}/fraud/reference.parquet",
    "experiment": "fraud",
    "minimum_rows": 200,
}
Row = dict[str, Any]


def rows(count: int, seed: int, **changed: Callable[[random.Random], Any]) -> list[Row]:
    """Rows of the model, drawn from the distributions of its training data unless `changed` draws a column."""
    draw = random.Random(seed)
    usual: dict[str, Callable[[random.Random], Any]] = {
        "amount": lambda by: by.expovariate(0.02),
        "age": lambda by: by.gauss(40, 10),
        "country": lambda by: by.choice(["de", "fr", "fr", "es"]),
        "score": lambda by: by.betavariate(2, 8),
    }
    return [{name: (changed.get(name) or usual[name])(draw) for name in usual} for _ in range(count)]


def write_parquet(path: Path, content: Sequence[Row]) -> None:
    """Write rows as Parquet."""
    lines = path.with_suffix(".jsonl")
    lines.write_text("\n".join(json.dumps(row) for row in content))
    duckdb.sql(f"COPY (SELECT * FROM read_json('{lines}', format='newline_delimited')) TO '{path}' (FORMAT parquet)")


def bodies(row: Row) -> dict[Kind, bytes]:
    """The request and the response of protocol V2 for a row."""
    request = {
        "inputs": [
            {"name": "features", "shape": [1, 2], "datatype": "FP32", "data": [[row["amount"], row["age"]]]},
            {"name": "country", "shape": [1], "datatype": "BYTES", "data": [row["country"]]},
            {"name": "email", "shape": [1], "datatype": "BYTES", "data": ["somebody@example.com"]},
        ]
    }
    response = {
        "model_name": "fraud",
        "outputs": [{"name": "score", "shape": [1, 1], "datatype": "FP32", "data": [row["score"]]}],
    }
    return {Kind.REQUEST: json.dumps(request).encode(), Kind.RESPONSE: json.dumps(response).encode()}


def headers(kind: Kind, id_: str, time: datetime, service: str = "fraud", namespace: str = "risk") -> dict[str, str]:
    """The headers of an event. Source: kserve v0.20.0, pkg/logger/worker.go; CloudEvents 1.0, HTTP protocol binding."""
    return {
        "Content-Type": "application/json",
        "Ce-Specversion": "1.0",
        "Ce-Id": id_,
        "Ce-Type": f"org.kubeflow.serving.inference.{kind}",
        "Ce-Source": f"{service}-predictor-7d9c5b6f4-x2x7k",
        "Ce-Time": time.isoformat().replace("+00:00", "123Z"),
        "Ce-Recordedtime": time.isoformat().replace("+00:00", "Z"),
        "Ce-Inferenceservicename": service,
        "Ce-Namespace": namespace,
        "Ce-Component": "predictor",
        "Ce-Endpoint": "",
        "Ce-Metadata": "{}",
    }


@dataclass(frozen=True)
class Place:
    """An empty AWS with the buckets, and the environment of its clients."""

    aws: str
    s3: Any
    folder: Path

    def environment(self, settings: Mapping[str, Any] | str, **further: str) -> dict[str, str]:
        """The environment of a program with these settings."""
        path = self.folder / f"settings-{len(list(self.folder.glob('settings-*')))}.json"
        path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
        return {
            **CREDENTIALS,
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "AWS_ENDPOINT_URL": self.aws,
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
            "MODEL_QUALITY_SETTINGS": str(path),
            **further,
        }

    def keys(self, prefix: str) -> list[str]:
        """The keys of the predictions' bucket below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """The content of an object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def put(self, key: str, content: bytes, bucket: str = BUCKET) -> None:
        """Write an object."""
        self.s3.put_object(Bucket=bucket, Key=key, Body=content)

    def snapshot(self) -> dict[str, bytes]:
        """Every object of the predictions' bucket."""
        return {key: self.read(key) for key in self.keys("")}


@contextmanager
def place(folder: Path) -> Generator[Place]:
    """The buckets, with the training data of the model."""
    import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none

    with servers.moto() as aws:
        client: Any = cast(Any, boto3).client
        s3 = client(
            "s3",
            endpoint_url=aws,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            region_name="us-east-1",
        )
        for bucket in (BUCKET, TRAINING):
            s3.create_bucket(Bucket=bucket)
        reference = folder / "reference.parquet"
        write_parquet(reference, rows(4000, 1))
        s3.upload_file(str(reference), TRAINING, "fraud/reference.parquet")
        yield Place(aws, s3, folder)


@contextmanager
def mlflow(folder: Path) -> Generator[str]:
    """The address of a real MLflow over SQLite and a folder."""
    program, port = servers.tool("mlflow", "mlflow"), servers.free_port()
    root = folder / "mlflow"
    root.mkdir()
    command = [
        *(str(program), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{root}/mlflow.db", "--serve-artifacts"),
        *("--artifacts-destination", str(root / "artifacts")),
    ]
    with servers.server_process(["env", "MLFLOW_DISABLE_TELEMETRY=true", *command], root) as process:
        servers.wait_until(process, lambda: servers.is_healthy(f"http://127.0.0.1:{port}/health"), root, 180)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def collector(where: Place, settings: Mapping[str, Any], **variables: str) -> Generator[str]:
    """The address of the collector. It is ended with SIGTERM, so that it writes what waits."""
    program, port = servers.tool("prediction-log", "python"), servers.free_port()
    environment = where.environment(settings, PREDICTION_LOG_PORT=str(port), **variables)
    log = where.folder / "collector.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(program), "-m", "workers.model_quality.log"], env=environment, cwd="/", stdout=output, stderr=output
        )
        try:
            servers.wait_until(process, lambda: servers.is_healthy(f"http://127.0.0.1:{port}/readyz"), where.folder, 60)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)
    assert process.returncode in (0, -15), log.read_text()


def post(url: str, given: Mapping[str, str], body: bytes) -> int:
    """The status that answers an event."""
    request = urllib.request.Request(url, data=body, headers=dict(given), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def metrics(url: str) -> dict[str, float]:
    """The samples of a /metrics page, by their names with labels."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    found = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in found if not math.isnan(float(value))}


RUN = """
import contextlib, json, os, sys
from workers.model_quality.job.__main__ import main
for line in sys.stdin:
    run = json.loads(line)
    os.environ["MODEL_QUALITY_SETTINGS"] = run["settings"]
    os.environ["MLFLOW_TRACKING_URI"] = run["mlflow"]
    try:
        # MLflow prints the address of a run.
        with contextlib.redirect_stdout(sys.stderr):
            code = main(run["arguments"])
    except SystemExit as end:
        code = end.code
    print(json.dumps({"code": code}), flush=True)
"""
"""Several runs of the job in one process: Evidently takes many seconds to import."""


class Jobs:
    """Runs of the job, one after another."""

    def __init__(self, where: Place, process: subprocess.Popen[str], tracking: str, log: Path):
        self._where, self._process, self._tracking, self._log = where, process, tracking, log

    def run(self, settings: Mapping[str, Any] | str, *arguments: str, tracking: str | None = None) -> int:
        """The exit code of a run."""
        assert self._process.stdin
        assert self._process.stdout
        path = self._where.environment(settings)["MODEL_QUALITY_SETTINGS"]
        wanted = self._tracking if tracking is None else tracking
        run = {"settings": path, "mlflow": wanted, "arguments": arguments}
        self._process.stdin.write(json.dumps(run) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self.log()
        return json.loads(line)["code"]

    def log(self) -> str:
        """What all runs printed."""
        return self._log.read_text(errors="replace")


@contextmanager
def jobs(where: Place, tracking: str) -> Generator[Jobs]:
    """Runs of the job in the environment of its image."""
    program = servers.tool("model-quality", "python")
    environment = where.environment({}, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    log = where.folder / "job.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [str(program), "-c", RUN],
            env=environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield Jobs(where, process, tracking, log)
        finally:
            process.kill()
            process.wait()


def window(days_ago: int = 1) -> tuple[datetime, datetime]:
    """A past day."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    return end - timedelta(days=1), end


def times(start: datetime, count: int, hours: float = 23.0) -> Iterator[datetime]:
    """Times from `start` on."""
    return (start + timedelta(hours=hours * index / count) for index in range(count))
