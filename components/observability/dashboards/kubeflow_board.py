"""The dashboard of Kubeflow: pages, pipelines, notebooks and experiments."""

from .panels import Dashboard, Row, Unit, lines, number, table

_PART = "kubeflow"

KUBEFLOW = Dashboard(
    "kubeflow",
    "Kubeflow",
    (
        Row(
            "Now",
            (
                number("Runs in progress", 'sum(argo_workflows_gauge{status="Running"}) or vector(0)', part=_PART),
                number(
                    "Notebooks",
                    "sum(notebook_running) or vector(0)",
                    part=_PART,
                    note="Stopped notebooks count too. A team that deletes its last one keeps its number until the "
                    "controller starts again.",
                ),
                number(
                    "Experiments in progress",
                    'sum(katib_experiments_current{status=~"Created|Running|Restarting"}) or vector(0)',
                    part=_PART,
                ),
                number(
                    "Runs that failed in a day",
                    'sum(increase(argo_workflows_total_count{phase=~"Failed|Error"}[1d])) or vector(0)',
                    part=_PART,
                ),
            ),
        ),
        Row(
            "Pages",
            (
                lines(
                    "Requests",
                    'sum by (destination_service_name) (rate(istio_requests_total{job="kubeflow-gateway"}[5m]))',
                    "{{destination_service_name}}",
                    Unit.PER_SECOND,
                    _PART,
                ),
                lines(
                    "Errors of servers",
                    "sum by (destination_service_name) "
                    '(rate(istio_requests_total{job="kubeflow-gateway",response_code=~"5.."}[5m]))',
                    "{{destination_service_name}}",
                    Unit.PER_SECOND,
                    _PART,
                ),
                lines(
                    "Latency, average",
                    "sum by (destination_service_name) "
                    '(rate(istio_request_duration_milliseconds_sum{job="kubeflow-gateway"}[5m])) '
                    "/ sum by (destination_service_name) "
                    '(rate(istio_request_duration_milliseconds_count{job="kubeflow-gateway"}[5m]))',
                    "{{destination_service_name}}",
                    Unit.MILLISECONDS,
                    _PART,
                    "Pages that stay connected, such as notebooks, count until they close.",
                ),
            ),
        ),
        Row(
            "Pipelines",
            (
                lines("Workflows", "sum by (status) (argo_workflows_gauge)", "{{status}}", part=_PART),
                lines("Pods of workflows", "sum by (phase) (argo_workflows_pods_gauge)", "{{phase}}", part=_PART),
                lines(
                    "Runs that ended in an hour",
                    "sum by (namespace, phase) "
                    '(increase(argo_workflows_total_count{phase=~"Succeeded|Failed|Error"}[1h]))',
                    "{{namespace}} {{phase}}",
                    part=_PART,
                ),
                lines(
                    "Changes that wait for the workflow controller",
                    "max by (queue_name) (argo_workflows_queue_depth_gauge)",
                    "{{queue_name}}",
                    part=_PART,
                ),
                lines(
                    "Time to handle a workflow, p95",
                    "histogram_quantile(0.95, sum by (le) "
                    "(rate(argo_workflows_operation_duration_seconds_bucket[5m])))",
                    "p95",
                    Unit.SECONDS,
                    _PART,
                ),
                lines(
                    "Recurring runs that wait",
                    "sum(scheduled_workflow_queue_size)",
                    "waiting",
                    part=_PART,
                ),
                lines(
                    "Time until a recurring run is shown, p90",
                    "histogram_quantile(0.9, sum by (le) (rate(resource_manager_recurring_run_report_gap_bucket[1h])))",
                    "p90",
                    Unit.SECONDS,
                    _PART,
                    "The persistence agent copies workflows to the database. It has no metrics of its own.",
                ),
            ),
        ),
        Row(
            "Notebooks and experiments",
            (
                lines("Notebooks by team", "sum by (namespace) (notebook_running)", "{{namespace}}", part=_PART),
                lines(
                    "Trials by state",
                    "sum by (namespace, status) (katib_trials_current)",
                    "{{namespace}} {{status}}",
                    part=_PART,
                ),
                table(
                    "Experiments",
                    "sum by (namespace, status) (katib_experiments_current)",
                    part=_PART,
                ),
            ),
        ),
    ),
    part=_PART,
)
