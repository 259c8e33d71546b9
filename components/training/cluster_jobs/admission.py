"""Admission policies: every job in a namespace for jobs is queued and bounded, and no job runs elsewhere.

A policy judges requests that create an object or change one of its limits. So controllers may still start, suspend
and finish a job after a limit was lowered.
"""

from collections.abc import Sequence
from typing import Any

from ...cluster.job_queues import LOCAL_QUEUE
from ...cluster.secure_namespace import JOBS_LABEL, TEAM_LABEL
from ...core.admission import admission_policy
from . import names

Manifest = dict[str, Any]
Validation = tuple[str, str]

JOB_KINDS = {
    "batch/v1": ["jobs", "cronjobs"],
    "jobset.x-k8s.io/v1alpha2": ["jobsets"],
    "trainer.kubeflow.org/v1alpha1": ["trainjobs"],
    "ray.io/v1": ["rayclusters", "rayjobs", "rayservices"],
}
KEPT_SECONDS = 7 * 24 * 3600
"""The longest time for which a finished Job stays."""
RAY_KEPT_SECONDS = 3600
"""The longest time for which a finished RayJob keeps its cluster, and its nodes."""
UNSAVED_SECONDS = 3600
"""The longest job without checkpoints on nodes that AWS may reclaim."""
_QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_FOR_JOBS = {"matchLabels": {JOBS_LABEL: "true"}}
_OWNERS = "object.metadata.?ownerReferences.orValue([])"
_CONTROLLERS = ("kube-system", names.KUEUE_NAMESPACE, names.TRAINER_NAMESPACE, names.RAY_NAMESPACE)
_BY_CONTROLLER = " || ".join(
    (
        "request.userInfo.username == 'system:kube-controller-manager'",
        *(f"request.userInfo.username.startsWith('system:serviceaccount:{each}:')" for each in _CONTROLLERS),
    )
)
"""Who makes objects for a job. Others could name an owner in what they write, and pass by every limit."""
_OWN = {"has-no-owner": f"!(({_BY_CONTROLLER}) && {_OWNERS}.exists(each, each.?controller.orValue(false)))"}
"""What a controller makes for another job is admitted with that job."""


def admission_policies(*, maximum_hours: int, reclaimed: bool, spare: bool, ray_clusters: bool) -> list[Manifest]:
    """The policies and their bindings.

    Args:
        maximum_hours: The longest deadline of a job.
        reclaimed: Whether jobs may run on nodes that AWS, or models, may take.
        spare: Whether there is a queue of spare capacity.
        ray_clusters: Whether teams may make RayClusters without a RayJob.
    """
    checks = _Checks(maximum_hours, reclaimed=reclaimed, spare=spare)
    return [
        *_elsewhere(),
        *_unbounded(ray_clusters=ray_clusters),
        *checks.jobs(),
        *checks.cron_jobs(),
        *checks.train_jobs(),
        *checks.ray_jobs(),
        *(checks.ray_clusters() if ray_clusters else ()),
        *_pods(),
    ]


def _elsewhere() -> list[Manifest]:
    """Jobs in other namespaces of teams would take the place of models, and no queue would admit them."""
    elsewhere = {
        "matchLabels": {TEAM_LABEL: "true"},
        "matchExpressions": [{"key": JOBS_LABEL, "operator": "NotIn", "values": ["true"]}],
    }
    message = "jobs run in the team's namespace for jobs, where a queue admits them; change metadata.namespace"
    return admission_policy(
        "jobs-elsewhere", JOB_KINDS, [("false", message)], elsewhere, operations=["CREATE"], conditions=_OWN
    )


def _unbounded(*, ray_clusters: bool) -> list[Manifest]:
    """Kinds without a deadline: they would hold their quota and their nodes until somebody deletes them."""
    kinds = {"ray.io/v1": ["rayservices"], "jobset.x-k8s.io/v1alpha2": ["jobsets"]}
    advice = "write a RayJob or a TrainJob"
    if not ray_clusters:
        kinds["ray.io/v1"].append("rayclusters")
        advice += "; clusterJobs.rayClusters: true allows RayClusters"
    message = f"this kind has no deadline, so it would keep its nodes until somebody deletes it; {advice}"
    return admission_policy(
        "jobs-unbounded", kinds, [("false", message)], _FOR_JOBS, operations=["CREATE"], conditions=_OWN
    )


