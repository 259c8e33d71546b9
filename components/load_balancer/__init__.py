"""ServingLoadBalancer: the one way from the internet to a gateway on the cluster."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import ServingLoadBalancerArgs, ServingLoadBalancerConfig, ServingLoadBalancerSpec

if TYPE_CHECKING:
    from .load_balancer import ServingLoadBalancer

__all__ = ["ServingLoadBalancer", "ServingLoadBalancerArgs", "ServingLoadBalancerConfig", "ServingLoadBalancerSpec"]

__getattr__ = on_demand(__name__, ServingLoadBalancer="load_balancer")
