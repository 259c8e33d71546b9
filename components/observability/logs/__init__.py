"""LogPipeline: logs of containers, redacted on their nodes, in CloudWatch or OpenSearch."""
