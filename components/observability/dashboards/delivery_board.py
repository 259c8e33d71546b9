"""The dashboard of delivery: the state of applications, and the time to apply a change."""

from .panels import Dashboard, Row, Unit, lines, number, table

DELIVERY = Dashboard(
    "delivery",
    "Delivery",
    (
        Row(
            "Now",
            (
                number(
                    "Applications out of sync",
                    'count(argocd_app_info{sync_status="OutOfSync"}) or vector(0)',
                    part="argo-cd",
                ),
                number(
                    "Applications that are degraded",
                    'count(argocd_app_info{health_status=~"Degraded|Missing"}) or vector(0)',
                    part="argo-cd",
                ),
                number(
                    "Failed syncs in a day",
                    'sum(increase(argocd_app_sync_total{phase=~"Error|Failed"}[1d])) or vector(0)',
                    part="argo-cd",
                ),
                number(
                    "Deliveries in a day",
                    'sum(increase(argocd_app_sync_total{phase="Succeeded"}[1d])) or vector(0)',
                    part="argo-cd",
                ),
            ),
        ),
        Row(
            "Lead time",
            (
                lines(
                    "Time to apply a change, average",
                    "sum by (namespace, dest_server) (rate(argocd_app_reconcile_sum[1h])) "
                    "/ sum by (namespace, dest_server) (rate(argocd_app_reconcile_count[1h]))",
                    "{{dest_server}}",
                    Unit.SECONDS,
                    "argo-cd",
                    "From the comparison with Git to the end of it. Argo CD exports no time of commits.",
                ),
                lines(
                    "Time to read Git, p95",
                    "histogram_quantile(0.95, sum by (le, request_type) "
                    "(rate(argocd_git_request_duration_seconds_bucket[1h])))",
                    "{{request_type}}",
                    Unit.SECONDS,
                    "argo-cd",
                ),
                lines(
                    "Syncs in an hour",
                    "sum by (name, phase) (increase(argocd_app_sync_total[1h])) > 0",
                    "{{name}} {{phase}}",
                    part="argo-cd",
                ),
            ),
        ),
        Row(
            "Applications",
            (
                table(
                    "State",
                    "max by (name, project, sync_status, health_status) (argocd_app_info)",
                    part="argo-cd",
                ),
            ),
        ),
    ),
)
