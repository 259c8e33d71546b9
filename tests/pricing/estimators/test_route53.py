"""Hosted zones and records, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


def test_a_hosted_zone_and_its_queries() -> None:
    # 0.50, and 3 million queries at 0.40 = 1.20; above a billion 0.20 each million.
    zone = resource("aws:route53/zone:Zone", name="example.com")
    result = priced(zone, dns_queries=3_000_000)
    assert [line.monthly for line in result.lines] == [0.5, pytest.approx(1.2)]
    assert priced(zone, dns_queries=1_500_000_000).monthly == pytest.approx(0.5 + 400 + 100)


def test_records_are_free_unless_the_answer_depends_on_who_asks() -> None:
    record = resource("aws:route53/record:Record", type="A")
    assert (priced(record).monthly, priced(record).unpriced) == (0, ())
    near = resource("aws:route53/record:Record", latencyRoutingPolicies=[{"region": "us-east-1"}])
    assert priced(near).unpriced == (near.urn,)
