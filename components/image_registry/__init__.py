"""ImageRegistry: container images in ECR, for each team by its pipeline alone."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import ImageRegistryArgs, ImageRegistryConfig, ImageRegistrySpec

if TYPE_CHECKING:
    from .image_registry import ImageRegistry

__all__ = ["ImageRegistry", "ImageRegistryArgs", "ImageRegistryConfig", "ImageRegistrySpec"]

__getattr__ = on_demand(__name__, ImageRegistry="image_registry")
