"""GpuCluster: an EKS cluster for GPU workloads."""
