"""One description of a training job, rendered for AWS Batch, SageMaker, EMR Serverless and Kubernetes."""
