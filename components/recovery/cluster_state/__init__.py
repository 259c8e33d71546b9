"""ClusterState: backups of the objects of a cluster by Velero."""
