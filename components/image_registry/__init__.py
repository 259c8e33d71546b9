"""ImageRegistry: container images in ECR, for each team by its pipeline alone."""

from .image_registry import ImageRegistry
from .spec import ImageRegistryArgs, ImageRegistryConfig, ImageRegistrySpec

__all__ = ["ImageRegistry", "ImageRegistryArgs", "ImageRegistryConfig", "ImageRegistrySpec"]
