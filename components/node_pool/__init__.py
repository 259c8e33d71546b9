"""NodePool: equal nodes of an EKS cluster, of this library's or another."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import NodePoolArgs, NodePoolConfig, NodePoolSpec

if TYPE_CHECKING:
    from .node_pool import NodePool

__all__ = ["NodePool", "NodePoolArgs", "NodePoolConfig", "NodePoolSpec"]

__getattr__ = on_demand(__name__, NodePool="node_pool")
