"""ServingLoadBalancer: an Application Load Balancer in front of a gateway of the cluster."""
