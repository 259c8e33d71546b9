"""Where models are trained and features computed: Spark, SageMaker, AWS Batch and jobs on the cluster."""
