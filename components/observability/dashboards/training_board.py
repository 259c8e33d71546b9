"""The dashboard of training: queues, jobs and MLflow."""

from .panels import Dashboard, Row, Unit, lines, table

TRAINING = Dashboard(
    "training",
    "Training",
    (
        Row(
            "Queues",
            (
                lines(
                    "Jobs that wait",
                    "sum by (cluster_queue, status) (kueue_pending_workloads)",
                    "{{cluster_queue}} {{status}}",
                    part="kueue",
                ),
                lines(
                    "Jobs that run",
                    "sum by (cluster_queue) (kueue_admitted_active_workloads)",
                    "{{cluster_queue}}",
                    part="kueue",
                ),
                lines(
                    "Wait until admission, p95",
                    "histogram_quantile(0.95, sum by (le, cluster_queue) "
                    "(rate(kueue_admission_wait_time_seconds_bucket[1h])))",
                    "{{cluster_queue}}",
                    Unit.SECONDS,
                    "kueue",
                ),
                lines(
                    "Quota in use",
                    "sum by (cluster_queue, resource) (kueue_cluster_queue_resource_usage) "
                    "/ sum by (cluster_queue, resource) (kueue_cluster_queue_nominal_quota > 0)",
                    "{{cluster_queue}} {{resource}}",
                    Unit.RATIO,
                    "kueue",
                ),
                lines(
                    "Evictions in an hour",
                    "sum by (cluster_queue, reason) (increase(kueue_evicted_workloads_total[1h]))",
                    "{{cluster_queue}} {{reason}}",
                    part="kueue",
                ),
            ),
        ),
        Row(
            "Jobs",
            (
                table("Jobs that failed", "sum by (namespace, job_name) (kube_job_status_failed) > 0"),
                lines(
                    "GPUs of jobs",
                    'sum by (namespace) (kube_pod_container_resource_requests{resource="nvidia_com_gpu",'
                    'namespace=~".+-jobs"})',
                    "{{namespace}}",
                    part="kueue",
                ),
            ),
        ),
        Row(
            "MLflow",
            (
                lines(
                    "Requests",
                    "sum by (status) (rate(mlflow_http_request_total[5m]))",
                    "{{status}}",
                    Unit.PER_SECOND,
                    "mlflow",
                ),
                lines(
                    "Latency, p95",
                    "histogram_quantile(0.95, sum by (le) (rate(mlflow_http_request_duration_seconds_bucket[5m])))",
                    "p95",
                    Unit.SECONDS,
                    "mlflow",
                ),
            ),
        ),
    ),
)
