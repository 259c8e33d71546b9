"""What Kubernetes, Kueue and KubeRay refuse of queues, their jobs and the controllers of both.

A job, a queue and a flavor have finalizers that only a running controller removes. A release that brings definitions
takes their objects with it, so it waits for their finalizers, too. Sources: kubernetes-sigs/kueue v0.19.2,
pkg/controller/core/clusterqueue_controller.go and resourceflavor_controller.go; ray-project/kuberay v1.7.0,
ray-operator/controllers/ray/rayjob_controller.go; Kubernetes, "Finalizers".
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
WAVES = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
FLAVOR = "kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor"
_GROUPS = {"kueue.x-k8s.io": "kueue", "trainer.kubeflow.org": "kubeflow-trainer"}
"""The release that brings the definitions of a group."""
_NEEDED = {"kuberay-operator": "rayjobs.ray.io", "kubeflow-trainer": "jobsets.jobset.x-k8s.io"}
"""The definition that a controller looks for when it starts."""
_FINISHING = {"RayJob": ("kueue", "kuberay-operator"), "Job": ("kueue",)}
"""The controllers that remove the finalizers of a job, and of its workload."""


class JobsRules:
    """A cluster, in the file `path`: its releases, definitions and queues with their flavors, and the jobs of teams."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """What the cluster has; a test puts jobs into it, each with `kind`, `namespace` and `queue`."""
        return memory(self._path, {"releases": [], "definitions": [], "queues": {}, "jobs": []})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make an object, or install a release."""
        with self.memory() as known:
            group = kind.removeprefix("kubernetes:").partition("/")[0]
            if group in _GROUPS and _GROUPS[group] not in known["releases"]:
                raise RefusedError(f"no matches for kind {kind.rpartition(':')[2]} in group {group}")
            if kind == RELEASE:
                if (needed := _NEEDED.get(given["name"])) and needed not in known["definitions"]:
                    raise RefusedError(f"{given['name']} is not ready: the server has no {needed}")
                known["releases"].append(given["name"])
            elif kind == WAVES and given["metadata"]["name"] == "kubeflow":
                # Kubeflow's waves bring both controllers.
                known["releases"] += _GROUPS.values()
            elif kind == DEFINITION:
                known["definitions"].append(given["metadata"]["name"])
            elif kind == QUEUE:
                flavors = [each["name"] for group in given["spec"]["resourceGroups"] for each in group["flavors"]]
                known["queues"][given["metadata"]["name"]] = flavors
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change an object."""
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Remove an object, or uninstall a release."""
        with self.memory() as known:
            if kind == NAMESPACE:
                self._delete_namespace(known, given["metadata"]["name"])
            elif kind == QUEUE:
                self._delete_queue(known, given["metadata"]["name"])
            elif kind == FLAVOR:
                flavor = given["metadata"]["name"]
                if used := [queue for queue, flavors in known["queues"].items() if flavor in flavors]:
                    raise RefusedError(f"resourceflavor {flavor} still has a finalizer: used by {', '.join(used)}")
            elif kind == RELEASE:
                if given["name"] == "kueue" and known["queues"]:
                    raise RefusedError("the definition of clusterqueues still has a finalizer: queues are left")
                known["releases"].remove(given["name"])
            elif kind == WAVES and given["metadata"]["name"] == "kubeflow":
                known["releases"] = [each for each in known["releases"] if each not in _GROUPS.values()]
            elif kind == DEFINITION:
                if given["spec"]["group"] == "ray.io" and any(each["kind"] == "RayJob" for each in known["jobs"]):
                    raise RefusedError("the definition of rayjobs still has a finalizer: jobs are left")
                known["definitions"].remove(given["metadata"]["name"])

    def _delete_namespace(self, known: dict[str, Any], namespace: str) -> None:
        for job in [each for each in known["jobs"] if each["namespace"] == namespace]:
            if gone := [each for each in _FINISHING[job["kind"]] if each not in known["releases"]]:
                raise RefusedError(f"namespace {namespace} stays Terminating: no {gone[0]} removes finalizers")
            known["jobs"].remove(job)

    def _delete_queue(self, known: dict[str, Any], queue: str) -> None:
        if "kueue" not in known["releases"]:
            raise RefusedError(f"clusterqueue {queue} still has a finalizer: Kueue is gone")
        if any(each["queue"] == queue for each in known["jobs"]):
            raise RefusedError(f"clusterqueue {queue} still has a finalizer: workloads reserve quota")
        del known["queues"][queue]
