"""Cases of the rules in policies/jobs.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
TRAIN_JOB = "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob"
RAY_JOB = "kubernetes:ray.io/v1:RayJob"
QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
HOUR = {"activeDeadlineSeconds": 3600}
HANGS = "has no deadline, so that a job that hangs keeps its nodes"
KEPT = "keeps its cluster and its nodes after the job"


GPU = {"limits": {"nvidia.com/gpu": 1}}


def _spec(fields: Any, resources: Any) -> dict[str, Any]:
    return {**fields, "template": {"spec": {"containers": [{"name": "train", "resources": resources}]}}}


def job(fields: Any = (), resources: Any = GPU) -> Resource:
    return make(JOB, {"spec": _spec(dict(fields), resources)})


def cron_job(fields: Any = (), resources: Any = GPU) -> Resource:
    return make(CRON_JOB, {"spec": {"jobTemplate": {"spec": _spec(dict(fields), resources)}}})


CASES = [
    passes("job-deadline", job(HOUR)),
    passes("job-deadline", cron_job(HOUR)),
    passes("job-deadline", make(TRAIN_JOB, {"spec": HOUR})),
    passes("job-deadline", make(RAY_JOB, {"spec": HOUR})),
    passes("job-deadline", job(resources={})),
    *(
        fails("job-deadline", start({"backoffLimit": 1}, {"limits": {device: 1}}), found=HANGS)
        for start in (job, cron_job)
        for device in ("nvidia.com/gpu", "nvidia.com/mig-1g.5gb", "aws.amazon.com/neuron", "amd.com/gpu")
    ),
    # The deadline belongs to the job that a schedule starts.
    fails("job-deadline", make(CRON_JOB, {"spec": {**HOUR, **dict(cron_job().inputs["spec"])}}), found=HANGS),
    fails("job-deadline", make(TRAIN_JOB), found=HANGS),
    fails("job-deadline", make(RAY_JOB), kind="absent", found=HANGS),
    unknown("job-deadline", job({"activeDeadlineSeconds": UNKNOWN}), undecided="spec.activeDeadlineSeconds"),
    unknown(
        "job-deadline",
        cron_job({"activeDeadlineSeconds": UNKNOWN}),
        undecided="spec.jobTemplate.spec.activeDeadlineSeconds",
    ),
    passes("plain-job-deadline", job(HOUR, {})),
    passes("plain-job-deadline", job()),
    fails("plain-job-deadline", job({"backoffLimit": 1}, {"limits": {"memory": "1Gi"}}), found=HANGS),
    fails("plain-job-deadline", cron_job(resources={}), kind="absent", found=HANGS),
    unknown("plain-job-deadline", make(JOB, {"spec": UNKNOWN}), undecided="spec.activeDeadlineSeconds"),
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
