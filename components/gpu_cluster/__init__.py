"""GpuCluster: an EKS cluster for GPU workloads."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import GpuClusterArgs, GpuClusterConfig, GpuClusterSpec

if TYPE_CHECKING:
    from .gpu_cluster import GpuCluster

__all__ = ["GpuCluster", "GpuClusterArgs", "GpuClusterConfig", "GpuClusterSpec"]

__getattr__ = on_demand(__name__, GpuCluster="gpu_cluster")
