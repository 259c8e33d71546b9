"""What of a model is worth waking somebody for."""

from typing import Any

from .language import Tree

_SERVICES = 'destination_service_namespace="<namespace>",destination_service_name=~"<name>(-canary)?-predictor"'
_REQUESTS = f'reporter="source",{_SERVICES}'
_PODS = 'namespace="<namespace>",pod=~"<name>(-canary)?-predictor-.*"'
_DEPLOYMENTS = 'namespace="<namespace>",deployment=~"<name>(-canary)?-predictor"'
_FAILED_CALLS = "2|4|8|13|14|15"
"""Unknown, deadline exceeded, resource exhausted, internal, unavailable, data loss: failures that are the server's."""


def prometheus_rule(metadata: dict[str, Any]) -> Tree:
    """Alerts for the model and its canary, each by itself."""
    alerts = [
        _alert("NotReady", "<startup_minutes>m", "critical", not_ready(), "no replica is ready"),
        _alert("Failing", "10m", "critical", failing(), "more than <error_percent>% of requests fail"),
        _alert(
            "Slow", "10m", "warning", slow(), "one request in a hundred takes longer than <latency_milliseconds> ms"
        ),
        _alert("NoCapacity", "15m", "warning", no_capacity(), "replicas find no node with room for them"),
        _alert("AtMaximum", "15m", "warning", at_maximum(), "it has its most replicas and may need more"),
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": [{"name": "model-<name>", "rules": alerts}]},
    }


def not_ready() -> str:
    """Deployments without a replica that answers."""
    return f"kube_deployment_status_replicas_available{{{_DEPLOYMENTS}}} == 0"


def failing() -> str:
    """The part of requests that failed, of those that come through the gateway: by their HTTP or gRPC status."""
    every = f"sum by (destination_service_name) (rate(istio_requests_total{{{_REQUESTS}}}[5m]))"
    http = f'rate(istio_requests_total{{{_REQUESTS},response_code=~"5.."}}[5m])'
    grpc = (
        f'rate(istio_requests_total{{{_REQUESTS},response_code=~"[1-4]..",grpc_response_status=~'
        f'"{_FAILED_CALLS}"}}[5m])'
    )
    failed = f"sum by (destination_service_name) ({http} or {grpc})"
    return f"100 * {failed} / {every} > <error_percent>"


def slow() -> str:
    """The latency that one request in a hundred exceeds, in milliseconds."""
    buckets = f"rate(istio_request_duration_milliseconds_bucket{{{_REQUESTS}}}[5m])"
    share = f"sum by (destination_service_name, le) ({buckets})"
    return f"histogram_quantile(0.99, {share}) > <latency_milliseconds>"


def no_capacity() -> str:
    """Pods that the scheduler finds no node for."""
    return f"sum(kube_pod_status_unschedulable{{{_PODS}}}) > 0"


def at_maximum() -> str:
    """Autoscalers that would not go higher if they had to, but those whose bounds are one."""
    scalers = 'namespace="<namespace>",horizontalpodautoscaler=~"keda-hpa-<name>(-canary)?"'
    desired, highest, lowest = (
        f"kube_horizontalpodautoscaler_{what}{{{scalers}}}"
        for what in ("status_desired_replicas", "spec_max_replicas", "spec_min_replicas")
    )
    return f"{desired} >= {highest} unless {highest} == {lowest}"


def _alert(name: str, since: str, severity: str, expression: str, summary: str) -> dict[str, Any]:
    return {
        "alert": f"Model{name}",
        "expr": expression,
        "for": since,
        "labels": {"severity": severity, "model": "<name>", "namespace": "<namespace>"},
        "annotations": {"summary": f"Model <namespace>/<name>: {summary}."},
    }
