"""Values of the charts of Kueue, Kubeflow Trainer with JobSet, and KubeRay's operator."""

import json
from collections.abc import Sequence
from typing import Any

from ...cluster.secure_namespace import JOBS_LABEL
from ...core.node_labels import SYSTEM_LABEL
from ...core.pods import RESTRICTED, SYSTEM_TOLERATION, on_system_nodes, resources, spread

KUEUE_PODS = {"app.kubernetes.io/name": "kueue"}
TRAINER_PODS = {"app.kubernetes.io/name": "kubeflow-trainer"}
JOBSET_PODS = {"app.kubernetes.io/name": "jobset"}
RAY_PODS = {"app.kubernetes.io/name": "kuberay-operator"}

FRAMEWORKS = (
    "batch/job",
    "jobset.x-k8s.io/jobset",
    "trainer.kubeflow.org/trainjob",
    "ray.io/rayjob",
    "ray.io/raycluster",
)
"""The kinds that Kueue queues. A CronJob's Jobs are queued as Jobs, and a TrainJob's JobSet with its TrainJob."""


def kueue_values() -> dict[str, Any]:
    """Values of Kueue's chart: two replicas, which elect a leader and both answer the API server.

    The published chart names the released image; the chart in the repository names that of a branch. The chart has no
    affinity, so its pods select the system pool.
    """
    return {
        "controllerManager": {
            "replicas": 2,
            "manager": {
                "image": {
                    "repository": "registry.k8s.io/kueue/kueue",
                    "tag": "v0.19.2",
                    "pullPolicy": "IfNotPresent",
                },
                "priorityClassName": "system-cluster-critical",
                "resources": resources("100m", "512Mi", "2"),
            },
            "nodeSelector": {SYSTEM_LABEL: "true"},
            "tolerations": [SYSTEM_TOLERATION],
            "topologySpreadConstraints": spread(KUEUE_PODS),
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        },
        # JSON is YAML.
        "managerConfig": {"controllerManagerConfigYaml": json.dumps(kueue_config(), indent=2)},
    }


def kueue_config() -> dict[str, Any]:
    """Kueue's configuration.

    In namespaces for jobs, nothing of these kinds starts without a queue. All pods of a job start or none: a job whose
    pods do not get ready gives its quota back and waits. The deadline allows for a GPU node that starts first. Source:
    Kueue v0.19.2, apis/config/v1beta2, Configuration.
    """
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": ":8081"},
        # Without it, quotas and their use have no metrics.
        "metrics": {"bindAddress": ":8443", "enableClusterQueueResources": True},
        "webhook": {"port": 9443},
        "leaderElection": {"leaderElect": True, "resourceName": "c1f6bfd2.kueue.x-k8s.io"},
        "controller": {
            "groupKindConcurrency": {
                "Job.batch": 5,
                "Workload.kueue.x-k8s.io": 10,
                "LocalQueue.kueue.x-k8s.io": 5,
                "ClusterQueue.kueue.x-k8s.io": 5,
                "ResourceFlavor.kueue.x-k8s.io": 1,
            }
        },
        "clientConnection": {"qps": 300, "burst": 500},
        "waitForPodsReady": {
            "timeout": "30m",
            "recoveryTimeout": "10m",
            "blockAdmission": False,
            "requeuingStrategy": {"timestamp": "Eviction", "backoffBaseSeconds": 60, "backoffMaxSeconds": 3600},
        },
        # A LimitRange gives containers local disk, and adapters come with their nodes. No queue has a quota of either.
        "resources": {"excludeResourcePrefixes": ["ephemeral-storage", "vpc.amazonaws.com/efa"]},
        "objectRetentionPolicies": {"workloads": {"afterFinished": "168h", "afterDeactivatedByKueue": "168h"}},
        "manageJobsWithoutQueueName": True,
        "managedJobsNamespaceSelector": {"matchLabels": {JOBS_LABEL: "true"}},
        "integrations": {"frameworks": list(FRAMEWORKS)},
    }


def trainer_values() -> dict[str, Any]:
    """Values of Trainer's chart, with JobSet as its subchart.

    The chart's own runtimes are off: a Job would install kubectl as root, fetched from the internet, to apply them.
    """
    placed = on_system_nodes()
    return {
        "manager": {
            "replicas": 2,
            "resources": resources("50m", "256Mi", "500m"),
            "securityContext": RESTRICTED,
            **placed,
        },
        "jobset": {
            "install": True,
            "fullnameOverride": "jobset",
            "image": {
                "repository": "registry.k8s.io/jobset/jobset",
                "tag": "v0.12.0",
                "pullPolicy": "IfNotPresent",
            },
            "controller": {
                "replicas": 2,
                "resources": resources("50m", "256Mi", "500m"),
                "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
                **placed,
            },
        },
    }


def ray_values(namespaces: Sequence[str]) -> dict[str, Any]:
    """Values of the operator's chart. It handles Ray's kinds in `namespaces` alone.

    It answers no webhook, so one replica is enough: clusters keep running while it starts again.
    """
    return {
        "replicas": 1,
        "watchNamespace": list(namespaces),
        "priorityClassName": "system-cluster-critical",
        "resources": resources("100m", "512Mi", "1"),
        "securityContext": RESTRICTED,
        **on_system_nodes(),
    }
