"""The ingestion of features reads librdkafka's own mock brokers: no record is lost, and bad ones are kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.workers.feature_ingest import (
    Brokers,
    MemoryStore,
    metric,
    mock_brokers,
    running,
    settings,
    wait_for,
)
from workers.feature_ingest import ingest

pytestmark = pytest.mark.slow
"""Mock brokers let three seconds pass before a group begins."""


@pytest.fixture(scope="module")
def brokers() -> Iterator[Brokers]:
    with mock_brokers() as found:
        yield found


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "FIRST_WAIT", 0.01)


def click(user: str, position: Any, time: str = "2026-01-01T00:00:00Z") -> bytes:
    fields = {"user_id": user, "item_id": "i", "position": position, "event_timestamp": time}
    return json.dumps(fields).encode()


def test_records_are_written_and_then_committed(brokers: Brokers) -> None:
    given, store = settings(brokers, "plain"), MemoryStore()
    brokers.send("plain", click("ada", 1), click("bob", 2))
    with running(given, store) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_records_total", outcome="written") == 2, "the writing")
        assert worker.health.ready
    assert {user: row["position"] for user, row in store.rows.items()} == {"ada": 1, "bob": 2}
    assert brokers.committed(given) == 2


def test_offsets_are_not_committed_while_the_store_is_away(brokers: Brokers) -> None:
    given, store = settings(brokers, "away"), MemoryStore(failures=1_000_000)
    brokers.send("away", click("ada", 1))
    with running(given, store) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_failures_total") >= 3, "the third attempt")
        assert not worker.health.ready
        assert worker.health.alive
    assert brokers.committed(given) < 0


def test_records_that_arrive_while_the_store_is_away_are_written(brokers: Brokers) -> None:
    given, store = settings(brokers, "meanwhile"), MemoryStore(failures=3)
    brokers.send("meanwhile", click("ada", 1))
    with running(given, store) as worker:
        wait_for(store.attempted.is_set, "the first attempt")
        brokers.send("meanwhile", *(click(f"user-{number}", number) for number in range(50)))
        wait_for(lambda: metric(worker.health, "feature_ingest_records_total", outcome="written") == 51, "the writing")
    assert len(store.rows) == 51
    assert brokers.committed(given) == 51


def test_a_bad_record_goes_to_the_dead_letters_with_its_reason(brokers: Brokers) -> None:
    given, store = settings(brokers, "bad"), MemoryStore()
    brokers.send("bad", click("ada", "first"), b"\xff{", trace="abc")
    brokers.send("bad", click("bob", 2))
    with running(given, store) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_records_total", outcome="written") == 1, "the writing")
        assert metric(worker.health, "feature_ingest_records_total", outcome="rejected") == 2
    assert [*store.rows] == ["bob"]
    assert brokers.committed(given) == 3
    wrong_type, no_json = brokers.received("bad-dead-letter", 2)
    assert wrong_type.value() == click("ada", "first")
    assert wrong_type.key() == b"u"
    headers = dict(wrong_type.headers() or [])
    reason = headers.pop("mlplatform-reason")
    assert reason == b"position = 'first' is not a whole number of 64 bits; the type is INT64"
    assert headers == {
        "trace": b"abc",
        "mlplatform-group": b"group-of-bad",
        "mlplatform-topic": b"bad",
        "mlplatform-partition": b"0",
        "mlplatform-offset": b"0",
    }
    assert "not valid JSON" in str(dict(no_json.headers() or [])["mlplatform-reason"])


def test_a_record_without_value_changes_nothing(brokers: Brokers) -> None:
    given, store = settings(brokers, "empty"), MemoryStore()
    brokers.send("empty", click("ada", 1), None)
    with running(given, store) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_records_total", outcome="empty") == 1, "the reading")
    assert [*store.rows] == ["ada"]
    assert brokers.committed(given) == 2


def test_two_workers_share_the_partitions_of_a_topic(brokers: Brokers) -> None:
    given, store = settings(brokers, "shared"), MemoryStore()
    for partition in range(4):
        brokers.send("shared", click(f"first-{partition}", 1), partition=partition)
    with running(given, store) as first, running(given, store) as second:
        wait_for(lambda: len(store.rows) == 4, "the writing")
        wait_for(lambda: second.health.ready, "the joining of the second worker")
        for partition in range(4):
            brokers.send("shared", click(f"second-{partition}", 1), partition=partition)
        wait_for(lambda: len(store.rows) == 8, "the writing")
        assert first.health.ready
        # A worker that loses a partition before it commits leaves the records to the other, which writes them again.
        wait_for(lambda: [brokers.committed(given, each) for each in range(4)] == [2, 2, 2, 2], "the commits")


def test_lag_is_measured_for_each_partition(brokers: Brokers) -> None:
    given, store = settings(brokers, "lag", batch_size=1), MemoryStore()
    brokers.send("lag", *(click("ada", number) for number in range(3)), partition=2)
    with running(given, store) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_records_total", outcome="written") == 3, "the writing")
        lag = "feature_ingest_lag_records"
        wait_for(lambda: worker.health.metrics.get_sample_value(lag, {"partition": "2"}) == 0, "no lag")


def test_brokers_that_are_away_are_reported_not_fatal() -> None:
    given = settings(Brokers("127.0.0.1:1", None), "nowhere")  # pyright: ignore[reportArgumentType]
    with running(given, MemoryStore()) as worker:
        wait_for(lambda: metric(worker.health, "feature_ingest_failures_total") >= 1, "the failure")
        assert not worker.health.ready
        assert worker.health.alive
