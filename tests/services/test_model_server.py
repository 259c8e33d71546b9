"""The model server and the training image as their Dockerfiles run them, in the environments of their locks."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.images.containers import Container, container
from tests.support.services.servers import free_port, tool

KINDS = ("onnx", "sklearn")
TRAIN = """
import sys, warnings
from pathlib import Path
import numpy as np, skops.io
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer
from sklearn.pipeline import make_pipeline

folder = Path(sys.argv[1])
rows, classes = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), [0, 0, 1, 1]
fitted = LogisticRegression().fit(rows, classes)
named = LogisticRegression().fit(rows, ["good", "good", "bad", "bad"])
options = {id(fitted): {"zipmap": False}}
for name in ("onnx", "sklearn", "foreign", "both", "zipmap", "older"):
    (folder / name).mkdir()
onnx = to_onnx(fitted, rows.astype(np.float32), options=options).SerializeToString()
(folder / "onnx" / "model.onnx").write_bytes(onnx)
(folder / "zipmap" / "model.onnx").write_bytes(to_onnx(fitted, rows.astype(np.float32)).SerializeToString())
(folder / "both" / "model.onnx").write_bytes(onnx)
skops.io.dump(fitted, folder / "both" / "model.skops")
skops.io.dump(named, folder / "sklearn" / "model.skops")
import os
skops.io.dump(make_pipeline(FunctionTransformer(os.system), fitted), folder / "foreign" / "model.skops")
import sklearn, sklearn.base
sklearn.base.__version__ = "1.5.0"
skops.io.dump(fitted, folder / "older" / "model.skops")
"""
"""A job of the training image: it writes models as the documentation says, and some that the server must refuse."""


@dataclass(frozen=True)
class Server:
    """A server that answers, and its container."""

    port: int
    container: Container
    before: set[str]

    def ask(self, path: str, document: Any = None) -> tuple[int, dict[str, Any]]:
        """The status and the document of an answer; POST with a document."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def infer(self, *inputs: dict[str, Any], outputs: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
        """An inference by version 2 of the protocol."""
        wanted = {"outputs": [{"name": name} for name in outputs]} if outputs else {}
        return self.ask("/v2/models/fraud/infer", {"inputs": list(inputs), **wanted})


def tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of models, each written by a job in the training image's environment."""
    folder = tmp_path_factory.mktemp("models")
    trainer = container("training", tmp_path_factory.mktemp("training") / "root")
    code, told = trainer.run([str(tool("training", "python")), "-c", TRAIN, str(folder)], {})
    assert code == 0, told
    return folder


@pytest.fixture(scope="module")
def servers(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """A server of each model: ENTRYPOINT with the ports of the test."""
    with ExitStack() as running:
        yield {kind: running.enter_context(started(models / kind, tmp_path_factory.mktemp(kind))) for kind in KINDS}


@contextmanager
def started(model: Path, folder: Path) -> Generator[Server]:
    """A server of the model, ready by the image's health check."""
    made = container("model-server", folder / "root")
    before = made.files()
    port = free_port()
    ports = [f"--http_port={port}", f"--grpc_port={free_port()}"]
    given = {"MODEL_DIR": str(model), "HTTP_PORT": str(port)}
    with made.started(made.command("--model_name=fraud", *ports), given) as process:
        made.wait_until(process, lambda: made.run(made.health_check(), given)[0] == 0)
        yield Server(port, made, before)


@pytest.fixture
def onnx(servers: dict[str, Server]) -> Server:
    return servers["onnx"]


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_server_predicts_what_the_job_trained(servers: dict[str, Server], kind: str) -> None:
    server = servers[kind]
    given = (
        tensor("X", "FP32", [2, 2], [0, 0, 3, 3]) if kind == "onnx" else tensor("input", "FP64", [2, 2], [0, 0, 3, 3])
    )
    status, answer = server.infer(given)
    assert status == 200
    outputs = {each["name"]: each for each in answer["outputs"]}
    expected = {"onnx": ("label", [0, 1]), "sklearn": ("predict", ["good", "bad"])}
    name, data = expected[kind]
    assert outputs[name]["data"] == data
    # MLServer returns probabilities on request too; a model in ONNX returns all that it has.
    assert set(outputs) == ({"label", "probabilities"} if kind == "onnx" else {"predict"})


@every_kind
def test_metadata_describe_the_tensors_that_are_returned(servers: dict[str, Server], kind: str) -> None:
    server = servers[kind]
    status, found = server.ask("/v2/models/fraud")
    assert status == 200
    [wanted] = found["inputs"]
    assert wanted["shape"] == [-1, 2]
    every = tuple(each["name"] for each in found["outputs"])
    _, answer = server.infer(tensor(wanted["name"], wanted["datatype"], [1, 2], [1.0, 2.0]), outputs=every)
    described = {each["name"]: each["datatype"] for each in found["outputs"]}
    assert {each["name"]: each["datatype"] for each in answer["outputs"]} == described
    assert len(described) == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(tensor("Y", "FP32", [1, 2], [1, 2]), "input 'Y' is unknown; the model takes X", id="name"),
        pytest.param(tensor("X", "FP32", [1, 3], [1, 2, 3]), "has the shape [1, 3]; the model takes", id="shape"),
        pytest.param(tensor("X", "FP64", [1, 2], [1, 2]), "has the type float64; the model takes float32", id="type"),
        pytest.param(tensor("X", "FP32", [1, 2], [1]), "do not fit its shape", id="too few numbers"),
        pytest.param(tensor("X", "FP32", [1, 2], ["a", "b"]), "do not fit its shape", id="words"),
        pytest.param(tensor("X", "FP9", [1, 2], [1, 2]), "do not fit its shape", id="unknown type"),
    ],
)
def test_request_that_does_not_fit_is_refused_with_400(onnx: Server, given: dict[str, Any], told: str) -> None:
    status, answer = onnx.infer(given)
    assert status == 400
    assert told in answer["error"]


