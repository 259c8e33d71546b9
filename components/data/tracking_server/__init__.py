"""TrackingServer: MLflow on the cluster, over PostgreSQL and S3."""
