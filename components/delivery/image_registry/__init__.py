"""ImageRegistry: container images in ECR, for each team by its pipeline alone."""