def test_missing_input_and_unknown_output_are_refused(onnx: Server) -> None:
    status, answer = onnx.infer()
    assert (status, answer["error"]) == (400, "input 'X' is missing; the model takes X")
    status, answer = onnx.infer(tensor("X", "FP32", [1, 2], [1, 2]), outputs=("score",))
    assert status == 400
    assert "output 'score' is unknown; the model returns label, probabilities" in answer["error"]


@pytest.mark.parametrize("verb", ["load", "unload"])
def test_no_caller_can_unload_the_model(onnx: Server, verb: str) -> None:
    status, answer = onnx.ask(f"/v2/repository/models/fraud/{verb}", {})
    assert status == 400
    assert "deploy another release" in answer["error"]
    assert onnx.ask("/v2/health/ready") == (200, {"ready": True})


def test_server_writes_no_file(onnx: Server) -> None:
    assert onnx.infer(tensor("X", "FP32", [1, 2], [1, 2]))[0] == 200
    assert onnx.container.files() == onnx.before


def test_health_check_fails_without_a_server(tmp_path: Path) -> None:
    made = container("model-server", tmp_path / "root")
    assert made.run(made.health_check(), {"HTTP_PORT": str(free_port())})[0] == 1


REFUSED = {
    "foreign": "which may run code",
    "both": "has model.onnx and model.skops; keep one of them",
    "zipmap": "zipmap=False",
    "older": "train it with the platform's training image",
    "pickle": "has model.pkl, a pickle, which can run any code",
    "no-onnx": "is not a model that ONNX Runtime",
    "no-skops": "is not a model that skops loads",
    "empty": "has neither model.onnx nor model.skops",
}
LOAD = """
import json, sys
from pathlib import Path
from model_server.predictors import ModelError, load
told = {}
for folder in sys.argv[1:]:
    try:
        load(Path(folder))
    except ModelError as error:
        told[folder] = str(error)
print(json.dumps(told))
"""


def test_folders_without_one_safe_model_are_refused(models: Path, tmp_path: Path) -> None:
    for name, file in (("pickle", "pkl"), ("no-onnx", "onnx"), ("no-skops", "skops"), ("empty", "txt")):
        (models / name).mkdir()
        (models / name / f"model.{file}").write_bytes(b"no model")
    made = container("model-server", tmp_path / "root")
    folders = [str(models / name) for name in REFUSED]
    code, output = made.run([str(tool("model-server", "python")), "-c", LOAD, *folders], {})
    assert code == 0, output
    told: dict[str, str] = json.loads(output.splitlines()[-1])
    assert {name: text in told.get(str(models / name), "") for name, text in REFUSED.items()} == dict.fromkeys(
        REFUSED, True
    )
    assert all(folder in message for folder, message in told.items())


def test_server_does_not_start_without_a_model(tmp_path: Path) -> None:
    made = container("model-server", tmp_path / "root")
    code, output = made.run(made.command(), {"MODEL_DIR": str(tmp_path)})
    assert code == 1
    assert f"model-server: {tmp_path} has neither model.onnx nor model.skops" in output
    assert "Traceback" not in output


def test_training_image_has_what_its_command_imports(tmp_path: Path) -> None:
    made = container("training", tmp_path / "root")
    assert made.run(made.command(), {}) == (0, "")


def test_types_of_the_model_server_are_strict() -> None:
    python = tool("model-server", "python")
    project = python.parents[3] / "images" / "model-server"
    found = subprocess.run(
        [python.parents[2] / "bin" / "pyright", "--pythonpath", python, "--project", project],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
