"""The dashboard of the feature store: freshness, online features and materialization."""

from .panels import Dashboard, Panel, Query, Row, Unit, lines, table

FEATURES = Dashboard(
    "features",
    "Feature store",
    (
        Row(
            "Freshness",
            (
                lines(
                    "Age of features",
                    "max by (feature_view) (feast_feature_freshness_seconds)",
                    "{{feature_view}}",
                    Unit.SECONDS,
                    "feast",
                ),
                lines(
                    "Records that wait for ingestion",
                    "sum by (namespace, pod) (feature_ingest_lag_records)",
                    "{{pod}}",
                    part="feature-ingest",
                ),
                lines(
                    "Records ingested a second",
                    "sum by (outcome) (rate(feature_ingest_records_total[5m]))",
                    "{{outcome}}",
                    part="feature-ingest",
                ),
            ),
        ),
        Row(
            "Online features",
            (
                lines(
                    "Values found",
                    'sum by (feature_view) (rate(feast_online_features_status_total{status="present"}[5m])) '
                    "/ sum by (feature_view) (rate(feast_online_features_status_total[5m]))",
                    "{{feature_view}}",
                    Unit.RATIO,
                    "feast",
                    "The hit rate of the online store: values that it had, of those that models asked for.",
                ),
                Panel(
                    "Latency",
                    tuple(
                        Query(
                            f"histogram_quantile({quantile}, sum by (le) (rate("
                            'feast_feature_server_request_latency_seconds_bucket{endpoint="/get-online-features"}[5m])))',
                            f"p{100 * quantile:g}",
                        )
                        for quantile in (0.5, 0.95, 0.99)
                    ),
                    Unit.SECONDS,
                    "feast",
                ),
                lines(
                    "Reads of the online store, p99",
                    "histogram_quantile(0.99, sum by (le) "
                    "(rate(feast_feature_server_online_store_read_duration_seconds_bucket[5m])))",
                    "p99",
                    Unit.SECONDS,
                    "feast",
                ),
                lines(
                    "Requests",
                    "sum by (endpoint, status) (rate(feast_feature_server_request_total[5m]))",
                    "{{endpoint}} {{status}}",
                    Unit.PER_SECOND,
                    "feast",
                ),
            ),
        ),
        Row(
            "Materialization",
            (
                table(
                    "Jobs that failed",
                    'kube_job_status_failed{namespace="feast"} > 0',
                    part="feast",
                ),
            ),
        ),
    ),
)
