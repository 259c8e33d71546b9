"""SparkCluster: Spark on EMR Serverless, on EC2 instances or on the EKS cluster."""
