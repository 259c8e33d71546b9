"""What of a model is worth waking somebody for."""

from collections.abc import Callable
from typing import Any

from .language import Tree, When

_SERVICES = 'destination_service_namespace="<namespace>",destination_service_name=~"<name>(-canary)?-predictor"'
_REQUESTS = f'reporter="source",{_SERVICES}'
_REVISION = "<name>-predictor-[0-9]{5}"
"""A model as it was at a time: what Knative makes a Service and a Deployment for."""
_REVISION_REQUESTS = (
    f'reporter="source",destination_service_namespace="<namespace>",destination_service_name=~"{_REVISION}"'
)
_REVISION_DEPLOYMENTS = f'namespace="<namespace>",deployment=~"{_REVISION}-deployment"'
_PODS = 'namespace="<namespace>",pod=~"<name>(-canary)?-predictor-.*"'
_DEPLOYMENTS = 'namespace="<namespace>",deployment=~"<name>(-canary)?-predictor"'
_FAILED_CALLS = "2|4|8|13|14|15"
"""Unknown, deadline exceeded, resource exhausted, internal, unavailable, data loss: failures that are the server's."""


def prometheus_rule(metadata: dict[str, Any]) -> Tree:
    """Alerts for the model and its canary, each by itself."""
    not_ready_for = _by_mode("<progress_minutes>m", "<startup_minutes>m")
    too_slow = "one request in a hundred takes longer than <latency_milliseconds> ms"
    at_most = _by_mode(most_replicas(), at_maximum())
    alerts = [
        _alert("NotReady", not_ready_for, "critical", _by_mode(never_ready(), not_ready()), "no replica is ready"),
        _alert("Failing", "10m", "critical", _of_requests(failing), "more than <error_percent>% of requests fail"),
        _alert("Slow", "10m", "warning", _of_requests(slow), too_slow),
        _alert("NoCapacity", "15m", "warning", no_capacity(), "replicas find no node with room for them"),
        _alert("AtMaximum", "15m", "warning", at_most, "it has its most replicas and may need more"),
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


def never_ready() -> str:
    """Deployments of a model that scales to zero without a replica that answers, though one is wanted."""
    available, wanted = (
        f"kube_deployment_{what}{{{_REVISION_DEPLOYMENTS}}}" for what in ("status_replicas_available", "spec_replicas")
    )
    return f"{available} == 0 and {wanted} > 0"


def failing(requests: str) -> str:
    """The part of requests that failed, of those that come through the gateway: by their HTTP or gRPC status."""
    every = f"sum by (destination_service_name) (rate(istio_requests_total{{{requests}}}[5m]))"
    http = f'rate(istio_requests_total{{{requests},response_code=~"5.."}}[5m])'
    grpc = (
        f'rate(istio_requests_total{{{requests},response_code=~"[1-4]..",grpc_response_status=~"{_FAILED_CALLS}"}}[5m])'
    )
    failed = f"sum by (destination_service_name) ({http} or {grpc})"
    return f"100 * {failed} / {every} > <error_percent>"


def slow(requests: str) -> str:
    """The latency that one request in a hundred exceeds, in milliseconds."""
    buckets = f"rate(istio_request_duration_milliseconds_bucket{{{requests}}}[5m])"
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


def most_replicas() -> str:
    """Revisions that have the most replicas they may, but those that may have one."""
    return f"kube_deployment_spec_replicas{{{_REVISION_DEPLOYMENTS}}} >= <maximum> > 1"


def _of_requests(expression: Callable[[str], str]) -> When:
    return _by_mode(expression(_REVISION_REQUESTS), expression(_REQUESTS))


def _by_mode(on_demand: str, standard: str) -> When:
    return When("<scale_to_zero>", on_demand, standard)


def _alert(name: str, since: Tree, severity: str, expression: Tree, summary: str) -> dict[str, Any]:
    return {
        "alert": f"Model{name}",
        "expr": expression,
        "for": since,
        "labels": {"severity": severity, "model": "<name>", "namespace": "<namespace>"},
        "annotations": {"summary": f"Model <namespace>/<name>: {summary}."},
    }
