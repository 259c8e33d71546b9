"""NodePool: equal nodes of any EKS cluster."""
