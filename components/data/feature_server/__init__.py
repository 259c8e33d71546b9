"""FeatureServer: Feast on the cluster, over the stores of a FeatureStore."""
