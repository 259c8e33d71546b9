"""The dashboard of models: requests, objectives, saturation, cost and quality."""

from .panels import Dashboard, Panel, Query, Row, Unit, Variable, lines, table

_MODEL = 'service=~"$service",namespace=~"$namespace"'
_GATEWAY = 'reporter="source",destination_service_namespace=~"$namespace",destination_service_name=~"($service)-.*"'
_LATENCY = f"sum by (le) (rate(istio_request_duration_milliseconds_bucket{{{_GATEWAY}}}[5m]))"
_DEPLOYMENT = 'namespace=~"$namespace",deployment=~"($service)-.*"'
_POD = 'namespace=~"$namespace",pod=~"($service)-.*"'
_QUALITY = 'model=~"$service",model_namespace=~"$namespace"'

MODELS = Dashboard(
    "models",
    "Models",
    (
        Row(
            "Requests",
            (
                Panel(
                    "Latency",
                    tuple(
                        Query(f"histogram_quantile({quantile}, {_LATENCY})", f"p{100 * quantile:g}")
                        for quantile in (0.5, 0.95, 0.99)
                    ),
                    Unit.MILLISECONDS,
                    "istio",
                ),
                lines(
                    "Throughput",
                    f'sum by (service) (slo:requests:rate5m{{{_MODEL},objective="availability"}})',
                    "{{service}}",
                    Unit.PER_SECOND,
                    "istio",
                ),
                lines(
                    "Responses",
                    f"sum by (response_code) (rate(istio_requests_total{{{_GATEWAY}}}[5m]))",
                    "{{response_code}}",
                    Unit.PER_SECOND,
                    "istio",
                ),
                lines(
                    "Failed requests",
                    f'slo:bad_ratio:5m{{{_MODEL},objective="availability"}}',
                    "{{service}}",
                    Unit.RATIO,
                    "istio",
                ),
                lines(
                    "Slow requests",
                    f'slo:bad_ratio:5m{{{_MODEL},objective="latency"}}',
                    "{{service}}",
                    Unit.RATIO,
                    "istio",
                ),
                lines(
                    "Burn rate in an hour",
                    f"slo:bad_ratio:1h{{{_MODEL}}} / (1 - slo:objective:ratio)",
                    "{{service}} {{objective}}",
                    part="istio",
                    note="14.4 in an hour pages. See Objectives and alerts.",
                ),
            ),
        ),
        Row(
            "Saturation",
            (
                lines(
                    "Requests in progress of each replica",
                    f"sum(rate(istio_request_duration_milliseconds_sum{{{_GATEWAY}}}[5m])) / 1000 "
                    f"/ sum(kube_deployment_status_replicas_available{{{_DEPLOYMENT}}})",
                    "requests",
                    part="istio",
                    note="Compare with the model's targetConcurrency.",
                ),
                Panel(
                    "Replicas",
                    (
                        Query(f"kube_deployment_spec_replicas{{{_DEPLOYMENT}}}", "wanted {{deployment}}"),
                        Query(f"kube_deployment_status_replicas_available{{{_DEPLOYMENT}}}", "ready {{deployment}}"),
                    ),
                    part="istio",
                ),
                lines(
                    "Memory of each replica",
                    f"sum by (pod) (container_memory_working_set_bytes{{{_POD}}})",
                    "{{pod}}",
                    Unit.BYTES,
                    "istio",
                ),
                lines(
                    "CPU of each replica",
                    f"sum by (pod) (rate(container_cpu_usage_seconds_total{{{_POD}}}[5m]))",
                    "{{pod}}",
                    part="istio",
                ),
                lines(
                    "GPU of each replica",
                    f"avg by (pod) (DCGM_FI_DEV_GPU_UTIL{{{_POD}}})",
                    "{{pod}}",
                    Unit.PERCENT,
                    "gpus",
                ),
                lines(
                    "Requests that wait in Triton",
                    f"sum by (pod) (nv_inference_pending_request_count{{{_POD}}})",
                    "{{pod}}",
                    part="models",
                ),
            ),
        ),
        Row(
            "Cost",
            (
                lines(
                    "USD for a thousand predictions",
                    f"1000 * sum by (service, namespace) (model:usd:per_hour{{{_MODEL}}}) / 3600 "
                    f'/ sum by (service, namespace) (slo:requests:rate5m{{{_MODEL},objective="availability"}} > 0)',
                    "{{service}}",
                    Unit.USD,
                    "istio",
                    "The replicas' part of their nodes at list prices, by the largest of their requests for CPU, "
                    "memory and GPUs.",
                ),
                lines("USD an hour", f"model:usd:per_hour{{{_MODEL}}}", "{{service}}", Unit.USD, "istio"),
            ),
        ),
        Row(
            "Quality",
            (
                lines(
                    "Drift of each column",
                    f"max by (model, column) (model_drift_score{{{_QUALITY}}})",
                    "{{model}} {{column}}",
                    part="model-quality",
                    note="The distance from the training data in the newest window; or the p-value, with that test.",
                ),
                lines(
                    "Drifted features",
                    f"max by (model) (model_drift_share{{{_QUALITY}}})",
                    "{{model}}",
                    Unit.RATIO,
                    "model-quality",
                ),
                lines(
                    "Bad values",
                    f"max by (model, column, problem) (model_quality_problem_share{{{_QUALITY}}}) > 0",
                    "{{model}} {{column}} {{problem}}",
                    Unit.RATIO,
                    "model-quality",
                ),
                lines(
                    "Quality against labels",
                    f"max by (model, measure) (model_quality_performance{{{_QUALITY}}})",
                    "{{model}} {{measure}}",
                    part="model-quality",
                ),
                lines(
                    "Logged predictions",
                    f"sum by (model, outcome) (rate(prediction_log_events_total{{{_QUALITY}}}[15m]))",
                    "{{model}} {{outcome}}",
                    Unit.PER_SECOND,
                    "model-quality",
                ),
                table(
                    "Age of the newest report",
                    f"time() - max by (model) (model_quality_evaluated_timestamp_seconds{{{_QUALITY}}})",
                    Unit.SECONDS,
                    "model-quality",
                ),
            ),
        ),
    ),
    (
        Variable("namespace", "slo:requests:rate5m", "namespace", "Namespace"),
        Variable("service", "slo:requests:rate5m", "service", "Model"),
    ),
    part="istio",
)
