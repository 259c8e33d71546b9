"""ServingPlatform: everything between the load balancer and a model."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import ServingPlatformArgs, ServingPlatformConfig, ServingPlatformSpec

if TYPE_CHECKING:
    from .serving_platform import ServingPlatform

__all__ = ["ServingPlatform", "ServingPlatformArgs", "ServingPlatformConfig", "ServingPlatformSpec"]

__getattr__ = on_demand(__name__, ServingPlatform="serving_platform")
