"""EKS clusters, their nodes and what every workload on them needs."""
