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


def test_alarms_by_the_metrics_of_their_expressions() -> None:
    # Ten metrics x 0.10 = 1.00; two metrics of ten seconds x 0.30 = 0.60; a composite alarm 0.50.
    queries = [{"id": f"m{each}", "metric": {"period": 60}} for each in range(10)]
    fine = [{"id": f"m{each}", "metric": {"period": 10}} for each in range(2)]
    result = priced(
        resource(
            "aws:cloudwatch/metricAlarm:MetricAlarm", "nodes", metricQueries=[*queries, {"expression": "MAX(m0)"}]
        ),
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", "fine", metricQueries=[*fine, {"expression": "MAX(m0)"}]),
        resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", alarmRule='ALARM("nodes") OR ALARM("fine")'),
        resource("aws:rds/eventSubscription:EventSubscription"),
    )
    assert result.monthly == pytest.approx(1.00 + 0.60 + 0.50)
    assert result.unpriced == ()
