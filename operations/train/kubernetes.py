"""A job as a Kubernetes Job, or as a TrainJob on several machines, queued by Kueue; with a schedule, as a CronJob."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..settings import SettingsError, fault
from .attempts import Attempt, EngineError, Naming, Status
from .job import CHECKPOINTS, RESERVED, TrainingJob, run_id_of, run_name, run_prefix, run_variables, variables
from .platform import Platform, found, needed
from .request import Request

SERVICE_ACCOUNT = "jobs"
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
CHECKPOINTS_ANNOTATION = "mlplatform.io/checkpoints"
RUNTIME = "torch"
PRIORITIES = {"default": "jobs", "spare": "jobs-spare"}
"""The queues of a namespace for jobs, each with the priority of its pods."""
RUNTIMES = {"default": RUNTIME, "spare": f"{RUNTIME}-spare"}
"""The runtime of TrainJobs in each queue, whose pods have its priority."""
GPU = "nvidia.com/gpu"
SCRATCH = "/scratch"
KEEP_SECONDS = 7 * 86400
"""How long a finished job stays, which is also how long the cluster knows that it ran."""
ATTEMPTS = 3
_TRAINER = "trainer.kubeflow.org/v1alpha1"
_NAME_LABEL = "app.kubernetes.io/name"
_RUN = f"{RESERVED}RUN"
_MOST_WORDS = 128
_SECURITY: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
_POD_SECURITY: dict[str, Any] = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "runAsGroup": 1000,
    "fsGroup": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_MOUNTS = [
    {"name": "scratch", "mountPath": SCRATCH},
    {"name": "shared-memory", "mountPath": "/dev/shm"},  # noqa: S108 - a volume of the pod
]


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Apply the job. Kueue starts it as soon as the team's quota allows.

    Raises:
        SettingsError: the job or the stack lacks what the cluster needs.
    """
    needed(platform, "Kubernetes", job_namespaces="clusterJobs")
    namespace = found(platform.job_namespaces, job.team, "team", "jobNamespaces")
    if problems := [*_problems(job)]:
        raise SettingsError("job", problems)
    if job.schedule:
        return [Request("kubernetes", "apply", _cron_job(job, namespace))]
    name, run_id = run_name(job, run, attempt), run_id_of(job, run)
    environment = _pairs(variables(job, run_id))
    make = _train_job if job.resources.nodes > 1 else _job
    manifest = make(job, environment)
    about = {"name": name, "namespace": namespace, **_about(job, run_variables(job, run_id))}
    return [Request("kubernetes", "apply", {**manifest, "metadata": about})]


def _problems(job: TrainingJob) -> Iterator[str]:
    if not job.image:
        yield fault("image", job.image, "Kubernetes needs an image; add it")
    if job.queue and job.queue not in PRIORITIES:
        yield fault("queue", job.queue, f"a namespace for jobs has the queues {', '.join(PRIORITIES)}; write one")
    if job.resources.nodes > 1:
        if job.schedule:
            remedy = "Kubernetes schedules jobs on one machine only; write 1, or remove schedule"
            yield fault("resources.nodes", job.resources.nodes, remedy)
        if len(job.command) > _MOST_WORDS:
            remedy = f"a TrainJob accepts {_MOST_WORDS} words; use a file"
            yield fault("command", f"{len(job.command)} words", remedy)


def _about(job: TrainingJob, folders: Mapping[str, str]) -> dict[str, Any]:
    """Labels and annotations, which the queue and the admission policies of a namespace for jobs read."""
    labels = {QUEUE_LABEL: _queue(job), _NAME_LABEL: job.name, "app.kubernetes.io/managed-by": "mlplatform"}
    if not job.checkpoints:
        return {"labels": labels}
    return {"labels": labels, "annotations": {CHECKPOINTS_ANNOTATION: folders[CHECKPOINTS]}}


def _queue(job: TrainingJob) -> str:
    return job.queue or "default"


