"""EKS clusters, their nodes, and software that every workload needs."""
