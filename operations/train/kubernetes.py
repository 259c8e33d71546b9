"""A job as a Kubernetes Job, queued by Kueue; with a schedule, as a CronJob."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..settings import SettingsError, fault
from .attempts import Attempt, EngineError, Status, attempt_number
from .job import TrainingJob, run_name, run_prefix, variables
from .platform import Platform, needed
from .request import Request

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
QUEUE = "default"
SERVICE_ACCOUNT = "training"
GPU = "nvidia.com/gpu"
_KEEP_SECONDS = 7 * 86400


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Apply the Job. Kueue starts it as soon as the team's quota allows.

    Raises:
        SettingsError: the job or the stack lacks what the cluster needs.
    """
    needed(platform, "the cluster", job_namespaces="clusterJobs")
    if not job.image:
        raise SettingsError("job", [fault("image", job.image, "Kubernetes needs an image; add it")])
    if job.team not in platform.job_namespaces:
        known = ", ".join(platform.job_namespaces)
        raise SettingsError("job", [fault("team", job.team, f"it has no queue; write one of: {known}")])
    labels = {QUEUE_LABEL: QUEUE, "app.kubernetes.io/name": job.name, "app.kubernetes.io/managed-by": "mlplatform"}
    spec = _job(job)
    if not job.schedule:
        metadata = {"name": run_name(job, run, attempt), "namespace": job.team, "labels": labels}
        manifest: dict[str, Any] = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
    else:
        manifest = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": job.name, "namespace": job.team, "labels": labels},
            "spec": {
                "schedule": job.schedule,
                "timeZone": "Etc/UTC",
                "concurrencyPolicy": "Forbid",
                "startingDeadlineSeconds": 600,
                "jobTemplate": {"metadata": {"labels": labels}, "spec": spec},
            },
        }
    return [Request("kubernetes", "apply", manifest)]


def _job(job: TrainingJob) -> dict[str, Any]:
    asked = job.resources
    amounts = {"cpu": str(asked.cpus), "memory": f"{asked.memory_gib}Gi", "ephemeral-storage": f"{asked.disk_gib}Gi"}
    if asked.gpus:
        amounts[GPU] = str(asked.gpus)
    container = {
        "name": "training",
        "image": job.image,
        "command": list(job.command),
        "env": [{"name": name, "value": value} for name, value in sorted(variables(job).items())],
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [{"name": "shared-memory", "mountPath": "/dev/shm"}],  # noqa: S108 - the pod's own
    }
    nodes = {} if asked.nodes == 1 else {"completionMode": "Indexed"}
    return {
        "parallelism": asked.nodes,
        "completions": asked.nodes,
        **nodes,
        "backoffLimit": 2,
        "activeDeadlineSeconds": job.timeout_minutes * 60,
        "ttlSecondsAfterFinished": _KEEP_SECONDS,
        "template": {
            "metadata": {"labels": {"app.kubernetes.io/name": job.name}},
            "spec": {
                "serviceAccountName": SERVICE_ACCOUNT,
                "restartPolicy": "Never",
                "enableServiceLinks": False,
                "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000},
                **({"tolerations": [{"key": GPU, "operator": "Exists"}]} if asked.gpus else {}),
                "containers": [container],
                "volumes": [
                    {
                        "name": "shared-memory",
                        "emptyDir": {"medium": "Memory", "sizeLimit": f"{max(1, asked.memory_gib // 2)}Gi"},
                    }
                ],
            },
        },
    }


class KubernetesRunner:
    """Runs a job in the cluster of the current context of kubectl, as the person who is signed in there."""

    def __init__(self, job: TrainingJob, run: str, kubectl: Sequence[str] = ("kubectl",)):
        self._job = job
        self._prefix = run_prefix(job, run)
        self._kubectl = [*kubectl, "--namespace", job.team]

    def attempts(self) -> Sequence[Attempt]:
        """The Jobs of the description that the cluster still has."""
        listed = json.loads(
            self._run("get", "jobs", "--selector", f"app.kubernetes.io/name={self._job.name}", "-o=json")
        )
        return [
            Attempt(number, each["metadata"]["name"], *_status(each))
            for each in listed["items"]
            if (number := attempt_number(each["metadata"]["name"], self._prefix)) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Apply the manifest."""
        [request] = requests
        self._run(
            "apply", "--server-side", "--field-manager=mlplatform", "-f", "-", text=json.dumps(request.parameters)
        )
        return str(request.parameters["metadata"]["name"])

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the pods of the Job have printed."""
        if attempt.status is not Status.QUEUED:
            selector = f"batch.kubernetes.io/job-name={attempt.identifier}"
            yield from self._run("logs", "--selector", selector, "--tail=-1", "--prefix").splitlines()

    def _run(self, *words: str, text: str | None = None) -> str:
        command = [*self._kubectl, *words]
        try:
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603
        except FileNotFoundError:
            raise SettingsError("kubectl", ["it is not on PATH; install it and sign in to the cluster"]) from None
        if done.returncode:
            raise EngineError(f"kubectl: {done.stderr.strip()}")
        return done.stdout


def _status(found: Mapping[str, Any]) -> tuple[Status, str]:
    """The status of a Job, and the reason of its failure."""
    conditions = {
        each["type"]: each for each in found.get("status", {}).get("conditions", []) if each["status"] == "True"
    }
    if failed := conditions.get("Failed"):
        return Status.FAILED, failed.get("message", "")
    if "Complete" in conditions:
        return Status.SUCCEEDED, ""
    if found["spec"].get("suspend"):
        return Status.QUEUED, ""
    return Status.RUNNING, ""
