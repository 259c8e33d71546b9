"""ServingLoadBalancer: the one way from the internet to a gateway on the cluster."""
