"""The collector: receives the events of KServe's logger, and stores the configured columns in S3."""
