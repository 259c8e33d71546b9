"""FeatureStore: where features, models and what is known of them are kept."""

from .feature_store import FeatureStore
from .spec import FeatureStoreArgs, FeatureStoreConfig, FeatureStoreSpec

__all__ = ["FeatureStore", "FeatureStoreArgs", "FeatureStoreConfig", "FeatureStoreSpec"]
