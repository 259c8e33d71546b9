"""FeatureIngest: consumers on the cluster that write the records of topics to the online store."""
