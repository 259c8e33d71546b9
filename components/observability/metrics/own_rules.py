"""The rules about the metrics themselves: the heartbeat, targets that do not answer, and samples that are late."""

import json
from typing import Any

from ..alerts import Alert, Severity
from .alert_routes import HEARTBEAT_ALERT
from .spec import MetricsEngine, MetricsPlatformSpec

OWNER = "platform"


def own_rules(spec: MetricsPlatformSpec) -> str:
    """A file of alerting rules. The heartbeat fires while samples arrive, and stops with them."""
    heartbeat: dict[str, Any] = {
        "alert": HEARTBEAT_ALERT,
        "expr": 'count(up{job="kubelet"} == 1) > 0',
        "labels": {"severity": "none", "owner": OWNER},
        "annotations": {"summary": "Metrics arrive and rules are evaluated."},
    }
    rules = [heartbeat, *(_rule(alert, spec.runbook_url) for alert in own_alerts(spec))]
    return json.dumps({"groups": [{"name": "metrics", "interval": "1m", "rules": rules}]}, indent=1)


def own_alerts(spec: MetricsPlatformSpec) -> list[Alert]:
    """The alerts about the metrics themselves, with their runbooks."""
    alerts = [
        Alert(
            "MetricsTargetDown",
            "count by (job) (up == 0) / count by (job) (up) > 0.1",
            15,
            Severity.WARNING,
            "More than a tenth of the targets of {{ $labels.job }} do not answer.",
            "Metrics of a part are missing, so its alerts may not fire. The label job names the part.",
            (
                "Find the addresses that do not answer: query up == 0 in Grafana, in Explore.",
                "Look at the pods of the part. A pod that does not run answers nothing.",
                "If all pods run, read the network policies of their namespace: they must admit the namespace "
                "monitoring.",
            ),
            ("kubectl get pods --all-namespaces -o wide", "kubectl -n NAMESPACE get networkpolicies"),
        ),
        Alert(
            "MetricsNearSeriesLimit",
            f"sum(scrape_samples_post_metric_relabeling) / {spec.replicas if _counts_twice(spec) else 1} > "
            f"{int(spec.maximum_series * 0.8)}",
            30,
            Severity.WARNING,
            f"More than 80 % of maximumSeries = {spec.maximum_series} are in use; beyond it, samples are refused.",
            "More than 80 % of metrics.maximumSeries are in use. Beyond the limit, AMP refuses samples of new series.",
            (
                "Find the job with the most series: query sum by (job) (scrape_samples_post_metric_relabeling) in "
                "Grafana, in Explore.",
                "Drop metrics that nobody uses, or raise metrics.maximumSeries.",
            ),
            (
                "aws amp list-workspaces --query 'workspaces[].[alias,workspaceId]' --output text",
                "aws amp describe-workspace-configuration --workspace-id WORKSPACE",
            ),
        ),
    ]
    if spec.engine is MetricsEngine.AMP:
        alerts.append(
            Alert(
                "MetricsLate",
                "max by (pod) (prometheus_remote_storage_highest_timestamp_in_seconds) - on (pod) "
                "max by (pod) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds) > 120",
                10,
                Severity.CRITICAL,
                "The collector {{ $labels.pod }} sends samples more than two minutes late.",
                "Samples reach the workspace late or not at all. Alerts fire late, and dashboards show old values.",
                (
                    "Read the collector's log. HTTP 429 is a quota of AMP, 403 a right that the role lacks, and 400 "
                    "are samples out of order.",
                    "For 429, raise metrics.maximumSeries, or request the quota that the message names.",
                    "If the pod is near its limit of memory, raise metrics.memory.",
                ),
                ("kubectl -n monitoring logs <pod> --all-containers --tail=100", "kubectl -n monitoring top pods"),
            )
        )
    return alerts


def _counts_twice(spec: MetricsPlatformSpec) -> bool:
    """Whether each replica has series of its own: the workspace stores those of one alone."""
    return spec.engine is MetricsEngine.IN_CLUSTER


def _rule(alert: Alert, runbooks: str | None) -> dict[str, Any]:
    """The alerting rule, without a link if nobody knows the page of the runbooks."""
    rule = alert.rule(OWNER, runbooks or "")
    return rule if runbooks else {**rule, "annotations": {"summary": alert.summary}}
