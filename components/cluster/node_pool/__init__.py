"""NodePool: equal nodes of an EKS cluster, of this library's or another."""
