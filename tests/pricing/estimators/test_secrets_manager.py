"""Secrets, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


def test_a_secret_its_replica_and_its_reads() -> None:
    # 0.40 for each of two, and 10,000 reads x 0.05 / 10,000 = 0.05.
    result = priced(resource("aws:secretsmanager/secret:Secret", replicas=[{"region": "us-west-2"}]))
    assert result.monthly == pytest.approx(0.85)
    assert result.unpriced == ()
