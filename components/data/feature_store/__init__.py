"""FeatureStore: where features, models and what is known of them are kept."""
