"""CloudWatch alarms: what each watches, when it rings, and whom it tells.

Sources: CloudWatch API reference, PutMetricAlarm; CloudWatch user guide, "Using Amazon CloudWatch alarms" and "Using
math expressions with CloudWatch metrics".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import pulumi
import pulumi_aws as aws

MOST_METRICS = 10
"""The most metrics that the expression of one alarm reads."""


class Missing(StrEnum):
    """How an alarm treats periods without data."""

    NO_DATA = "missing"
    """Gaps end in INSUFFICIENT_DATA: for a metric that reports at all times."""
    FINE = "notBreaching"
    """For a metric that reports only events: no data means that nothing happened."""
    BROKEN = "breaching"
    """For a metric whose silence is the failure."""
    UNCHANGED = "ignore"
    """For a metric that reports changes: the alarm stays as it is."""


class Comparison(StrEnum):
    """When a value breaches the threshold."""

    ABOVE = "GreaterThanThreshold"
    BELOW = "LessThanThreshold"


class Metric(NamedTuple):
    """A metric with its dimensions."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class Watch:
    """Metrics by their id in `expression`, and the value that makes the alarm ring.

    Without an expression there is one metric. `statistic` is a statistic or a percentile such as `p99`. The alarm rings
    when `breaching` of the last `periods` periods of `seconds` breach; all of them when it is left out. `why` says what
    happened, with the threshold, and what to do.
    """

    metrics: Mapping[str, Metric]
    threshold: float
    why: str
    expression: str = ""
    comparison: Comparison = Comparison.ABOVE
    statistic: str = "Maximum"
    seconds: int = 60
    periods: int = 5
    breaching: int | None = None
    missing: Missing = Missing.NO_DATA
    statistics: Mapping[str, str] = field(default_factory=dict[str, str])
    """The statistic of each metric that has another one."""


def one(metric: Metric) -> dict[str, Metric]:
    """The metrics of a watch without an expression."""
    return {"value": metric}


def queue_dimension(address: str) -> str:
    """The name of an SQS queue, as metrics call it, from its URL or its ARN."""
    return address.rpartition("/")[2].rpartition(":")[2]


def metric_alarm(
    name: str,
    watch: Watch,
    actions: Sequence[pulumi.Input[str]],
    parent: pulumi.Resource,
    title: str | None = None,
    region: str | None = None,
) -> aws.cloudwatch.MetricAlarm:
    """The alarm, which tells `actions` when it rings and when it is over. `title` is its name in CloudWatch.

    An alarm reads the metrics of its own region, which is the provider's when `region` is left out.
    """
    return aws.cloudwatch.MetricAlarm(
        name,
        name=title,
        alarm_description=watch.why,
        **(_queries(watch) if watch.expression else _statistic(watch)),
        evaluation_periods=watch.periods,
        datapoints_to_alarm=watch.breaching,
        comparison_operator=str(watch.comparison),
        threshold=watch.threshold,
        treat_missing_data=str(watch.missing),
        alarm_actions=list(actions) or None,
        ok_actions=list(actions) or None,
        region=region,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _statistic(watch: Watch) -> dict[str, Any]:
    [metric] = watch.metrics.values()
    shared = {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.dimensions,
        "period": watch.seconds,
    }
    if not watch.statistic.startswith("p"):
        return {**shared, "statistic": watch.statistic}
    # A percentile of a few samples says nothing: without this, the alarm would ring for one slow request at night.
    return {**shared, "extended_statistic": watch.statistic, "evaluate_low_sample_count_percentiles": "ignore"}


def _queries(watch: Watch) -> dict[str, Any]:
    read = [
        {
            "id": short,
            "metric": {
                "namespace": metric.namespace,
                "metric_name": metric.name,
                "dimensions": metric.dimensions,
                "period": watch.seconds,
                "stat": watch.statistics.get(short, watch.statistic),
            },
            "return_data": False,
        }
        for short, metric in watch.metrics.items()
    ]
    result = {"id": "result", "expression": watch.expression, "label": "result", "return_data": True}
    return {"metric_queries": [*read, result]}
