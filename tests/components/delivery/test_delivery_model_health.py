"""When a model is healthy to Argo CD, by the very text that it runs, in its language; and when it differs."""

import json
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from components.core.spec import parse
from components.delivery.argo_cd.model_health import INFERENCE_SERVICE_HEALTH
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from tests.support.components.clusters import RELEASE
from tests.support.components.delivered import delivery
from tests.support.programs import needs

COMPLETE = "NewReplicaSetAvailable"
ROLLING = "MinimumReplicasAvailable"


def condition(kind: str, status: str = "True", reason: str = "", message: str = "") -> dict[str, str]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def lua(value: object) -> str:
    """A value as Lua writes it; JSON's texts are Lua's for what stands in them here."""
    match value:
        case dict():
            items = cast(dict[str, object], value).items()
            return "{" + ", ".join(f"[{json.dumps(key)}] = {lua(each)}" for key, each in items) + "}"
        case list():
            return "{" + ", ".join(lua(each) for each in cast(list[object], value)) + "}"
        case _:
            return json.dumps(value)


def health(tmp: Path, status: dict[str, Any] | None) -> tuple[str, str]:
    given = {"kind": "InferenceService", **({} if status is None else {"status": status})}
    script = tmp / "health.lua"
    body = f"local obj = {lua(given)}\nlocal function judge()\n{INFERENCE_SERVICE_HEALTH}\nend\n"
    script.write_text(f"{body}local found = judge()\nprint(found.status)\nprint(found.message)\n")
    done = subprocess.run(["lua5.1", str(script)], capture_output=True, text=True, check=True, timeout=30)
    first, _, rest = done.stdout.partition("\n")
    return first, rest.strip()


def ready(reason: str, **model: Any) -> dict[str, Any]:
    conditions = [condition("IngressReady"), condition("PredictorReady", reason=reason), condition("Ready")]
    return {"conditions": conditions, "modelStatus": {"transitionStatus": "UpToDate", **model}}


KIND = "serving.kserve.io_InferenceService"


def configuration(what: str) -> str:
    return delivery().one(RELEASE).inputs["values"]["configs"]["cm"][f"resource.customizations.{what}.{KIND}"]


def test_argo_cd_has_it_for_what_a_model_is() -> None:
    assert configuration("health") == INFERENCE_SERVICE_HEALTH
    # The chart fills in whatever stands in two braces.
    assert "{{" not in INFERENCE_SERVICE_HEALTH


def amounts(value: object, at: tuple[str, ...] = ()) -> set[str]:
    """Where an object has requests or limits, as Argo CD writes a path: lists are passed through."""
    if isinstance(value, list):
        return {path for each in cast(list[object], value) for path in amounts(each, at)}
    if not isinstance(value, dict):
        return set()
    items = cast(dict[str, object], value).items()
    here = {".".join(at)} if {key for key, _ in items} & {"requests", "limits"} else set[str]()
    return here.union(*(amounts(each, (*at, key)) for key, each in items))


def test_amounts_of_a_model_are_compared_as_amounts() -> None:
    known = [(each["field"], each["type"]) for each in json.loads(configuration("knownTypeFields"))]
    wanted = {
        "name": "ranker",
        "namespace": "ranking",
        "domain": "models.example.com",
        "model_uri": "s3://models/ranking/1/",
        "runtime": "triton",
        "gpus": 1,
        "cpu": "3000m",
        "memory": "12Gi",
        "minimum": 1,
        "maximum": 2,
        "target_concurrency": 8,
        "canary": {"model_uri": "s3://models/ranking/2/", "percent": 10},
    }
    objects = model_service_objects(parse(ModelServiceSpec, wanted, "model"))
    models = [each for each in objects if each["kind"] == "InferenceService"]
    found = {path for each in models for path in amounts(each)}
    assert len(models) == 2
    assert "spec.predictor.model.resources" in found
    for path in found:
        # Of a container's type the amounts are a part.
        whole = path.removesuffix(".resources")
        assert (path, "core/v1/ResourceRequirements") in known or (whole, "core/v1/Container") in known, path


@needs("lua5.1")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, "Progressing"),
        ({"modelStatus": {"transitionStatus": "UpToDate"}}, "Progressing"),
        (ready(COMPLETE), "Healthy"),
        # While pods are replaced KServe calls it ready, for the old ones answer.
        (ready(ROLLING), "Progressing"),
        (ready(f"predictor-container: {ROLLING}, worker-container: {COMPLETE}"), "Progressing"),
        (ready(COMPLETE, transitionStatus="InProgress"), "Progressing"),
        (ready(COMPLETE, transitionStatus="BlockedByFailedLoad"), "Degraded"),
        (ready(COMPLETE, transitionStatus="InvalidSpec"), "Degraded"),
        ({"conditions": [condition("PredictorReady", "False", "ProgressDeadlineExceeded", "slow")]}, "Progressing"),
        ({"conditions": [condition("Ready", "Unknown")]}, "Progressing"),
        ({"conditions": [condition("Stopped", "True"), condition("Ready", "False")]}, "Suspended"),
        ({"conditions": [condition("Stopped", "False"), condition("Ready")]}, "Healthy"),
    ],
)
def test_it_is_healthy_once_the_version_that_it_was_given_answers(
    tmp_path: Path, status: dict[str, Any] | None, expected: str
) -> None:
    assert health(tmp_path, status)[0] == expected


@needs("lua5.1")
def test_it_says_why(tmp_path: Path) -> None:
    assert health(tmp_path, ready(ROLLING))[1] == "PredictorReady: pods of the version before still answer"
    slow = {"conditions": [condition("PredictorReady", "False", "ProgressDeadlineExceeded", "it is slow")]}
    assert health(tmp_path, slow)[1] == "PredictorReady is False ProgressDeadlineExceeded it is slow"
