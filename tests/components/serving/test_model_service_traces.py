"""Spans of model servers: where they are sent, and by which setting."""

from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec

HOST = "collector.tracing.svc.cluster.local"
MODEL: dict[str, Any] = {
    "name": "fraud",
    "namespace": "risk",
    "domain": "models.example.com",
    "modelUri": "s3://models/fraud/1/",
    "runtime": "triton",
    "cpu": "1",
    "memory": "2Gi",
    "minimum": 1,
    "maximum": 2,
    "targetConcurrency": 8,
}


def objects(**changed: Any) -> dict[str, dict[str, Any]]:
    spec = parse(ModelServiceSpec, {**MODEL, **changed}, "model")
    return {each["kind"]: each for each in model_service_objects(spec)}


def model(**changed: Any) -> dict[str, Any]:
    return objects(**changed)["InferenceService"]["spec"]["predictor"]["model"]


def test_triton_traces_what_the_gateway_traces_and_no_more() -> None:
    found = model(traceCollector=HOST)["args"]
    assert found == [
        "--trace-config=mode=opentelemetry",
        f"--trace-config=opentelemetry,url=http://{HOST}:4318/v1/traces",
        "--trace-config=opentelemetry,resource=service.name=fraud",
        "--trace-config=level=TIMESTAMPS",
        "--trace-config=count=-1",
        "--trace-config=rate=0",
    ]


def test_mlserver_sends_spans_and_keeps_its_name() -> None:
    changed = {"runtime": "mlserver", "modelFormat": "sklearn", "traceCollector": HOST}
    assert model(**changed)["env"] == [
        {"name": "MLSERVER_MODEL_NAME", "value": "fraud"},
        {"name": "MLSERVER_TRACING_SERVER", "value": f"{HOST}:4317"},
    ]


def test_model_without_a_collector_sends_no_spans() -> None:
    assert "args" not in model()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"runtime": "huggingface", "traceCollector": HOST}, "has no effect on runtime huggingface"),
        ({"traceCollector": "collector.example.com"}, "traceCollector = 'collector.example.com'"),
    ],
)
def test_collector_that_gets_no_spans_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        objects(**changed)
    assert told in str(refused.value)
