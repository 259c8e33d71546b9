"""Our configuration in a real Tempo: it keeps the traces of our collectors in the bucket, within its limits."""

import csv
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from components.observability.traces.pipelines import endpoint_exporter, sampler_config
from components.observability.traces.spec import HTTP_PORT, TracingSpec
from components.observability.traces.tempo_config import API_PORT, METRICS_PORT, tempo_config
from components.observability.traces.tempo_spec import TempoSpec
from tests.support.components.observability.kept import is_kept
from tests.support.programs import needs
from tests.support.services import collectors
from tests.support.services.collectors import attributes, collector, span
from tests.support.services.servers import moto
from tests.support.services.tempo import PROGRAM, Tempo, tempo, verify

pytestmark = needs(PROGRAM)

SPEC = TempoSpec.model_validate({"bucket": "traces", "traceMegabytes": 1, "megabytesPerSecond": 1})
CONFIG = tempo_config(SPEC, "us-east-1", 100)
COLLECTING = TracingSpec.model_validate(
    {"name": "ml", "replicas": 1, "sampling": {"percent": 100, "decisionSeconds": 1}}
)
ADDRESS = "127.0.0.6"
METRICS = Path(__file__).parents[1] / "definitions" / "exported_metrics.csv"
WITHOUT_TROUBLE = ("failed", "errors", "discarded", "outstanding", "jobs_completed", "blocklist_length")
"""Parts of the names of metrics that begin with the first trouble, or with the first merge of blocks."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tempo]:
    with moto() as store, tempo(CONFIG, ADDRESS, store, tmp_path_factory.mktemp("tempo")) as found:
        yield found


def sent(*spans: dict[str, Any]) -> int:
    """What Tempo answers to spans, as the collectors send them."""
    resource = {"attributes": attributes({"service.name": "fraud"})}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}
    return httpx.post(f"http://{ADDRESS}:{HTTP_PORT}/v1/traces", json=body, timeout=60).status_code


def now(trace: str, **fields: Any) -> dict[str, Any]:
    """A span of this moment: Tempo finds old ones in the bucket only."""
    end = time.time_ns()
    return {**span(trace, **fields), "startTimeUnixNano": str(end - 10_000_000), "endTimeUnixNano": str(end)}


def test_tempo_accepts_the_configuration_without_a_warning(tmp_path: Path) -> None:
    assert verify(CONFIG, tmp_path) == ""


def test_tempo_refuses_a_setting_that_it_does_not_know(tmp_path: Path) -> None:
    assert "block_retentions" in verify(
        {**CONFIG, "backend_worker": {"compaction": {"block_retentions": "1h"}}}, tmp_path
    )


@needs(collectors.PROGRAM)
def test_trace_of_the_collectors_is_found(running: Tempo, tmp_path: Path) -> None:
    config = sampler_config(COLLECTING, endpoint_exporter(f"http://{ADDRESS}:{HTTP_PORT}"), {})
    hidden = attributes({"db.statement": "SELECT * FROM people WHERE name = 'Lovelace'"})
    with collector(config, "127.0.0.7", tmp_path) as front:
        front.send(now("collected", name="predict", attributes=hidden), service="fraud")
        [found] = running.trace(now("collected")["traceId"])
    assert found["name"] == "predict"
    assert "Lovelace" not in str(found)


def test_traces_go_to_the_bucket(running: Tempo) -> None:
    assert sent(now("stored")) == 200
    running.wait_for(lambda: any(each.endswith("/meta.json") for each in running.objects()))
    assert any(each.endswith("/data.parquet") for each in running.objects())


def test_trace_is_found_by_its_service(running: Tempo) -> None:
    assert sent(now("searched", name="search-me")) == 200
    query = {"q": '{ resource.service.name = "fraud" && name = "search-me" }'}
    path = f"/api/search?{httpx.QueryParams(query)}"
    running.wait_for(lambda: bool(running.get(path).json()["traces"]))


def test_trace_beyond_the_limit_is_counted(running: Tempo) -> None:
    large = attributes({f"note-{number}": "x" * 2000 for number in range(300)})
    for number in range(4):
        part = {**now("large", attributes=large), "spanId": f"{number + 1:016x}"}
        assert sent(part) == 200
    counted = re.compile(r'tempo_discarded_spans_total\{reason="trace_too_large",tenant="single-tenant"\} [1-9]')
    running.wait_for(lambda: bool(counted.search(running.metrics())))


def test_collector_is_told_to_wait_beyond_the_rate(running: Tempo) -> None:
    # A burst is 20 MB, and 1 MB comes back in a second.
    large = attributes({f"note-{number}": "x" * 2000 for number in range(250)})
    request = [now(f"fast-{number}", attributes=large) for number in range(30)]
    assert sent(*request) == 200
    assert sent(*request) == 429
    assert 'tempo_discarded_spans_total{reason="rate_limited",tenant="single-tenant"} 30' in running.metrics()


def test_port_of_metrics_has_no_traces(running: Tempo) -> None:
    path = f"/api/v2/traces/{now('stored')['traceId']}"
    assert running.get(path, port=METRICS_PORT).status_code == 404
    assert running.get("/api/search", port=METRICS_PORT).status_code == 404
    assert running.get("/api/search", port=API_PORT).status_code == 200


def test_metrics_that_alerts_read_are_those_of_tempo(running: Tempo) -> None:
    exported = set(re.findall(r"^# TYPE (\w+) ", running.metrics(), re.MULTILINE))
    with METRICS.open(encoding="utf-8") as file:
        listed = {row["metric"] for row in csv.DictReader(file) if row["exporter"] == "tempo"}
    assert {each for each in listed - exported if not any(part in each for part in WITHOUT_TROUBLE)} == set()
    assert all(is_kept(each) for each in listed)
