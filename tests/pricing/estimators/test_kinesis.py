"""Streams of Kinesis, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from pricing.lines import Estimate
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import priced, referring, resource

CONSUMER = "aws:kinesis/streamConsumer:StreamConsumer"
USAGE: dict[str, Any] = {"streams": {"writtenGb": 730, "reads": 2, "recordKb": 1}}
LARGE: dict[str, Any] = {"streams": {"writtenGb": 730, "recordKb": 30}}


def stream(shards: Any = None, hours: Any = None, name: str = "clicks") -> Resource:
    mode = {"streamModeDetails": {"streamMode": "ON_DEMAND" if shards is None else "PROVISIONED"}}
    sizes = {key: value for key, value in (("shardCount", shards), ("retentionPeriod", hours)) if value is not None}
    return resource("aws:kinesis/stream:Stream", name, **mode, **sizes)


def costs(found: Estimate) -> dict[str, float]:
    assert found.gaps == ()
    return {line.what: line.monthly for line in found.lines if line.monthly}


def test_two_shards_and_the_units_put() -> None:
    # 2 x 730 h x 0.015 = 21.9; 730 x 1,048,576 records of one unit each = 765.46 million, x 0.014 = 10.7165.
    assert costs(priced(stream(2.0), **USAGE)) == {
        "2 shards, all hours": pytest.approx(21.9),
        "units of 25 KB that are put": pytest.approx(10.7165, abs=0.001),
    }


def test_records_above_25_kb_take_two_units() -> None:
    # 730 x 1,048,576 / 30 records of two units each = 51.03 million, x 0.014 = 0.7144.
    assert costs(priced(stream(2.0), **LARGE))["units of 25 KB that are put"] == pytest.approx(0.7144, abs=0.001)


def test_shards_that_keep_records_for_a_week() -> None:
    # 2 x 730 h x 0.02 = 29.2, more than the shards themselves.
    found = costs(priced(stream(2.0, 168.0), **USAGE))
    assert found["2 shards that keep records after a day"] == pytest.approx(29.2)


def test_a_stream_on_demand() -> None:
    # 730 h x 0.04 = 29.2; 730 GB x 0.08 = 58.4; 1,460 GB x 0.04 = 58.4.
    assert costs(priced(stream(), **USAGE)) == {
        "stream on demand, all hours": pytest.approx(29.2),
        "records written": pytest.approx(58.4),
        "records read": pytest.approx(58.4),
    }


def test_retention_on_demand_is_charged_by_what_is_kept() -> None:
    # A GB an hour: 144 GB between a day and a week x 0.10 = 14.4; 552 GB after a week x 0.023 = 12.696.
    found = costs(priced(stream(hours=720.0), **USAGE))
    assert found["records kept after a day"] == pytest.approx(14.4)
    assert found["records kept after a week"] == pytest.approx(12.696)


def test_streams_share_what_is_written() -> None:
    found = priced(stream(1.0), stream(1.0, name="views"), **USAGE)
    units = [line.monthly for line in found.lines if "units" in line.what]
    assert units == [pytest.approx(10.7165 / 2, abs=0.001)] * 2


def test_a_consumer_with_fan_out_pays_for_its_share() -> None:
    source = stream(2.0)
    consumer = referring(resource(CONSUMER, "ingest"), {"streamArn": [source]}, streamArn=UNKNOWN)
    found = costs(priced(source, consumer, **USAGE))
    # 2 x 730 h x 0.015 = 21.9; 730 GB x 0.013 = 9.49.
    assert found["fan-out of 2 shards, all hours"] == pytest.approx(21.9)
    assert found["records read with fan-out"] == pytest.approx(9.49)
    source = stream()
    consumer = referring(resource(CONSUMER, "ingest"), {"streamArn": [source]}, streamArn=UNKNOWN)
    # On demand: 730 GB x 0.05 = 36.5.
    assert costs(priced(source, consumer, **USAGE))["records read with fan-out"] == pytest.approx(36.5)


def test_shards_that_the_deployment_decides_are_not_free() -> None:
    assert priced(stream(UNKNOWN)).gaps
    assert priced(resource(CONSUMER, "ingest", streamArn="arn:elsewhere")).gaps
