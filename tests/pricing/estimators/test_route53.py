"""Hosted zones, records and health checks, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from resources.resource import UNKNOWN
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


CHECK = "aws:route53/healthCheck:HealthCheck"


@pytest.mark.parametrize(
    ("inputs", "monthly"),
    [
        ({"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "a"}, 0.5),
        ({"type": "CALCULATED", "childHealthchecks": ["1"]}, 0.5),
        ({"type": "HTTPS", "fqdn": "a-1.us-east-1.elb.amazonaws.com", "requestInterval": 30}, 0.5 + 1),
        ({"type": "HTTPS", "fqdn": UNKNOWN}, 0.5 + 1),
        ({"type": "HTTP", "fqdn": "www.example.com", "requestInterval": 30}, 0.75),
        ({"type": "HTTPS_STR_MATCH", "fqdn": "www.example.com", "requestInterval": 10, "measureLatency": True}, 8.75),
    ],
)
def test_a_health_check_costs_more_with_each_option(inputs: dict[str, Any], monthly: float) -> None:
    assert priced(resource(CHECK, **inputs)).monthly == pytest.approx(monthly)
