"""What the tests of the ingestion of features share: the mock brokers of librdkafka, and a store in memory."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import Any

from confluent_kafka import Consumer, Message, Producer

from tests.support.services.kafka import committed_offset
from workers.feature_ingest.decoding import decode_json
from workers.feature_ingest.health import Health
from workers.feature_ingest.ingest import Ingest
from workers.feature_ingest.kafka import KafkaSource
from workers.feature_ingest.records import Row, UnavailableError
from workers.feature_ingest.rows import View
from workers.feature_ingest.settings import Security, Settings

DEADLINE = 60.0
CLICKS = View(
    name="user_clicks",
    keys={"user_id": "STRING"},
    features={"item_id": "STRING", "position": "INT64"},
    timestamp="event_timestamp",
)


@dataclass
class Brokers:
    """Mock brokers in this process, with a producer and the dead letters."""

    address: str
    producer: Producer

    def send(self, topic: str, *values: bytes | None, key: bytes = b"u", partition: int = 0, **headers: str) -> None:
        """Records that have arrived."""
        for value in values:
            self.producer.produce(topic, value, key, partition, headers=dict(headers))
        assert self.producer.flush(DEADLINE) == 0

    def received(self, topic: str, count: int) -> list[Message]:
        """The first records of a topic."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.address,
                "group.id": f"test-{time.monotonic_ns()}",
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe([topic])
        found: list[Message] = []
        try:
            deadline = time.monotonic() + DEADLINE
            while len(found) < count:
                assert time.monotonic() < deadline, f"{topic} has only {len(found)} records"
                found += [each for each in consumer.consume(count, 0.2) if each.error() is None]
        finally:
            consumer.close()
        return found

    def committed(self, settings: Settings, partition: int = 0) -> int:
        """The offset that a group has committed; negative when it has none."""
        return committed_offset(self.address, settings.group, settings.topic, partition)


@contextmanager
def mock_brokers() -> Generator[Brokers]:
    """Brokers of librdkafka itself."""
    producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    addresses = [f"{each.host}:{each.port}" for each in producer.list_topics(timeout=DEADLINE).brokers.values()]
    yield Brokers(",".join(addresses), producer)


@dataclass
class MemoryStore:
    """An online store that keeps the newest row of each key, and fails as often as it is told."""

    view: View = CLICKS
    failures: int = 0
    rows: dict[Any, Row] = field(default_factory=dict[Any, Row])
    writes: list[int] = field(default_factory=list[int])
    """The number of rows of each write."""
    attempted: Event = field(default_factory=Event)

    def views(self, names: Sequence[str]) -> list[View]:
        return [self.view]

    def write(self, view: str, rows: Sequence[Row]) -> None:
        self.attempted.set()
        if self.failures:
            self.failures -= 1
            raise UnavailableError("the store is away")
        self.writes.append(len(rows))
        for row in rows:
            key, moment = row["user_id"], self.view.timestamp
            stored = self.rows.get(key)
            if stored is None or row[moment] > stored[moment]:
                self.rows[key] = row


def settings(brokers: Brokers, topic: str, **changed: Any) -> Settings:
    """Settings of a worker that reads from mock brokers."""
    given: dict[str, Any] = {
        # Mock brokers wait for the former members of a group.
        "group": f"group-of-{topic}",
        "views": (CLICKS.name,),
        "dead_letters": f"{topic}-dead-letter",
        "security": Security.NONE,
    }
    return Settings(topic=topic, brokers=brokers.address, **{**given, **changed})


@dataclass
class Running:
    """A worker in a thread."""

    health: Health
    stop: Event
    thread: Thread

    def ended(self) -> bool:
        """Whether it ended after it was told to stop."""
        self.stop.set()
        self.thread.join(DEADLINE)
        return not self.thread.is_alive()


@contextmanager
def running(given: Settings, store: MemoryStore) -> Generator[Running]:
    """A worker that is stopped afterwards."""
    stop, health = Event(), Health()
    ingest = Ingest(KafkaSource(given), store, decode_json, given.views, health)
    worker = Running(health, stop, Thread(target=ingest.run, args=(stop,), daemon=True))
    worker.thread.start()
    try:
        yield worker
    finally:
        assert worker.ended()


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.02)


def metric(health: Health, name: str, **labels: str) -> float:
    """The value of a metric, as Prometheus reads it; 0 when it has none."""
    return health.metrics.get_sample_value(name, labels) or 0.0


def moment(text: str) -> datetime:
    """A moment in ISO 8601."""
    return datetime.fromisoformat(text)
