"""The search for unusual costs: a monitor, and who is told."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .spec import ENVIRONMENT_TAG, AnomaliesSpec, MonitoredCosts, SpendControlSpec


def monitor(
    name: str, spec: SpendControlSpec, anomalies: AnomaliesSpec, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The ARN of the monitor.

    A monitor over one tag value has a specification and no dimension: the provider refuses both together. Sources:
    Cost Explorer API reference, AnomalyMonitor; hashicorp/terraform-provider-aws, issue 48492.
    """
    if anomalies.monitor_arn:
        return pulumi.Output.from_input(anomalies.monitor_arn)
    if anomalies.monitor is MonitoredCosts.SERVICES:
        kind: dict[str, Any] = {"monitor_type": "DIMENSIONAL", "monitor_dimension": "SERVICE"}
    else:
        values = [spec.cost_tags[ENVIRONMENT_TAG]]
        specification = json.dumps({"Tags": {"Key": ENVIRONMENT_TAG, "Values": values}})
        kind = {"monitor_type": "CUSTOM", "monitor_specification": specification}
    return aws.costexplorer.AnomalyMonitor(f"{name}-monitor", name=f"{spec.name}-costs", **kind, opts=opts).arn


def subscriptions(
    name: str,
    spec: SpendControlSpec,
    anomalies: AnomaliesSpec,
    monitor_arn: pulumi.Output[str],
    topic_arn: pulumi.Output[str] | None,
    needed: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """A report of each day by mail, and a message to the topic at once: AWS sends each in one way only."""
    ways: list[tuple[str, str, list[dict[str, Any]]]] = []
    if spec.emails:
        ways.append(("mail", "DAILY", [{"type": "EMAIL", "address": email} for email in spec.emails]))
    if topic_arn:
        ways.append(("topic", "IMMEDIATE", [{"type": "SNS", "address": topic_arn}]))
    for way, frequency, subscribers in ways:
        told: Any = subscribers
        aws.costexplorer.AnomalySubscription(
            f"{name}-anomalies-{way}",
            name=f"{spec.name}-anomalies-{way}",
            frequency=frequency,
            monitor_arn_lists=[monitor_arn],
            subscribers=told,
            threshold_expression=_threshold(anomalies),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(needed))),
        )


def _threshold(anomalies: AnomaliesSpec) -> Any:
    """Both thresholds: a small service can double without a report, and a large one by little."""
    limits = {
        "ANOMALY_TOTAL_IMPACT_ABSOLUTE": anomalies.minimum_usd,
        "ANOMALY_TOTAL_IMPACT_PERCENTAGE": anomalies.minimum_percent,
    }
    return {
        "ands": [
            {"dimension": {"key": key, "match_options": ["GREATER_THAN_OR_EQUAL"], "values": [f"{limit:g}"]}}
            for key, limit in limits.items()
        ]
    }
