"""ServingPlatform: everything between the load balancer and a model."""

from .spec import ServingPlatformArgs, ServingPlatformConfig, ServingPlatformSpec

__all__ = ["ServingPlatformArgs", "ServingPlatformConfig", "ServingPlatformSpec"]
