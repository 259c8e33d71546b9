"""FeatureServer: Feast on the cluster, over the stores of a FeatureStore."""

from .feature_server import FeatureServer
from .spec import FeatureServerArgs, FeatureServerConfig, FeatureServerSpec

__all__ = ["FeatureServer", "FeatureServerArgs", "FeatureServerConfig", "FeatureServerSpec"]
