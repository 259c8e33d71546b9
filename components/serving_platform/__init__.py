"""ServingPlatform: everything between the load balancer and a model."""

from .serving_platform import ServingPlatform
from .spec import ServingPlatformArgs, ServingPlatformConfig, ServingPlatformSpec

__all__ = ["ServingPlatform", "ServingPlatformArgs", "ServingPlatformConfig", "ServingPlatformSpec"]