def _cron_job(job: TrainingJob, namespace: str) -> dict[str, Any]:
    """Each Job gets its own name as the name of its run."""
    own_name = {"fieldRef": {"fieldPath": "metadata.labels['batch.kubernetes.io/job-name']"}}
    folders = run_variables(job, f"$({_RUN})")
    first = {"name": _RUN, "valueFrom": own_name}
    others = [{"name": name, "value": value} for name, value in folders.items() if name != _RUN]
    fixed = {name: value for name, value in variables(job, "").items() if name not in folders}
    template = _job(job, [first, *others, *_pairs(fixed)])
    folder = {CHECKPOINTS: job.checkpoints or ""}
    about = _about(job, folder)
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": job.name, "namespace": namespace, **about},
        "spec": {
            "schedule": job.schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "jobTemplate": {"metadata": about, "spec": template["spec"]},
        },
    }


def _job(job: TrainingJob, environment: list[dict[str, Any]]) -> dict[str, Any]:
    """A Job. An attempt that ends with its node does not count."""
    amounts = _amounts(job)
    container = {
        "name": "training",
        "image": job.image,
        "command": _words(job),
        "env": [*_scratch_variables(job), *environment],
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": _SECURITY,
        "volumeMounts": _MOUNTS,
    }
    pod = {
        "serviceAccountName": SERVICE_ACCOUNT,
        "automountServiceAccountToken": False,
        "priorityClassName": PRIORITIES[_queue(job)],
        "restartPolicy": "Never",
        "enableServiceLinks": False,
        "securityContext": _POD_SECURITY,
        "containers": [container],
        "volumes": _volumes(job),
        **({"tolerations": [_GPU_TOLERATION]} if job.resources.gpus else {}),
    }
    disrupted = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "spec": {
            "parallelism": 1,
            "completions": 1,
            "backoffLimit": ATTEMPTS - 1,
            "podFailurePolicy": {"rules": [disrupted]},
            "activeDeadlineSeconds": job.timeout_minutes * 60,
            "ttlSecondsAfterFinished": KEEP_SECONDS,
            "template": {"metadata": {"labels": {_NAME_LABEL: job.name}}, "spec": pod},
        },
    }


_GPU_TOLERATION = {"key": GPU, "operator": "Exists", "effect": "NoSchedule"}


def _train_job(job: TrainingJob, environment: list[dict[str, Any]]) -> dict[str, Any]:
    """A TrainJob of Kubeflow Trainer, whose runtime sets the variables that torchrun reads.

    The runtime has account and priority. Source: kubeflow/trainer v2.3.0, pkg/apis/trainer/v1alpha1.
    """
    amounts = _amounts(job)
    pod = {
        "securityContext": _POD_SECURITY,
        "containers": [{"name": "node", "securityContext": _SECURITY, "volumeMounts": _MOUNTS}],
        "volumes": _volumes(job),
        **({"tolerations": [_GPU_TOLERATION]} if job.resources.gpus else {}),
    }
    about = {"labels": {_NAME_LABEL: job.name}}
    node = {"name": "node", "template": {"spec": {"template": {"metadata": about, "spec": pod}}}}
    return {
        "apiVersion": _TRAINER,
        "kind": "TrainJob",
        "spec": {
            "runtimeRef": {"name": RUNTIMES[_queue(job)]},
            "activeDeadlineSeconds": job.timeout_minutes * 60,
            "trainer": {
                "image": job.image,
                "command": _words(job),
                "env": [*_scratch_variables(job), *environment],
                "numNodes": job.resources.nodes,
                "resourcesPerNode": {"requests": amounts, "limits": amounts},
            },
            "runtimePatches": [
                {
                    "manager": "mlplatform.io/train",
                    "trainingRuntimeSpec": {"template": {"spec": {"replicatedJobs": [node]}}},
                }
            ],
        },
    }


def _amounts(job: TrainingJob) -> dict[str, str]:
    asked = job.resources
    amounts = {"cpu": str(asked.cpus), "memory": f"{asked.memory_gib}Gi", "ephemeral-storage": f"{asked.disk_gib}Gi"}
    if asked.gpus:
        amounts[GPU] = str(asked.gpus)
    return amounts


