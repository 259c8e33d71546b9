"""Our configurations in real collectors: which traces they keep, and what they mask."""

import csv
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.observability.traces.pipelines import endpoint_exporter, front_config, sampler_config, x_ray_exporter
from components.observability.traces.spec import TracingSpec
from tests.support.components.observability.kept import is_kept
from tests.support.programs import needs
from tests.support.services.collectors import (
    PROGRAM,
    Collector,
    attributes,
    collector,
    kept,
    span,
    traces_until,
    validate,
)

pytestmark = needs(PROGRAM)

SPEC = TracingSpec.model_validate(
    {
        "name": "ml",
        "replicas": 2,
        "redactedAttributes": ["customer[.]number"],
        "sampling": {
            "percent": 0,
            "slowMilliseconds": 1000,
            "slowModels": {"fraud": 200, "chat": 30_000},
            "decisionSeconds": 1,
        },
    }
)
FAILED: dict[str, Any] = {"status": {"code": 2, "message": "IntegrityError: Key (email)=(ada@example.com) exists"}}
METRICS = Path(__file__).parents[1] / "definitions" / "exported_metrics.csv"


def with_x_ray(spec: TracingSpec) -> dict[str, Any]:
    return sampler_config(spec, *x_ray_exporter("us-east-1", "amazonaws.com"))


def has_signing() -> bool:
    """Whether the collector on PATH signs requests; one that was built from fewer parts does not."""
    return "sigv4auth" in subprocess.run([PROGRAM, "components"], capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Collector, Collector, Path]]:
    """A collector of each layer, and the file that the second one writes instead of sending to X-Ray."""
    folder = tmp_path_factory.mktemp("collectors")
    written = folder / "spans.json"
    sampler = sampler_config(SPEC, {"file": {"path": str(written)}}, {})
    front = front_config(SPEC)
    # DNS of a cluster is not here.
    front["exporters"]["load_balancing"]["resolver"] = {"static": {"hostnames": ["127.0.0.3:4317"]}}
    with (
        collector(sampler, "127.0.0.3", folder / "sampler") as second,
        collector(front, "127.0.0.2", folder / "front") as first,
    ):
        yield first, second, written


def of_model(model: str) -> dict[str, Any]:
    cluster = f"outbound|80||{model}-predictor.risk.svc.cluster.local"
    return {"attributes": attributes({"upstream_cluster": cluster})}


@pytest.mark.parametrize("replicas", [1, 2])
def test_collector_accepts_the_configuration_for_x_ray(replicas: int, tmp_path: Path) -> None:
    if not has_signing():
        pytest.skip("the collector on PATH has no extension sigv4auth")
    assert validate(with_x_ray(SPEC.model_copy(update={"replicas": replicas})), tmp_path) == ""


def test_collector_accepts_another_store(tmp_path: Path) -> None:
    assert validate(sampler_config(SPEC, endpoint_exporter("https://tempo.example.com/otlp"), {}), tmp_path) == ""


def test_collector_accepts_the_first_layer(tmp_path: Path) -> None:
    assert validate(front_config(SPEC), tmp_path) == ""


def test_collector_refuses_a_wrong_policy(tmp_path: Path) -> None:
    config = sampler_config(SPEC, {"file": {"path": str(tmp_path / "spans.json")}}, {})
    config["processors"]["tail_sampling"]["decision_wait"] = "soon"
    assert "decision_wait" in validate(config, tmp_path)


def test_errors_and_slow_traces_are_kept_by_model(layers: tuple[Collector, Collector, Path]) -> None:
    front, _, written = layers
    front.send(*(span(f"ordinary-{number}") for number in range(50)))
    front.send(span("failed", **FAILED))
    front.send(span("slow", milliseconds=1500))
    front.send(span("fraud-slow", milliseconds=300, **of_model("fraud")))
    front.send(span("fraud-fine", milliseconds=150, **of_model("fraud")))
    front.send(span("chat-fine", milliseconds=20_000, **of_model("chat")))
    front.send(span("chat-slow", milliseconds=40_000, **of_model("chat")))
    front.send(span("own-span-slow", milliseconds=300), service="fraud")
    front.send(span("last", **FAILED))
    assert traces_until(written, "last") == {"failed", "slow", "fraud-slow", "chat-slow", "own-span-slow", "last"}


