"""AWS X-Ray, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import priced, resource


def destination(kind: str) -> Resource:
    return resource("aws:xray/traceSegmentDestination:TraceSegmentDestination", "destination", destination=kind)


def indexing(percent: Any) -> Resource:
    rule: dict[str, Any] = {"probabilistic": {"desiredSamplingPercentage": percent}}
    return resource("aws:xray/indexingRule:IndexingRule", "indexing", rule=rule)


def test_kept_spans_cost_by_the_gigabyte() -> None:
    # 40 GB x 0.35.
    [line] = priced(destination("CloudWatchLogs"), traces={"spanGb": 40}).lines
    assert (line.monthly, line.what) == (pytest.approx(14), "spans kept by Transaction Search")


def test_traces_cost_by_the_million_without_transaction_search() -> None:
    # 3 million x 5.
    [line] = priced(destination("XRay"), traces={"tracesMillion": 3}).lines
    assert (line.monthly, line.what) == (pytest.approx(15), "traces recorded by X-Ray")


def test_one_percent_of_indexed_traces_is_free() -> None:
    found = priced(indexing(1))
    assert found.gaps == ()
    assert found.monthly == 0


def test_indexed_traces_beyond_one_percent_are_unpriced() -> None:
    [gap] = priced(indexing(10)).gaps
    assert "traces-indexed" in gap.reason


def test_percent_that_is_not_known_yet_is_named() -> None:
    [gap] = priced(indexing(UNKNOWN)).gaps
    assert gap.reason == "desiredSamplingPercentage is known only after the deployment"
