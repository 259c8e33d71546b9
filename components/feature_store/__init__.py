"""FeatureStore: where features, models and what is known of them are kept."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import FeatureStoreArgs, FeatureStoreConfig, FeatureStoreSpec

if TYPE_CHECKING:
    from .feature_store import FeatureStore

__all__ = ["FeatureStore", "FeatureStoreArgs", "FeatureStoreConfig", "FeatureStoreSpec"]

__getattr__ = on_demand(__name__, FeatureStore="feature_store")
