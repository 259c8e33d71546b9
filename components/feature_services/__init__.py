"""FeatureServices: what runs on a cluster over the stores of a FeatureStore."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import FeatureServicesArgs, FeatureServicesConfig, FeatureServicesSpec

if TYPE_CHECKING:
    from .feature_services import FeatureServices

__all__ = ["FeatureServices", "FeatureServicesArgs", "FeatureServicesConfig", "FeatureServicesSpec"]

__getattr__ = on_demand(__name__, FeatureServices="feature_services")
