"""Priorities, the queue of spare capacity and training runtimes, as manifests."""

from typing import Any

from ...cluster.job_pools import GPU, PoolSpec
from ...cluster.job_queues import KUEUE_VERSION
from ...cluster.secure_namespace import JOBS_LABEL
from ...core.manifest import kubernetes_object
from . import names

Manifest = dict[str, Any]

_DESCRIPTIONS = {
    names.JOB_CLASS: "Jobs. A model that finds no place ends them.",
    names.SPARE_CLASS: "Jobs on spare capacity. They end before other jobs, and no node starts for them.",
}


def priority_classes() -> list[Manifest]:
    """The priorities of pods of jobs, below that of models. A job ends no other job: Kueue decides between jobs."""
    return [
        kubernetes_object(
            "scheduling.k8s.io/v1",
            "PriorityClass",
            name,
            value=value,
            globalDefault=False,
            preemptionPolicy="Never",
            description=_DESCRIPTIONS[name],
        )
        for name, value in names.PRIORITY_CLASSES.items()
    ]


def queue_priorities() -> list[Manifest]:
    """The priorities of jobs in a queue, which a job names by the label kueue.x-k8s.io/priority-class."""
    return [
        kubernetes_object(
            KUEUE_VERSION, "WorkloadPriorityClass", name, value=value, description=f"Jobs that are {name}."
        )
        for name, value in names.QUEUE_PRIORITIES.items()
    ]


def spare_cluster_queue(pool: PoolSpec) -> Manifest:
    """The queue of all teams for spare capacity of a pool whose nodes run anyway."""
    amounts = {"cpu": str(pool.all_cpus), "memory": f"{pool.all_memory_gib}Gi", GPU: str(pool.all_gpus)}
    resources = [{"name": name, "nominalQuota": amount} for name, amount in amounts.items()]
    spec = {
        "namespaceSelector": {"matchLabels": {JOBS_LABEL: "true"}},
        "queueingStrategy": "BestEffortFIFO",
        "resourceGroups": [
            {"coveredResources": list(amounts), "flavors": [{"name": pool.name, "resources": resources}]},
        ],
        "preemption": {"withinClusterQueue": "LowerPriority"},
    }
    return kubernetes_object(KUEUE_VERSION, "ClusterQueue", names.SPARE_QUEUE, spec=spec)


def spare_local_queue(namespace: str) -> Manifest:
    """The queue of spare capacity in a team's namespace."""
    spec = {"clusterQueue": names.SPARE_QUEUE}
    return kubernetes_object(KUEUE_VERSION, "LocalQueue", names.SPARE_QUEUE, namespace, spec=spec)


def bounds(namespace: str, pods: int, storage_gib: int) -> Manifest:
    """The limits of a namespace that queues lack: pods, volumes, and Services that cost money or open nodes' ports."""
    hard = {
        "pods": str(pods),
        "requests.storage": f"{storage_gib}Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return kubernetes_object("v1", "ResourceQuota", "jobs", namespace, spec={"hard": hard})


def service_account(namespace: str) -> Manifest:
    """The account of jobs. It has the team's IAM role and no access to the Kubernetes API."""
    return kubernetes_object(
        "v1", "ServiceAccount", names.SERVICE_ACCOUNT, namespace, automountServiceAccountToken=False
    )


def training_runtimes(*, spare: bool) -> list[Manifest]:
    """The runtimes of TrainJobs: one for torchrun, and the same for spare capacity.

    A TrainJob brings the image. Priority and account of the pods come from the runtime, because a TrainJob cannot set
    them. A pod that is preempted, or whose node ends, does not count as a failure. Source: kubeflow/trainer v2.3.0,
    charts/kubeflow-trainer/files/runtimes/torch-distributed.yaml; Kubernetes, "Pod failure policy".
    """
    classes = {names.RUNTIME: names.JOB_CLASS}
    if spare:
        classes[f"{names.RUNTIME}{names.SPARE_SUFFIX}"] = names.SPARE_CLASS
    return [_training_runtime(name, priority_class) for name, priority_class in classes.items()]


def _training_runtime(name: str, priority_class: str) -> Manifest:
    disrupted = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    container = {
        "name": "node",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "priorityClassName": priority_class,
        "serviceAccountName": names.SERVICE_ACCOUNT,
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    job = {
        "metadata": {"labels": {"trainer.kubeflow.org/trainjob-ancestor-step": "trainer"}},
        "spec": {"backoffLimit": 3, "podFailurePolicy": {"rules": [disrupted]}, "template": {"spec": pod}},
    }
    return kubernetes_object(
        "trainer.kubeflow.org/v1alpha1",
        "ClusterTrainingRuntime",
        name,
        labels={"trainer.kubeflow.org/framework": "torch"},
        spec={
            "mlPolicy": {"numNodes": 1, "torch": {}},
            "template": {"spec": {"replicatedJobs": [{"name": "node", "template": job}]}},
        },
    )
