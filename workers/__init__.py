"""Programs that run in the cluster, each in an image of its own."""
