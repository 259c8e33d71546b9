"""FeatureServices: what runs on a cluster over the stores of a FeatureStore."""

from .feature_services import FeatureServices
from .spec import FeatureServicesArgs, FeatureServicesConfig, FeatureServicesSpec

__all__ = ["FeatureServices", "FeatureServicesArgs", "FeatureServicesConfig", "FeatureServicesSpec"]
