"""MetricsPlatform: metrics of a cluster in Prometheus, alerts, and Grafana."""
