"""GpuCluster: an EKS cluster for GPU workloads."""

from .gpu_cluster import GpuCluster
from .spec import GpuClusterArgs, GpuClusterConfig, GpuClusterSpec

__all__ = ["GpuCluster", "GpuClusterArgs", "GpuClusterConfig", "GpuClusterSpec"]
