"""Service level objectives and alerts as Prometheus rules. Nothing here imports Pulumi resources."""
