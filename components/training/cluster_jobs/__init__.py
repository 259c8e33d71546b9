"""ClusterJobs: queued jobs of teams on a cluster, with Kueue, Kubeflow Trainer and KubeRay."""
