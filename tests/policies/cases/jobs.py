"""Cases of the rules in policies/jobs.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
TRAIN_JOB = "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob"
RAY_JOB = "kubernetes:ray.io/v1:RayJob"
QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
HOUR = {"activeDeadlineSeconds": 3600}
HANGS = "has no deadline, so that a job that hangs keeps its nodes"
KEPT = "keeps its cluster and its nodes after the job"


CASES = [
    passes("job-deadline", make(JOB, {"spec": HOUR})),
    passes("job-deadline", make(CRON_JOB, {"spec": {"jobTemplate": {"spec": HOUR}}})),
    passes("job-deadline", make(TRAIN_JOB, {"spec": HOUR})),
    passes("job-deadline", make(RAY_JOB, {"spec": HOUR})),
    fails("job-deadline", make(JOB, {"spec": {"backoffLimit": 1}}), found=HANGS),
    fails("job-deadline", make(CRON_JOB, {"spec": HOUR}), found=HANGS),
    fails("job-deadline", make(RAY_JOB), kind="absent", found=HANGS),
    unknown("job-deadline", make(JOB, {"spec": UNKNOWN}), undecided="spec.activeDeadlineSeconds"),
    unknown(
        "job-deadline",
        make(CRON_JOB, {"spec": {"jobTemplate": {"spec": {"activeDeadlineSeconds": UNKNOWN}}}}),
        undecided="spec.jobTemplate.spec.activeDeadlineSeconds",
    ),
    passes("ray-job-cluster", make(RAY_JOB, {"spec": {"shutdownAfterJobFinishes": True}})),
    fails("ray-job-cluster", make(RAY_JOB, {"spec": {"shutdownAfterJobFinishes": False}}), found=KEPT),
    fails("ray-job-cluster", make(RAY_JOB), kind="absent", found=KEPT),
    unknown("ray-job-cluster", make(RAY_JOB, {"spec": UNKNOWN}), undecided="spec.shutdownAfterJobFinishes"),
    passes(
        "cluster-queue-namespaces",
        make(QUEUE, {"spec": {"namespaceSelector": {"matchLabels": {"mlplatform.io/jobs": "true"}}}}),
    ),
    # Without a selector, a queue takes jobs of no namespace.
    passes("cluster-queue-namespaces", make(QUEUE), kind="absent"),
    fails(
        "cluster-queue-namespaces",
        make(QUEUE, {"spec": {"namespaceSelector": {}}}),
        found="admits jobs of every namespace",
    ),
    fails(
        "cluster-queue-namespaces",
        make(QUEUE, {"spec": {"namespaceSelector": {"matchLabels": {}}}}),
        found="admits jobs of every namespace",
    ),
    unknown(
        "cluster-queue-namespaces",
        make(QUEUE, {"spec": {"namespaceSelector": UNKNOWN}}),
        undecided="spec.namespaceSelector",
    ),
]
