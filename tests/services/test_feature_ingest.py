"""The ingestion of features with a real Kafka, a real Redis cluster, PostgreSQL and Feast: also when it is killed.

The worker is a process of its own, in the environment of its image.
"""

import base64
import json
import os
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
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from components.data.cache.access import CacheAccess, access_string
from components.data.feature_server.feast import (
    CONFIG_FILE,
    ONLINE_PASSWORD,
    ONLINE_USERNAME,
    REGISTRY_PASSWORD,
    REGISTRY_USERNAME,
    Place,
    as_text,
    feast_config,
    files,
)
from components.data.store_access.job import database_grants, schema_grants
from tests.support.services import servers
from tests.support.services.kafka import Kafka, kafka

PASSWORD = "a0123456789012345678901234567890123456789"
DEADLINE = 120.0
START = "2026-01-01T00:00:0"

DEFINITIONS = """
from feast import Entity, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Array, Float32, Int64, String, UnixTimestamp

user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.STRING)
clicks = FileSource(name="clicks", path="clicks.parquet", timestamp_field="event_timestamp")
user_clicks = FeatureView(
    name="user_clicks",
    entities=[user],
    schema=[
        Field(name="item_id", dtype=String),
        Field(name="total", dtype=Int64),
        Field(name="score", dtype=Float32),
        Field(name="tags", dtype=Array(String)),
        Field(name="seen", dtype=UnixTimestamp),
    ],
    source=PushSource(name="click_events", batch_source=clicks),
)
"""

READ = """
import sys, json
from feast import FeatureStore

store = FeatureStore(repo_path=sys.argv[1])
names = [f"user_clicks:{name}" for name in ("item_id", "total", "score", "tags", "seen")]
found = store.get_online_features(names, [{"user_id": user} for user in sys.argv[2:]]).to_dict()
print(json.dumps(found, default=str))
"""

KILLED_BEFORE_COMMIT = """
import os, signal, sys
from workers.feature_ingest.kafka import KafkaSource

KafkaSource.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from workers.feature_ingest.__main__ import main
sys.exit(main())
"""
"""The worker, killed after it has written a batch and before it commits the offsets."""


@dataclass(frozen=True)
class Platform:
    """The servers, and the folder of Feast's configuration."""

    broker: Kafka
    registry: servers.Postgres
    online: servers.Redis
    folder: Path

    def environment(self, topic: str, **changed: str) -> dict[str, str]:
        """What a pod has."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "FEAST_USAGE": "False",
            REGISTRY_USERNAME: "feast",
            REGISTRY_PASSWORD: PASSWORD,
            ONLINE_USERNAME: self.online.username,
            ONLINE_PASSWORD: self.online.password,
            "INGEST_TOPIC": topic,
            "INGEST_GROUP": f"{topic}-ingest",
            "INGEST_VIEWS": "user_clicks",
            "INGEST_BROKERS": self.broker.address,
            "INGEST_DEAD_LETTERS": f"{topic}-dead-letter",
            "INGEST_SECURITY": "none",
            "INGEST_FEAST_FOLDER": str(self.folder),
            **changed,
        }

    def run(self, *arguments: str) -> str:
        """A program in the worker's environment, to its end."""
        python = servers.tool("ingest", "python")
        done = subprocess.run(
            [str(python), *arguments],
            cwd=servers.ROOT,
            env=self.environment(""),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def topic(self, name: str) -> str:
        """A new topic with its dead-letter topic."""
        admin: Any = AdminClient({"bootstrap.servers": self.broker.address})
        for made in admin.create_topics([NewTopic(name, 2, 1), NewTopic(f"{name}-dead-letter", 1, 1)]).values():
            made.result(DEADLINE)
        return name

    def send(self, topic: str, *clicks: dict[str, Any] | bytes) -> None:
        """Records that have arrived, in one partition."""
        producer = Producer({"bootstrap.servers": self.broker.address})
        for click in clicks:
            value = click if isinstance(click, bytes) else json.dumps(click).encode()
            producer.produce(topic, value, b"key", 0, headers={"trace": b"1"})
        assert producer.flush(DEADLINE) == 0

    def committed(self, topic: str) -> int:
        """The offset that the worker's group has committed; negative when it has none."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": f"{topic}-ingest"})
        try:
            return consumer.committed([TopicPartition(topic, 0)], timeout=DEADLINE)[0].offset
        finally:
            consumer.close()

    def dead_letters(self, topic: str, count: int) -> list[Message]:
        """The first dead letters of a topic."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "test"})
        consumer.assign([TopicPartition(f"{topic}-dead-letter", 0, 0)])
        try:
            return consumer.consume(count, DEADLINE)
        finally:
            consumer.close()

    def features(self, *users: str) -> dict[str, list[Any]]:
        """What Feast has of users."""
        found = json.loads(self.run("-c", READ, str(self.folder), *users))
        return {name: found[name] for name in ("item_id", "total", "score", "tags", "seen")}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    servers.tool("ingest", "feast")
    access = access_string(CacheAccess.WRITE, ["*"]).removeprefix("on ")
    with kafka() as broker, servers.postgres() as registry, servers.redis(True, "ml-online-feast", access) as online:
        registry.sql(f"CREATE ROLE feast LOGIN PASSWORD '{PASSWORD}'")
        registry.sql("CREATE DATABASE feast")
        for statement in (*database_grants("feast", []), *schema_grants("feast", [])):
            registry.sql(statement, database="feast")
        folder = tmp_path_factory.mktemp("feast")
        of_registry, of_online = (Place(each.host, each.port, str(each.certificates)) for each in (registry, online))
        config = feast_config("clicks", of_registry, of_online, files("file"))
        (folder / CONFIG_FILE).write_text(as_text(config), encoding="utf-8")
        made = Platform(broker, registry, online, folder)
        (folder / "features.py").write_text(DEFINITIONS, encoding="utf-8")
        made.run("-m", "feast.cli.cli", "--chdir", str(folder), "apply", "--skip-source-validation")
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


def click(user: str, total: int | str | None, second: int = 0, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "user_id": user,
        "item_id": f"item-{total}",
        "total": total,
        "score": 0.5,
        "tags": ["a"],
        "seen": f"{START}0Z",
        "event_timestamp": f"{START}{second}Z",
    }
    return {**found, **changed}


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
    assert "no JSON" in reasons[0]
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


def test_a_worker_waits_for_redis_and_for_the_registry(platform: Platform) -> None:
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
