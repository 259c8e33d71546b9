"""What the tests of the ingestion of features share: real servers, a feature view, and events."""

import json
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tests.support.services.kafka import Kafka, committed_offset, kafka

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

    def send(self, topic: str, *clicks: dict[str, Any] | bytes, partition: int = 0) -> None:
        """Records that have arrived, in one of two partitions."""
        producer = Producer({"bootstrap.servers": self.broker.address})
        for click in clicks:
            value = click if isinstance(click, bytes) else json.dumps(click).encode()
            producer.produce(topic, value, b"key", partition, headers={"trace": b"1"})
        assert producer.flush(DEADLINE) == 0

    def committed(self, topic: str) -> int:
        """The offset that the worker's group has committed; negative when it has none."""
        return committed_offset(self.broker.address, f"{topic}-ingest", topic)

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


@contextmanager
def ingest_platform(folder: Path) -> Generator[Platform]:
    """The servers, with the feature view `user_clicks` applied. `folder` is for Feast's configuration."""
    servers.tool("ingest", "feast")
    access = access_string(CacheAccess.WRITE, ["*"]).removeprefix("on ")
    with kafka() as broker, servers.postgres() as registry, servers.redis(True, "ml-online-feast", access) as online:
        registry.sql(f"CREATE ROLE feast LOGIN PASSWORD '{PASSWORD}'")
        registry.sql("CREATE DATABASE feast")
        for statement in (*database_grants("feast", []), *schema_grants("feast", [])):
            registry.sql(statement, database="feast")
        of_registry, of_online = (Place(each.host, each.port, str(each.certificates)) for each in (registry, online))
        config = feast_config("clicks", of_registry, of_online, files("file"))
        (folder / CONFIG_FILE).write_text(as_text(config), encoding="utf-8")
        made = Platform(broker, registry, online, folder)
        (folder / "features.py").write_text(DEFINITIONS, encoding="utf-8")
        made.run("-m", "feast.cli.cli", "--chdir", str(folder), "apply", "--skip-source-validation")
        yield made


def click(user: str, total: int | str | None, second: int = 0, **changed: Any) -> dict[str, Any]:
    """An event of a user in a second of a minute."""
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
