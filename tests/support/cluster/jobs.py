"""Pods and Jobs that the admission policies of the platform admit."""

from copy import deepcopy
from typing import Any

JOBS = "search-jobs"
QUEUE = "kueue.x-k8s.io/queue-name"
HOUR = 3600
Manifest = dict[str, Any]
RESTRICTED: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "model",
            "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/model:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
"""What the Pod Security Standard `restricted` admits."""


def template(priority: str = "jobs", **spec: Any) -> Manifest:
    return {"spec": {**deepcopy(RESTRICTED), "priorityClassName": priority, **spec}}


def job(**changes: Any) -> Manifest:
    spec = {
        "activeDeadlineSeconds": HOUR,
        "ttlSecondsAfterFinished": HOUR,
        "template": template(restartPolicy="Never"),
        **changes,
    }
    return named("batch/v1", "Job", spec)


def named(version: str, kind: str, spec: Manifest, namespace: str = JOBS) -> Manifest:
    metadata = {"name": f"a-{kind.lower()}", "namespace": namespace}
    given = {field: value for field, value in spec.items() if value is not None}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": given}


def labelled(manifest: Manifest, queue: str) -> Manifest:
    place = manifest["spec"]["jobTemplate"] if manifest["kind"] == "CronJob" else manifest
    place["metadata"]["labels"] = {QUEUE: queue}
    return manifest
