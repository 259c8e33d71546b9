"""KServe's own agent before a model: what it sends is stored, and predictions are answered without the collector.

The program is `cmd/agent` of kserve v0.20.0, built with Go and named kserve-agent.
"""

import gzip
import json
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.http_servers import QuietHandler, http_server
from tests.support.programs import needs, path_of
from tests.support.services import servers
from tests.support.services.predictions import BUCKET, MODEL, Place, bodies, collector, metrics, place, rows
from workers.model_quality.log.events import prediction_id
from workers.model_quality.records import Kind, Record, record_of

pytestmark = [pytest.mark.slow, needs("kserve-agent")]

[ROW] = rows(1, 1)
ANSWER = bodies(ROW)[Kind.RESPONSE]
SETTINGS = {"bucket": BUCKET, "models": [MODEL]}


class _Model(QuietHandler):
    """A model server, which answers each request alike."""

    def do_GET(self) -> None:
        self._answer(b'{"name": "fraud", "inputs": [{"name": "features", "datatype": "FP32", "shape": [-1, 2]}]}')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(ANSWER)

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("agent")) as made:
        yield made


@contextmanager
def agent(folder: Path, log_url: str) -> Generator[str]:
    """The address of the agent, started with the arguments of kserve v0.20.0, pkg/webhook/admission/pod."""
    port = servers.free_port()
    folder.mkdir()
    with http_server(_Model) as model:
        probe = json.dumps({"httpGet": {"path": "/v2/health/ready", "port": model}})
        command = [
            *("env", f"SERVING_READINESS_PROBE={probe}", path_of("kserve-agent"), "--port", str(port)),
            *("--log-url", log_url, "--source-uri", "fraud-predictor-0", "--log-mode", "all"),
            *("--inference-service", "fraud", "--namespace", "risk", "--endpoint", "", "--component", "predictor"),
            *("--logger-tls-skip-verify=false", "--component-port", str(model)),
        ]
        with servers.server_process(command, folder) as process:
            servers.wait_until(process, lambda: servers.answers(port), folder)
            yield f"http://127.0.0.1:{port}"


def ask(url: str, id_: str = "") -> bytes:
    headers = {"Content-Type": "application/json", **({"Ce-Id": id_} if id_ else {})}
    request = urllib.request.Request(f"{url}/v2/models/fraud/infer", bodies(ROW)[Kind.REQUEST], headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def stored(where: Place) -> list[Record]:
    keys = where.keys("predictions/risk/fraud/")
    return [record_of(line) for key in keys for line in gzip.decompress(where.read(key)).splitlines()]


def test_events_of_the_agent_are_stored_in_pairs(where: Place, tmp_path: Path) -> None:
    with collector(where, SETTINGS) as url:
        with agent(tmp_path / "agent", url) as model:
            assert ask(model, "order-7") == ANSWER
            assert ask(model) == ANSWER
            with urllib.request.urlopen(f"{model}/v2/models/fraud", timeout=30) as answer:
                assert b"features" in answer.read()
            own = 'model="fraud",model_namespace="risk"'
            counts: dict[str, float] = {}
            while sum(counts.values()) < 6:
                told = metrics(url)
                names = ("accepted", "ignored", "rejected")
                counts = {each: told[f'prediction_log_events_total{{{own},outcome="{each}"}}'] for each in names}
        # The call for metadata has no tensors with data.
        assert counts == {"accepted": 4.0, "ignored": 2.0, "rejected": 0.0}
    records = stored(where)
    assert sorted(each.kind for each in records) == ["request", "request", "response", "response"]
    assert len({each.id for each in records}) == 2
    [request, response] = sorted(
        (each for each in records if each.id == prediction_id("order-7")), key=lambda r: r.kind
    )
    assert request.columns == {"amount": [ROW["amount"]], "age": [ROW["age"]], "country": [ROW["country"]]}
    assert response.columns == {"score": [ROW["score"]]}
    assert request.time <= response.time


def test_model_answers_while_the_collector_is_away(tmp_path: Path) -> None:
    with agent(tmp_path / "agent", f"http://127.0.0.1:{servers.free_port()}") as model:
        assert [ask(model) for _ in range(300)] == [ANSWER] * 300
