"""CloudWatch: alarms, dashboards and the metrics that filters make of logs."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, section, sections
from resources.resource import Resource

_ANOMALY_METRICS = 3


@prices("aws:cloudwatch/metricAlarm:MetricAlarm")
def alarm(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """By the metrics it watches; anomaly detection adds the two bounds of its band."""
    watched = [query for query in sections(resource.inputs, "metricQueries") if query.get("metric")]
    metrics = max(1, len(watched)) * (_ANOMALY_METRICS if resource.inputs.get("thresholdMetricId") else 1)
    periods = [number(section(query, "metric"), "period", 60) for query in watched]
    fine = min(periods, default=number(resource.inputs, "period", 60)) < 60
    sku = "alarm-high-resolution" if fine else "alarm-standard"
    yield stack.charge(resource, "cloudwatch", sku, metrics, f"alarm on {metrics} metrics")


@prices("aws:cloudwatch/compositeAlarm:CompositeAlarm")
def composite_alarm(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """One alarm, whatever the number of alarms in its rule."""
    yield stack.charge(resource, "cloudwatch", "alarm-composite", 1, "composite alarm")


@prices("aws:cloudwatch/dashboard:Dashboard")
def dashboard(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """One dashboard; the three that an account has free are not deducted."""
    yield stack.charge(resource, "cloudwatch", "dashboard", 1, "dashboard")


@prices("aws:cloudwatch/logMetricFilter:LogMetricFilter")
def metric_filter(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The custom metric that a filter writes, as one without dimensions."""
    yield stack.charge(resource, "cloudwatch", "metric-custom-first-10k", 1, "custom metric")