def test_spans_of_a_trace_that_come_apart_stay_together(layers: tuple[Collector, Collector, Path]) -> None:
    front, _, written = layers
    front.send({**span("parts"), "spanId": "00000000000000a1"})
    front.send({**span("parts", **FAILED), "spanId": "00000000000000a2"})
    traces_until(written, "parts")
    identity = span("parts")["traceId"]
    assert {each["spanId"] for each in kept(written) if each["traceId"] == identity} == {
        "00000000000000a1",
        "00000000000000a2",
    }


PLANTED = {
    "db.statement": "SELECT * FROM people WHERE name = 'Ada Lovelace'",
    "db.query.text": "SELECT 1 WHERE email = 'ada@example.com'",
    "db.query.parameter.0": "Lovelace",
    "http.request.body": '{"iban": "DE02120300000000202051"}',
    "http.request.header.authorization": "Bearer abcdef0123456789",
    "http.request.header.cookie": "session=5f2d",
    "http.url": "https://models.example.com/v2/models/fraud/infer?customer=4711",
    "url.query": "customer=4711",
    "enduser.id": "employee-17",
    "client.address": "203.0.113.7",
    "peer.address": "203.0.113.7",
    "user_agent.original": "Ada's phone",
    "gen_ai.prompt.0.content": "My name is Lovelace",
    "api_key": "sk-hidden-key",
    "customer.number": "C-99-hidden",
    "note": "ask ada@example.com, eyJhbGciOi.eyJzdWIiOiJBZGEifQ.c2ln, card 4111111111111111",
    "dsn": "postgresql://feast:hunter2@db:5432/feast",
}
HIDDEN = [
    *("Lovelace", "ada@example.com", "DE0212", "abcdef0123456789", "5f2d", "4711", "employee-17", "203.0.113.7"),
    *("Ada's", "sk-hidden-key", "C-99-hidden", "eyJzdWI", "4111111111111111", "hunter2"),
]
VISIBLE = {"http.method": "POST", "http.status_code": "500", "db.system": "redis", "gen_ai.usage.input_tokens": "31"}


def test_personal_data_does_not_leave_the_first_layer(layers: tuple[Collector, Collector, Path]) -> None:
    front, _, written = layers
    told = attributes({"exception.type": "ValueError", "exception.message": "Lovelace is unknown"})
    event = {"name": "exception", "timeUnixNano": "1700000000000000001", "attributes": told}
    planted: dict[str, Any] = {**FAILED, "attributes": attributes({**PLANTED, **VISIBLE}), "events": [event]}
    front.send(span("personal", name="GET /people?id=4711 of ada@example.com", **planted))
    traces_until(written, "personal")
    text = written.read_text(encoding="utf-8")
    assert [each for each in HIDDEN if each in text] == []
    [found] = [each for each in kept(written) if each["traceId"] == span("personal")["traceId"]]
    shown = {each["key"]: each["value"]["stringValue"] for each in found["attributes"]}
    assert {key: shown[key] for key in VISIBLE} == VISIBLE
    assert shown["http.url"].startswith("https://models.example.com/v2/models/fraud/infer")
    assert found["status"] == {"code": 2}
    assert found["events"][0]["attributes"][0]["value"] == {"stringValue": "ValueError"}


def test_metrics_that_alerts_read_are_those_of_the_collectors(layers: tuple[Collector, Collector, Path]) -> None:
    front, sampler, written = layers
    front.send(span("measured", **FAILED))
    traces_until(written, "measured")
    exported = set(re.findall(r"^# TYPE (otelcol_\w+) ", front.metrics() + sampler.metrics(), re.MULTILINE))
    with METRICS.open(encoding="utf-8") as file:
        listed = {row["metric"] for row in csv.DictReader(file) if row["exporter"] == "opentelemetry-collector"}
    # Counters of failures begin with the first failure.
    assert {each for each in listed - exported if "failed" not in each and "refused" not in each} == set()
    assert all(is_kept(each) for each in listed)
