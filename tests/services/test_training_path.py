"""From raw data to a served model: the programs of examples/training, on real Spark, scikit-learn and MLflow.

S3 is a folder of this machine, and SageMaker is moto's.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
import httpx
import pytest
import yaml
from moto import mock_aws

from components.serving.model_service.spec import ModelServiceSpec
from operations.settings import parse, read
from operations.train.__main__ import main
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform
from operations.train.request import Engine
from tests.support.operations.training import OUTPUTS
from tests.support.programs import require
from tests.support.services.servers import REGION, ROOT, free_port, is_healthy, server_process, tool, wait_until

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "training"
_DEADLINE = 300.0
PREDICT = """
import joblib, sys
model = joblib.load(sys.argv[1])
print(model.predict([[1, 10.0, 10.0], [9, 9000.0, 5000.0]]).tolist())
"""


@dataclass(frozen=True)
class Storage:
    """Buckets as folders."""

    root: Path

    def local(self, text: str) -> str:
        """`text` with addresses of this storage in place of S3's."""
        return text.replace("s3://", f"file://{self.root}/")

    def folder(self, uri: str) -> Path:
        return self.root / uri.removeprefix("s3://")

    def run(self, command: list[str], variables: Mapping[str, str]) -> str:
        """What a program printed that has `variables`, as on its engine."""
        given = {name: self.local(value) for name, value in variables.items()}
        path = f"{Path(command[0]).parent}:{os.environ['PATH']}"
        own = {"PATH": path, "HOME": str(self.root), "SPARK_LOCAL_IP": "127.0.0.1"}
        done = subprocess.run(
            command, env={**own, **given}, cwd=self.root, capture_output=True, text=True, timeout=_DEADLINE, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Raw payments of two days: those of every third customer are large, and fraud."""
    folder = tmp_path / "s3" / "ml-prod-raw-111122223333" / "payments"
    folder.mkdir(parents=True)
    for day in (28, 29):
        lines = [
            {
                "customer": f"c{number % 30}",
                "at": f"2026-11-{day}T10:00:00Z",
                "amount": 4000.0 if number % 3 == 0 else 12.5,
                "fraud": number % 3 == 0,
            }
            for number in range(120)
        ]
        (folder / f"{day}.json").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return Storage(tmp_path / "s3")


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server."""
    program, folder, port = tool("mlflow", "mlflow"), tmp_path_factory.mktemp("mlflow"), free_port()
    command = [
        str(program), "server", "--host=127.0.0.1", f"--port={port}", "--workers=1",
        f"--backend-store-uri=sqlite:///{folder / 'store.db'}", f"--artifacts-destination={folder / 'artifacts'}",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with server_process(command, folder) as process:
        wait_until(process, lambda: is_healthy(f"{address}/health"), folder, _DEADLINE)
        yield address


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name=REGION)


@pytest.fixture
def train(tmp_path: Path) -> list[str]:
    """The options of commands for the training job of the example."""
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS), encoding="utf-8")
    job = str(EXAMPLE / "train.yaml")
    return ["--on", "sagemaker", "--job", job, "--platform", str(tmp_path / "platform.json"), "--run", "2026-11-29"]


def spark_submit(storage: Storage) -> str:
    """Run the features' job by Spark itself, with the parameters that EMR gets."""
    require("java")
    job = parse(TrainingJob, read(EXAMPLE / "features.yaml"), "features.yaml")
    [call] = requests(Engine.EMR, job, Platform.model_validate(OUTPUTS))
    submitted = call.parameters["jobDriver"]["sparkSubmit"]
    words = shlex.split(submitted["sparkSubmitParameters"])
    before = "spark.emr-serverless.driverEnv."
    variables = dict(word.removeprefix(before).split("=", maxsplit=1) for word in words if word.startswith(before))
    program = EXAMPLE / Path(submitted["entryPoint"]).name
    local = ["--master", "local[1]", "--conf", "spark.ui.enabled=false", "--conf", "spark.driver.memory=512m"]
    command = [str(tool("spark", "spark-submit")), *words, *local, str(program), *submitted["entryPointArguments"]]
    return storage.run(command, variables)


def test_raw_payments_become_a_served_model(
    storage: Storage, tracking: str, account: Any, train: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    spark_submit(storage)
    table = storage.folder("s3://ml-prod-offline-111122223333/features/payments/")
    assert {each.name for each in table.iterdir() if each.is_dir()} == {"day=2026-11-28", "day=2026-11-29"}

    assert main(["submit", *train]) == 0
    # Moto keeps no variables of a job.
    job = parse(TrainingJob, read(EXAMPLE / "train.yaml"), "train.yaml")
    [call] = requests(Engine.SAGEMAKER, job, Platform.model_validate(OUTPUTS), "2026-11-29")
    variables = call.parameters["Environment"]
    trained = storage.run([str(tool("mlflow", "python")), str(EXAMPLE / "train.py")], variables)
    assert trained == "60 rows, accuracy 1.000\n"

    capsys.readouterr()
    assert main(["register", *train, "--tracking", tracking]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# fraud, version 1: registered\n")
    values = {"domain": "models.example.com", "cpu": "1", "memory": "2Gi", "minimum": 1, "maximum": 2}
    service = ModelServiceSpec.model_validate({**yaml.safe_load(printed), **values, "targetConcurrency": 4})
    assert service.model_uri == variables["MLPLATFORM_OUTPUT"]
    assert service.model_uri.startswith("s3://ml-prod-models-111122223333/fraud/fraud-")
    [artifact] = storage.folder(service.model_uri).iterdir()
    assert artifact.name == "model.joblib"
    predicted = storage.run([str(tool("mlflow", "python")), "-c", PREDICT, str(artifact)], {})
    assert predicted == "[0, 1]\n"


def test_a_run_has_one_version_and_another_run_the_next(
    tracking: str, account: Any, train: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = {**yaml.safe_load((EXAMPLE / "train.yaml").read_text()), "model": {**MODEL, "name": "scores"}}
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), encoding="utf-8")
    options = [*train, "--job", str(tmp_path / "job.yaml")]
    register = ["register", *options, "--tracking", tracking]
    assert main(register) == 1, "nothing was submitted"
    assert main(["submit", *options]) == 0
    capsys.readouterr()
    assert main(register) == 0
    assert main(register) == 0
    assert main(["submit", *options, "--run", "2026-11-30"]) == 0
    assert main([*register, "--run", "2026-11-30"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("#")]
    assert said == [
        "# scores, version 1: registered",
        "# scores, version 1: registered before",
        "# scores, version 2: registered",
    ]
    asked = {"filter": "name='scores'"}
    found = httpx.get(f"{tracking}/api/2.0/mlflow/model-versions/search", params=asked).json()["model_versions"]
    tags = {each["key"]: each["value"] for each in found[-1]["tags"]}
    assert (tags["team"], tags["engine"]) == ("risk", "sagemaker")


def test_a_server_that_refuses_a_model_is_quoted(
    tracking: str, account: Any, train: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    another = [*train, "--run", "another"]
    assert main(["submit", *another]) == 0
    assert main(["register", *another, "--tracking", tracking, "--mlflow-run", "no-such-run"]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith(f"train: MLflow at {tracking}")


MODEL = {"experiment": "fraud", "runtime": "mlserver", "format": "sklearn"}
