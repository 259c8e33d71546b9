"""The ingestion of features as a job of Spark Structured Streaming, for EMR Serverless."""
