"""ServingLoadBalancer: the one way from the internet to a gateway on the cluster."""

from .load_balancer import ServingLoadBalancer
from .spec import ServingLoadBalancerArgs, ServingLoadBalancerConfig, ServingLoadBalancerSpec

__all__ = ["ServingLoadBalancer", "ServingLoadBalancerArgs", "ServingLoadBalancerConfig", "ServingLoadBalancerSpec"]