def _volumes(job: TrainingJob) -> list[dict[str, Any]]:
    """Scratch, and half of the memory for processes that share batches of data."""
    shared = f"{max(1, job.resources.memory_gib // 2)}Gi"
    return [
        {"name": "scratch", "emptyDir": {}},
        {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": shared}},
    ]


def _scratch_variables(job: TrainingJob) -> list[dict[str, Any]]:
    own = {name: SCRATCH for name in ("HOME", "TMPDIR") if name not in job.environment}
    return _pairs(own)


def _pairs(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": _literal(value)} for name, value in sorted(values.items())]


def _words(job: TrainingJob) -> list[str]:
    return [_literal(word) for word in job.command]


def _literal(text: str) -> str:
    """`text` with its dollar signs doubled, because Kubernetes replaces `$(NAME)` and reads `$$` as `$`.

    Source: Kubernetes, "Define Dependent Environment Variables".
    """
    return text.replace("$", "$$")


class KubernetesRunner:
    """Runs a job in the cluster of the current context of kubectl, as the person who is signed in there."""

    def __init__(self, job: TrainingJob, platform: Platform, run: str, kubectl: Sequence[str] = ("kubectl",)):
        self._job = job
        # A CronJob ends the name of each Job with a number too: the minute of its schedule.
        self._naming = Naming(f"{job.name}-" if job.schedule else run_prefix(job, run), scheduled=False)
        self._kind = f"trainjobs.{_TRAINER.partition('/')[0]}" if job.resources.nodes > 1 else "jobs.batch"
        self._kubectl = [*kubectl, "--namespace", found(platform.job_namespaces, job.team, "team", "jobNamespaces")]

    def attempts(self) -> Sequence[Attempt]:
        """The jobs of the description that the cluster still has."""
        listed = json.loads(self._run("get", self._kind, "--selector", f"{_NAME_LABEL}={self._job.name}", "-o=json"))
        return [
            Attempt(number, each["metadata"]["name"], *_status(each))
            for each in listed["items"]
            if (number := self._naming.number(each["metadata"]["name"], 0)) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Apply the manifest. A second time, nothing changes."""
        [request] = requests
        text = json.dumps(request.parameters)
        self._run("apply", "--server-side", "--field-manager=mlplatform-train", "-f", "-", text=text)
        return str(request.parameters["metadata"]["name"])

    def stop(self, attempt: Attempt) -> None:
        """Delete the object. Its pods get SIGTERM, and the cluster forgets the attempt."""
        self._run("delete", self._kind, attempt.identifier, "--ignore-not-found", "--wait=false")

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the pods of the job have printed."""
        if attempt.status is Status.QUEUED:
            return
        label = "jobset.sigs.k8s.io/jobset-name" if self._job.resources.nodes > 1 else "batch.kubernetes.io/job-name"
        selector = f"{label}={attempt.identifier}"
        most = f"--max-log-requests={self._job.resources.nodes * ATTEMPTS}"
        yield from self._run("logs", "--selector", selector, "--tail=-1", "--prefix", most).splitlines()

    def _run(self, *words: str, text: str | None = None) -> str:
        command = [*self._kubectl, *words]
        try:
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
        except FileNotFoundError:
            raise SettingsError("kubectl", ["it is not on PATH; install it and sign in to the cluster"]) from None
        if done.returncode:
            raise EngineError(f"kubectl: {done.stderr.strip()}")
        return done.stdout


def _status(found: Mapping[str, Any]) -> tuple[Status, str]:
    """The status of a Job or a TrainJob, and the reason of its failure.

    Both have the conditions Complete and Failed. Kueue suspends a job until it admits it.
    """
    conditions = {
        each["type"]: each for each in found.get("status", {}).get("conditions", []) if each["status"] == "True"
    }
    if failed := conditions.get("Failed"):
        return Status.FAILED, failed.get("message", "")
    if "Complete" in conditions:
        return Status.SUCCEEDED, ""
    if found["metadata"].get("deletionTimestamp"):
        return Status.STOPPING, ""
    if found["spec"].get("suspend") or "Suspended" in conditions:
        return Status.QUEUED, ""
    return Status.RUNNING, ""
