"""ImageRegistry: container images in ECR."""
