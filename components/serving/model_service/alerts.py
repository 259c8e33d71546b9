"""The alerts of a model and of its canary."""

from typing import Any

from ..serving_platform.names import NODE_SECONDS
from .predictor import metadata
from .spec import ModelServiceSpec

_FAILED_GRPC_STATUS = "2|4|8|13|14|15"
"""Unknown, deadline exceeded, resource exhausted, internal, unavailable, data loss: the server's failures."""


def prometheus_rule(spec: ModelServiceSpec) -> dict[str, Any]:
    """The alerts as an object of Prometheus's operator. Each predictor or revision raises its own."""
    if spec.scale_to_zero:
        not_ready, not_ready_minutes = revision_not_ready(spec), spec.startup_minutes + NODE_SECONDS // 60
        at_maximum = revision_at_maximum(spec)
    else:
        not_ready, not_ready_minutes = deployment_not_ready(spec), spec.startup_minutes
        at_maximum = autoscaler_at_maximum(spec)
    too_many_fail = f"more than {spec.error_percent}% of requests fail"
    too_slow = f"one request in a hundred takes longer than {spec.latency_milliseconds} ms"
    no_more = "it has its most replicas and may need more"
    alerts = [
        _alert(spec, "NotReady", "critical", not_ready_minutes, not_ready, "no replica is ready"),
        _alert(spec, "Failing", "critical", 10, failing(spec), too_many_fail),
        _alert(spec, "Slow", "warning", 10, slow(spec), too_slow),
        _alert(spec, "NoCapacity", "warning", 15, no_capacity(spec), "replicas find no node with room for them"),
        _alert(spec, "AtMaximum", "warning", 15, at_maximum, no_more),
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata(spec, spec.name),
        "spec": {"groups": [{"name": f"model-{spec.name}", "rules": alerts}]},
    }


def deployment_not_ready(spec: ModelServiceSpec) -> str:
    """Deployments without an available replica."""
    deployments = f'namespace="{spec.namespace}",deployment=~"{spec.name}(-canary)?-predictor"'
    return f"kube_deployment_status_replicas_available{{{deployments}}} == 0"


def revision_not_ready(spec: ModelServiceSpec) -> str:
    """Revisions without an available replica, though they should have one."""
    deployments = _revision_deployments(spec)
    available = f"kube_deployment_status_replicas_available{{{deployments}}}"
    return f"{available} == 0 and kube_deployment_spec_replicas{{{deployments}}} > 0"


def failing(spec: ModelServiceSpec) -> str:
    """The percentage of the gateway's requests that failed, by their HTTP or gRPC status."""
    requests = _requests(spec)
    all_requests = f"sum by (destination_service_name) (rate(istio_requests_total{{{requests}}}[5m]))"
    http = f'rate(istio_requests_total{{{requests},response_code=~"5.."}}[5m])'
    grpc_status = f'response_code=~"[1-4]..",grpc_response_status=~"{_FAILED_GRPC_STATUS}"'
    grpc = f"rate(istio_requests_total{{{requests},{grpc_status}}}[5m])"
    failed = f"sum by (destination_service_name) ({http} or {grpc})"
    return f"100 * {failed} / {all_requests} > {spec.error_percent}"


def slow(spec: ModelServiceSpec) -> str:
    """The latency in milliseconds that one request in a hundred exceeds."""
    buckets = f"rate(istio_request_duration_milliseconds_bucket{{{_requests(spec)}}}[5m])"
    by_bucket = f"sum by (destination_service_name, le) ({buckets})"
    return f"histogram_quantile(0.99, {by_bucket}) > {spec.latency_milliseconds}"


def no_capacity(spec: ModelServiceSpec) -> str:
    """Pods that the scheduler finds no node for."""
    pods = f'namespace="{spec.namespace}",pod=~"{spec.name}(-canary)?-predictor-.*"'
    return f"sum(kube_pod_status_unschedulable{{{pods}}}) > 0"


def autoscaler_at_maximum(spec: ModelServiceSpec) -> str:
    """Autoscalers that want the most replicas they may have, without those that never have more or less."""
    scalers = f'namespace="{spec.namespace}",horizontalpodautoscaler=~"keda-hpa-{spec.name}(-canary)?"'
    desired, highest, lowest = (
        f"kube_horizontalpodautoscaler_{metric}{{{scalers}}}"
        for metric in ("status_desired_replicas", "spec_max_replicas", "spec_min_replicas")
    )
    return f"{desired} >= {highest} unless {highest} == {lowest}"


def revision_at_maximum(spec: ModelServiceSpec) -> str:
    """Revisions with the most replicas they may have, where these are more than 1."""
    return f"kube_deployment_spec_replicas{{{_revision_deployments(spec)}}} >= {spec.maximum} > 1"


def _requests(spec: ModelServiceSpec) -> str:
    """The requests that the gateway sends to the model, by the Service that it sends them to."""
    service = _revision(spec) if spec.scale_to_zero else f"{spec.name}(-canary)?-predictor"
    namespace = f'destination_service_namespace="{spec.namespace}"'
    return f'reporter="source",{namespace},destination_service_name=~"{service}"'


def _revision_deployments(spec: ModelServiceSpec) -> str:
    return f'namespace="{spec.namespace}",deployment=~"{_revision(spec)}-deployment"'


def _revision(spec: ModelServiceSpec) -> str:
    """The names of the model's Knative revisions; each has a Service and a Deployment."""
    return f"{spec.name}-predictor-[0-9]{{5}}"


def _alert(
    spec: ModelServiceSpec, name: str, severity: str, minutes: int, expression: str, summary: str
) -> dict[str, Any]:
    return {
        "alert": f"Model{name}",
        "expr": expression,
        "for": f"{minutes}m",
        # A namespace of models belongs to the team of the same name.
        "labels": {"severity": severity, "owner": spec.namespace, "model": spec.name, "namespace": spec.namespace},
        "annotations": {
            "summary": f"Model {spec.namespace}/{spec.name}: {summary}.",
            "runbook_url": f"{spec.runbook_url}#model{name.lower()}",
        },
    }
