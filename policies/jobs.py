"""Jobs of Kubernetes, Ray and Kubeflow Trainer, and Kueue's queues that admit them."""

from collections.abc import Iterator

from policies.engine.checks import requires
from policies.engine.frameworks import eks_guide, finops, nsa
from policies.engine.pod_templates import CRON_JOB, JOB, asks_for_devices, pods_in
from policies.engine.rule import Area, Finding, Framework, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import entries, is_set, number, read
from resources.resource import UNKNOWN, Resource

RAY_JOB = "kubernetes:ray.io/v1:RayJob"
CLUSTER_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
_EVERY_NAMESPACE = "admits jobs of every namespace: its namespaceSelector is empty"
_SPECS: dict[str, tuple[str, ...]] = {
    JOB: ("spec",),
    CRON_JOB: ("spec", "jobTemplate", "spec"),
    "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob": ("spec",),
    RAY_JOB: ("spec",),
}
"""Where each kind of job has its deadline."""


def _without_deadline(job: Resource, *, expensive: bool, stack: Stack) -> Iterator[Result]:
    """What a job without a deadline says, if it keeps accelerators, or if it keeps none."""
    if _keeps_accelerators(job, stack) is not expensive:
        return
    path = _SPECS[job.type]
    seconds = number(read(job.inputs, *path, "activeDeadlineSeconds"))
    if seconds is UNKNOWN:
        yield Undecided(f"{'.'.join(path)}.activeDeadlineSeconds")
    elif seconds is None:
        yield Finding("has no deadline, so that a job that hangs keeps its nodes")


def _keeps_accelerators(job: Resource, stack: Stack) -> bool:
    """Whether a job asks for accelerators. Those of Ray and Kubeflow Trainer are for that, and may ask elsewhere."""
    return job.type not in (JOB, CRON_JOB) or any(map(asks_for_devices, pods_in(job, stack)))


@rule(
    "job-deadline",
    "Jobs of accelerators have a deadline",
    tuple(_SPECS),
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), eks_guide("Reliability: applications")],
    remediation="Set activeDeadlineSeconds to the longest time that the job may take.",
    field="spec.activeDeadlineSeconds",
)
def _deadline(job: Resource, stack: Stack) -> Iterator[Result]:
    return _without_deadline(job, expensive=True, stack=stack)


@rule(
    "plain-job-deadline",
    "Jobs without accelerators have a deadline",
    (JOB, CRON_JOB),
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Policy & Governance"), eks_guide("Reliability: applications")],
    remediation="Set activeDeadlineSeconds to the longest time that the job may take.",
    field="spec.activeDeadlineSeconds",
)
def _plain_deadline(job: Resource, stack: Stack) -> Iterator[Result]:
    return _without_deadline(job, expensive=False, stack=stack)


requires(
    RAY_JOB,
    "spec.shutdownAfterJobFinishes",
    True,
    "keeps its cluster and its nodes after the job: shutdownAfterJobFinishes is not true",
    name="ray-job-cluster",
    title="The cluster of a RayJob ends with the job",
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("Kueue documentation", "Run A RayJob: limitations"), finops("Policy & Governance")],
    remediation="Set spec.shutdownAfterJobFinishes to true.",
)


@rule(
    "cluster-queue-namespaces",
    "Cluster queues take jobs of chosen namespaces",
    CLUSTER_QUEUE,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        Framework("Kueue documentation", "Cluster Queue: namespace selector"),
        nsa("Network separation and hardening: resource policies"),
    ],
    remediation="Set spec.namespaceSelector to the label of the namespaces whose jobs the queue admits.",
    field="spec.namespaceSelector",
    in_cluster=[
        InCluster(
            resources={"kueue.x-k8s.io/v1beta2": ["clusterqueues"]},
            found="has(object.spec.namespaceSelector) && "
            "object.spec.namespaceSelector.?matchLabels.orValue({}).size() == 0 && "
            "object.spec.namespaceSelector.?matchExpressions.orValue([]).size() == 0 ? "
            f"['{_EVERY_NAMESPACE}'] : []",
        )
    ],
)
def _chosen_namespaces(queue: Resource, _: Stack) -> Iterator[Result]:
    selector = read(queue.inputs, "spec", "namespaceSelector")
    if selector is UNKNOWN:
        yield Undecided("spec.namespaceSelector")
    elif selector is not None and not any(is_set(part) for _, part in entries(selector)):
        yield Finding(_EVERY_NAMESPACE)
