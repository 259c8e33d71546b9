"""FeatureServer: Feast on the cluster, over the stores of a FeatureStore."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import FeatureServerArgs, FeatureServerConfig, FeatureServerSpec

if TYPE_CHECKING:
    from .feature_server import FeatureServer

__all__ = ["FeatureServer", "FeatureServerArgs", "FeatureServerConfig", "FeatureServerSpec"]

__getattr__ = on_demand(__name__, FeatureServer="feature_server")
