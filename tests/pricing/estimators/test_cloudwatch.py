"""Alarms, dashboards and metrics, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


def test_alarms_dashboards_and_metric_filters() -> None:
    # Alarm 0.10, dashboard 3.00, metric 0.30.
    result = priced(
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", period=300.0),
        resource("aws:cloudwatch/dashboard:Dashboard"),
        resource("aws:cloudwatch/logMetricFilter:LogMetricFilter"),
    )
    assert result.monthly == pytest.approx(0.10 + 3.00 + 0.30)
    assert result.unpriced == ()
