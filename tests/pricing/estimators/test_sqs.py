"""Queues, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


def test_requests_to_standard_and_fifo_queues() -> None:
    # 200,000 requests x 0.40 / 1M = 0.08; first in, first out x 0.50 / 1M = 0.10.
    standard = resource("aws:sqs/queue:Queue", "plain")
    fifo = resource("aws:sqs/queue:Queue", "ordered", fifoQueue=True)
    assert [line.monthly for line in priced(fifo, standard).lines] == [pytest.approx(0.10), pytest.approx(0.08)]