def _pods() -> list[Manifest]:
    """Pods come from queued jobs alone, with a priority below that of models."""
    classes = ", ".join(f"'{each}'" for each in names.PRIORITY_CLASSES)
    of_a_job = (
        "each.?controller.orValue(false) && (each.kind == 'Job' && each.apiVersion == 'batch/v1' "
        "|| each.kind == 'RayCluster' && each.apiVersion.startsWith('ray.io/'))"
    )
    validations = [
        (
            f"({_BY_CONTROLLER}) && {_OWNERS}.exists(each, {of_a_job})",
            "a pod here belongs to a Job or a RayCluster, which a queue admits; write a Job, TrainJob or RayJob",
        ),
        (
            f"object.spec.?priorityClassName.orValue('') in [{classes}]",
            f"priorityClassName of the pod template must be one of {', '.join(names.PRIORITY_CLASSES)}, so that models "
            "come first",
        ),
    ]
    return admission_policy("job-pods", {"v1": ["pods"]}, validations, _FOR_JOBS, operations=["CREATE"])


class _Checks:
    """The rules that all kinds of jobs share, for each kind's own fields."""

    def __init__(self, maximum_hours: int, *, reclaimed: bool, spare: bool):
        self._hours, self._reclaimed, self._spare = maximum_hours, reclaimed, spare

    def jobs(self) -> list[Manifest]:
        """Jobs, also those of CronJobs."""
        owned = f"{_OWNERS}.exists(each, each.?controller.orValue(false) && each.kind != 'CronJob')"
        own = {"has-no-owner": f"!(({_BY_CONTROLLER}) && {owned})"}
        validations = [
            *self._bounded("object"),
            *self._kept("object", KEPT_SECONDS),
            *self._queued("object", ["object.spec.template"]),
        ]
        return self._policy(
            "jobs", {"batch/v1": ["jobs"]}, validations, own, "?activeDeadlineSeconds", "?ttlSecondsAfterFinished"
        )

    def cron_jobs(self) -> list[Manifest]:
        """CronJobs, so that a wrong one is refused before its first Job is."""
        job = "object.spec.jobTemplate"
        validations = [
            *self._bounded(job),
            *self._kept(job, KEPT_SECONDS),
            *self._queued(job, [f"{job}.spec.template"]),
        ]
        return self._policy("cron-jobs", {"batch/v1": ["cronjobs"]}, validations, None, "jobTemplate")

    def train_jobs(self) -> list[Manifest]:
        """TrainJobs. Their runtime sets the priority, so the runtime and the queue belong together."""
        runtime = "object.spec.runtimeRef"
        name = f"{runtime}.name"
        fits = f"({name}.endsWith('{names.SPARE_SUFFIX}')) == ({self._is_spare('object')})"
        validations = [
            *self._bounded("object"),
            *self._known_queue("object"),
            (
                f"{runtime}.?kind.orValue('ClusterTrainingRuntime') == 'ClusterTrainingRuntime'",
                "spec.runtimeRef.kind must be ClusterTrainingRuntime, whose pods have the priority of jobs",
            ),
            (
                "object.spec.?trainer.?image.orValue('') != ''",
                "spec.trainer.image is missing; name the image that the job runs",
            ),
        ]
        if self._spare:
            validations.append(
                (
                    fits,
                    f"runtimes whose names end in {names.SPARE_SUFFIX} belong to queue {names.SPARE_QUEUE}, and others "
                    f"to queue {LOCAL_QUEUE}; change spec.runtimeRef.name or the label {_QUEUE_LABEL}",
                )
            )
        kinds = {"trainer.kubeflow.org/v1alpha1": ["trainjobs"]}
        return self._policy("train-jobs", kinds, validations, _OWN)

    def ray_jobs(self) -> list[Manifest]:
        """RayJobs, each with a cluster of its own that ends with it.

        KubeRay's own submitter has no security context, which the Pod Security Standard requires. Source: KubeRay
        v1.7.0, ray-operator/controllers/ray/common/job.go, GetDefaultSubmitterContainer.
        """
        cluster = "object.spec.rayClusterSpec"
        validations = [
            (
                "object.spec.?shutdownAfterJobFinishes.orValue(false) && has(object.spec.rayClusterSpec) && "
                "!has(object.spec.clusterSelector)",
                "a RayJob has a cluster of its own that ends with it: set spec.shutdownAfterJobFinishes to true and "
                "spec.rayClusterSpec, and remove spec.clusterSelector",
            ),
            *self._bounded("object"),
            *self._kept("object", RAY_KEPT_SECONDS, default=0),
            (
                "object.spec.?submissionMode.orValue('K8sJobMode') == 'HTTPMode' || "
                "(object.spec.?submissionMode.orValue('K8sJobMode') == 'K8sJobMode' && "
                "has(object.spec.submitterPodTemplate))",
                "set spec.submissionMode to HTTPMode, or spec.submitterPodTemplate with a security context: the "
                "default submitter's pod is refused",
            ),
            *self._queued("object", [f"{cluster}.headGroupSpec.template"], f"{cluster}.?workerGroupSpecs"),
        ]
        limits = ("?activeDeadlineSeconds", "?ttlSecondsAfterFinished", "?shutdownAfterJobFinishes")
        return self._policy("ray-jobs", {"ray.io/v1": ["rayjobs"]}, validations, _OWN, *limits)

    def ray_clusters(self) -> list[Manifest]:
        """RayClusters that teams make themselves."""
        validations = self._queued("object", ["object.spec.headGroupSpec.template"], "object.spec.?workerGroupSpecs")
        return self._policy("ray-clusters", {"ray.io/v1": ["rayclusters"]}, validations, _OWN)

    def _policy(
        self,
        name: str,
        kinds: dict[str, list[str]],
        validations: Sequence[Validation],
        conditions: dict[str, str] | None,
        *limits: str,
    ) -> list[Manifest]:
        """`limits` are the fields of `spec` whose change is judged; a change of the queue always is."""
        compared = [f"metadata.?labels[?'{_QUEUE_LABEL}']", *(f"spec.{field}" for field in limits)]
        changed = " || ".join(f"object.{field} != oldObject.{field}" for field in compared)
        judged = {**(conditions or {}), "is-new-or-changed": f"request.operation == 'CREATE' || {changed}"}
        return admission_policy(name, kinds, validations, _FOR_JOBS, conditions=judged)

    def _bounded(self, job: str) -> list[Validation]:
        """The deadline of a job, and checkpoints if the job is longer than what may be lost."""
        deadline = f"{job}.spec.?activeDeadlineSeconds.orValue(0)"
        most = self._hours * 3600
        found = [
            (
                f"{deadline} > 0 && {deadline} <= {most}",
                f"activeDeadlineSeconds must be 1 to {most} ({self._hours} hours, clusterJobs.maximumHours)",
            )
        ]
        if self._reclaimed:
            saved = f"{job}.?metadata.?annotations[?'{names.CHECKPOINTS}'].orValue('').startsWith('s3://')"
            found.append(
                (
                    f"{deadline} <= {UNSAVED_SECONDS} || {saved}",
                    f"a job of more than {UNSAVED_SECONDS} seconds may lose its node; write checkpoints to S3, and "
                    f"name their folder in the annotation {names.CHECKPOINTS}: s3://…",
                )
            )
        return found

    def _kept(self, job: str, most: int, default: int = -1) -> list[Validation]:
        seconds = f"{job}.spec.?ttlSecondsAfterFinished.orValue({default})"
        return [
            (f"{seconds} >= 0 && {seconds} <= {most}", f"ttlSecondsAfterFinished must be 0 to {most}"),
        ]

    def _queued(self, job: str, templates: Sequence[str], groups: str | None = None) -> list[Validation]:
        """The queue of a job, and the priority of its pods, which belong together.

        `templates` are pod templates, and `groups` a list of groups of workers, each with a template.
        """
        chosen = f"({self._is_spare(job)} ? '{names.SPARE_CLASS}' : '{names.JOB_CLASS}')"
        fits = [f"{each}.spec.?priorityClassName.orValue('') == {chosen}" for each in templates]
        if groups:
            fits.append(
                f"{groups}.orValue([]).all(each, each.template.spec.?priorityClassName.orValue('') == {chosen})"
            )
        message = f"priorityClassName of every pod template must be {names.JOB_CLASS}, so that models come first"
        if self._spare:
            message += f"; in queue {names.SPARE_QUEUE} it must be {names.SPARE_CLASS}"
        return [*self._known_queue(job), (" && ".join(fits), message)]

    def _known_queue(self, job: str) -> list[Validation]:
        known = [LOCAL_QUEUE, *([names.SPARE_QUEUE] if self._spare else [])]
        listed = ", ".join(f"'{each}'" for each in known)
        queue = f"{job}.?metadata.?labels[?'{_QUEUE_LABEL}'].orValue('{LOCAL_QUEUE}')"
        return [(f"{queue} in [{listed}]", f"the label {_QUEUE_LABEL} must be one of {', '.join(known)}")]

    def _is_spare(self, job: str) -> str:
        return f"{job}.?metadata.?labels[?'{_QUEUE_LABEL}'].orValue('') == '{names.SPARE_QUEUE}'"
