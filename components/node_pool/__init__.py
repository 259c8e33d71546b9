"""NodePool: equal nodes of an EKS cluster, of this library's or another."""

from .node_pool import NodePool
from .spec import NodePoolArgs, NodePoolConfig, NodePoolSpec

__all__ = ["NodePool", "NodePoolArgs", "NodePoolConfig", "NodePoolSpec"]
