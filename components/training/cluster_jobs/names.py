"""Names that jobs, queues and admission policies share."""

KUEUE_NAMESPACE = "kueue-system"
TRAINER_NAMESPACE = "trainer-system"
RAY_NAMESPACE = "ray-system"

SERVICE_ACCOUNT = "jobs"
"""The service account of jobs, which has the team's IAM role."""
SPARE_QUEUE = "spare"
"""The queue of spare capacity: its jobs end when models need their nodes."""
JOB_CLASS = "jobs"
SPARE_CLASS = "jobs-spare"
PRIORITY_CLASSES = {JOB_CLASS: -5, SPARE_CLASS: -20}
"""Pod priorities below that of models, which is Kubernetes' default of 0.

The scheduler ends a pod of lower priority if a model finds no place. For pods below -10 the cluster autoscaler neither
adds nodes nor keeps any. Source: Kubernetes, "Pod Priority and Preemption"; kubernetes/autoscaler, FAQ, "How does
Cluster Autoscaler work with Pod Priority and Preemption?", --expendable-pods-priority-cutoff.
"""
QUEUE_PRIORITIES = {"high": 1000, "normal": 0, "low": -1000}
"""Priorities of jobs of one queue, which do not change the priority of their pods."""
CHECKPOINTS = "mlplatform.io/checkpoints"
"""The annotation with the folder of a job's checkpoints, an S3 URI."""
RAY_HEAD = {"ray.io/node-type": "head"}
RAY_DASHBOARD_PORT = 8265
"""KubeRay submits jobs there and reads their state."""
RUNTIME = "torch"
SPARE_SUFFIX = "-spare"
