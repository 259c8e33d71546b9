"""FeatureServices: what runs on a cluster over the stores of a FeatureStore."""
