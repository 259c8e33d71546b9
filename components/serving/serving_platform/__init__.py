"""ServingPlatform: everything between the load balancer and a model."""
