"""The environment of the ingestion of features, and what its pages answer."""

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from workers.feature_ingest.health import PATIENCE, Health, serve
from workers.feature_ingest.settings import Format, Security, Settings, SettingsError, settings_from

ROOT = Path(__file__).parents[2]
GOOD = {
    "INGEST_TOPIC": "clicks",
    "INGEST_GROUP": "feature-ingest",
    "INGEST_VIEWS": "user_clicks, item_clicks",
    "INGEST_BROKERS": "b-1.example.com:9098,b-2.example.com:9098",
    "INGEST_DEAD_LETTERS": "clicks-dead-letter",
    "INGEST_FORMAT": "avro",
    "AWS_REGION": "us-east-1",
}


def test_settings_are_read_from_the_environment() -> None:
    assert settings_from({**GOOD, "INGEST_BATCH_SIZE": "100"}) == Settings(
        topic="clicks",
        group="feature-ingest",
        views=("user_clicks", "item_clicks"),
        brokers="b-1.example.com:9098,b-2.example.com:9098",
        dead_letters="clicks-dead-letter",
        record_format=Format.AVRO,
        security=Security.IAM,
        region="us-east-1",
        batch_size=100,
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        *((name, "", f"{name} = '': is missing; set it to") for name in GOOD if name != "INGEST_FORMAT"),
        ("INGEST_FORMAT", "xml", "INGEST_FORMAT = 'xml': is unknown; use json or avro"),
        ("INGEST_SECURITY", "tls", "INGEST_SECURITY = 'tls': is unknown; use iam or none"),
        ("INGEST_SECURITY", "none", "the broker b-1.example.com:9098 is on another machine; use iam"),
        ("INGEST_BROKERS", "b-1.example.com", "'b-1.example.com' is not a valid broker; write host:port"),
        ("INGEST_BATCH_SIZE", "0", "INGEST_BATCH_SIZE = '0': is not a whole number from 1 to 10000"),
        ("INGEST_PORT", "http", "INGEST_PORT = 'http': is not a whole number from 1 to 65535"),
        ("INGEST_VIEWS", "a,a", "names a feature view twice"),
        ("INGEST_DEAD_LETTERS", "clicks", "is the topic that is read; name another topic"),
    ],
)
def test_a_wrong_variable_is_named_with_its_remedy(name: str, value: str, problem: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_from({**GOOD, name: value})
    assert problem in str(error.value)


def test_the_worker_ends_with_all_problems_of_its_environment() -> None:
    command = [sys.executable, "-m", "workers.feature_ingest"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 6
    assert "Traceback" not in done.stderr


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def status(address: str, page: str) -> int:
    try:
        with urllib.request.urlopen(f"{address}/{page}", timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_probes_follow_the_steps_of_the_worker() -> None:
    clock = Clock()
    health = Health(clock)
    server = serve(health, 0, "127.0.0.1")
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert [status(address, page) for page in ("livez", "readyz", "metrics", "")] == [200, 503, 200, 404]
        health.has_read({"0": 7}, joined=True)
        assert status(address, "readyz") == 200
        health.has_failed()
        assert [status(address, page) for page in ("livez", "readyz")] == [200, 503]
        clock.now = PATIENCE
        assert status(address, "livez") == 503
        health.has_read({}, joined=True)
        assert status(address, "livez") == 200
    finally:
        server.shutdown()
        server.server_close()
