"""FeatureIngest: what writes the records of topics to the online store."""
