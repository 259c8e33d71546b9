"""The ingestion of features with a real Kafka, a real Redis cluster, PostgreSQL and Feast: also when it is killed.

The worker is a process of its own, in the environment of its image.
"""

import base64
import signal
import subprocess
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.services import servers
from tests.support.services.ingest import DEADLINE, Platform, click, ingest_platform

KILLED_BEFORE_COMMIT = """
import os, signal, sys
from workers.feature_ingest.kafka import KafkaSource

KafkaSource.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from workers.feature_ingest.__main__ import main
sys.exit(main())
"""
"""The worker, killed after it has written a batch and before it commits the offsets."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with ingest_platform(tmp_path_factory.mktemp("feast")) as made:
        yield made


@dataclass
class Worker:
    """The worker as a process."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def answers(self, page: str) -> str:
        """A page of the worker; empty while it does not answer with success."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{page}", timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def wait(self, what: str, page: str = "metrics") -> None:
        """Wait until a page says something."""
        deadline = time.monotonic() + DEADLINE
        while what not in self.answers(page):
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.answers(page) + self.log.read_text(encoding="utf-8")
            time.sleep(0.1)


@contextmanager
def worker(platform: Platform, topic: str, *arguments: str, **changed: str) -> Generator[Worker]:
    """A worker of a topic, ended by SIGTERM as the kubelet does it."""
    port = servers.free_port()
    environment = platform.environment(topic, INGEST_PORT=str(port), **changed)
    log = platform.folder / f"{topic}-{port}.log"
    command = [str(servers.tool("ingest", "python")), *(arguments or ("-m", "workers.feature_ingest"))]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=servers.ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
    try:
        yield Worker(process, port, log)
        process.terminate()
        assert process.wait(DEADLINE) in (0, -signal.SIGKILL), log.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def test_records_are_served_as_features_and_old_ones_change_nothing(platform: Platform) -> None:
    topic = platform.topic("served")
    newer, older = click("ada", 2, second=5), click("ada", 1, second=3)
    platform.send(topic, newer, older, click("bob", 7), b"no JSON", click("eve", "nine"))
    with worker(platform, topic) as running:
        running.wait('feature_ingest_records_total{outcome="written"} 3.0')
        running.wait("ok", "readyz")
    found = platform.features("ada", "bob", "eve")
    assert found["total"] == [2, 7, None]
    assert found["item_id"] == ["item-2", "item-7", None]
    assert platform.committed(topic) == 5
    letters = platform.dead_letters(topic, 2)
    reasons = [str(dict(letter.headers() or [])["mlplatform-reason"]) for letter in letters]
    assert letters[0].value() == b"no JSON"
    assert "not valid JSON" in reasons[0]
    assert "total = 'nine' is not a whole number of 64 bits; the type is INT64" in reasons[1]


def test_values_beside_missing_ones_are_stored_exactly(platform: Platform) -> None:
    topic, large = platform.topic("exact"), 2**53 + 1
    gaps: dict[str, Any] = {"score": None, "tags": None, "seen": None}
    platform.send(topic, click("large", large), click("gaps", None, item_id="i", **gaps), click("many", 1, tags=[]))
    with worker(platform, topic) as running:
        running.wait('feature_ingest_records_total{outcome="written"} 3.0')
    found = platform.features("large", "gaps", "many")
    assert found["total"] == [large, None, 1]
    assert found["tags"] == [["a"], None, []]
    assert found["seen"][1] is None


def test_a_worker_killed_between_write_and_commit_loses_nothing(platform: Platform) -> None:
    topic = platform.topic("killed")
    platform.send(topic, click("kim", 1, second=1), click("lee", 5, second=1), b"bad")
    with worker(platform, topic, "-c", KILLED_BEFORE_COMMIT) as killed:
        assert killed.process.wait(DEADLINE) == -signal.SIGKILL, killed.log.read_text(encoding="utf-8")
    assert platform.features("kim", "lee")["total"] == [1, 5]
    assert platform.committed(topic) < 0
    platform.send(topic, click("kim", 2, second=2))
    with worker(platform, topic) as running:
        running.wait('feature_ingest_records_total{outcome="written"} 3.0')
    assert platform.features("kim", "lee")["total"] == [2, 5]
    assert platform.committed(topic) == 4
    # The dead letter was written twice: at least once.
    assert [letter.value() for letter in platform.dead_letters(topic, 2)] == [b"bad", b"bad"]


def test_a_worker_waits_for_redis_and_keeps_the_record(platform: Platform) -> None:
    topic = platform.topic("away")
    with worker(platform, topic) as running:
        running.wait("ok", "readyz")
        acl = platform.online.command
        acl("ACL", "SETUSER", platform.online.username, "off", username="administrator")
        acl("CLIENT", "KILL", "USER", platform.online.username, username="administrator")
        platform.send(topic, click("zoe", 3))
        running.wait("feature_ingest_failures_total 2.0")
        assert not running.answers("readyz")
        assert running.answers("livez")
        assert platform.committed(topic) < 0
        acl("ACL", "SETUSER", platform.online.username, "on", username="administrator")
        running.wait('feature_ingest_records_total{outcome="written"} 1.0')
    assert platform.features("zoe")["total"] == [3]


def test_a_view_that_is_not_applied_rejects_no_record(platform: Platform) -> None:
    topic = platform.topic("unknown")
    platform.send(topic, click("ada", 1))
    with worker(platform, topic, INGEST_VIEWS="of_nobody") as running:
        running.wait("feature_ingest_failures_total 1.0")
    assert "of_nobody is not applied" in running.log.read_text(encoding="utf-8")
    assert platform.committed(topic) < 0


def test_a_token_for_msk_is_signed_for_the_region(platform: Platform) -> None:
    script = "from workers.feature_ingest.kafka import iam_token; print(*iam_token('eu-west-1'))"
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    python = str(servers.tool("ingest", "python"))
    done = subprocess.run(
        [python, "-c", script],
        cwd=servers.ROOT,
        env={**platform.environment(""), **keys},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    token, end = done.stdout.split()
    address = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert address.startswith("https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect")
    assert 0 < float(end) - time.time() <= 900
