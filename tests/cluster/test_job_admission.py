"""The admission policies of jobs, as a real API server judges by them. Skipped where there is none on PATH."""

import re
from typing import Any

import pytest
import yaml

from components.cluster.secure_namespace import JOBS_LABEL, TEAM_LABEL
from components.training.cluster_jobs.admission import admission_policies
from components.training.cluster_jobs.definitions import definitions
from components.training.cluster_jobs.objects import priority_classes, training_runtimes
from operations.settings import parse
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform
from operations.train.request import Engine
from tests.support.cluster.jobs import HOUR, JOBS, Manifest, job, labelled, named, template
from tests.support.cluster.server import Cluster
from tests.support.operations.training import JOB
from tests.support.planner.plans import ROOT

MODELS = "search"
DEADLINE = "activeDeadlineSeconds must be 1 to 86400 (24 hours, clusterJobs.maximumHours)"
CHECKPOINTS = "a job of more than 3600 seconds may lose its node"
KEPT = "ttlSecondsAfterFinished must be 0 to 604800"
PRIORITY = "priorityClassName of every pod template must be jobs"
NO_QUEUE = "the label kueue.x-k8s.io/queue-name must be one of default, spare"
NO_DEADLINE = "this kind has no deadline"
OWN_CLUSTER = "a RayJob has a cluster of its own that ends with it"
NO_JOB = "a pod here belongs to a Job or a RayCluster"


def cron_job(**changes: Any) -> Manifest:
    made = job(**changes)
    metadata = {key: value for key, value in made["metadata"].items() if key not in ("name", "namespace")}
    inner = {"metadata": metadata, "spec": made["spec"]}
    return named("batch/v1", "CronJob", {"schedule": "0 3 * * *", "jobTemplate": inner})


def ray_job(**changes: Any) -> Manifest:
    spec = {
        "entrypoint": "python train.py",
        "submissionMode": "HTTPMode",
        "shutdownAfterJobFinishes": True,
        "activeDeadlineSeconds": HOUR,
        "rayClusterSpec": ray_cluster_spec(),
        **changes,
    }
    return named("ray.io/v1", "RayJob", spec)


def ray_cluster_spec(head: str = "jobs", worker: str = "jobs") -> Manifest:
    group = {
        "groupName": "workers",
        "replicas": 2,
        "minReplicas": 2,
        "maxReplicas": 2,
        "rayStartParams": {},
        "template": template(worker),
    }
    return {"headGroupSpec": {"rayStartParams": {}, "template": template(head)}, "workerGroupSpecs": [group]}


def train_job(**changes: Any) -> Manifest:
    spec = {
        "runtimeRef": {"name": "torch"},
        "trainer": {"image": "example.com/train:1", "numNodes": 2},
        "activeDeadlineSeconds": HOUR,
        **changes,
    }
    return named("trainer.kubeflow.org/v1alpha1", "TrainJob", spec)


def saved(manifest: Manifest) -> Manifest:
    place = manifest["spec"]["jobTemplate"] if manifest["kind"] == "CronJob" else manifest
    place["metadata"]["annotations"] = {"mlplatform.io/checkpoints": "s3://training/search/run"}
    return manifest


def owned(manifest: Manifest, version: str, kind: str) -> Manifest:
    reference = {"apiVersion": version, "kind": kind, "name": "owner", "uid": "u", "controller": True}
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [reference]}}


def namespace(name: str, **labels: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


@pytest.fixture(scope="module")
def guarded(cluster: Cluster) -> Cluster:
    """The cluster with the definitions and the policies of jobs, and a team's two namespaces."""
    cluster.create(definitions())
    served = ("wait", "--for=condition=Established", "crd", "--all")
    cluster.wait_until(lambda: cluster.kubectl(*served).returncode == 0)
    cluster.create(
        [namespace(MODELS, **{TEAM_LABEL: "true"}), namespace(JOBS, **{TEAM_LABEL: "true", JOBS_LABEL: "true"})]
    )
    cluster.create(priority_classes())
    cluster.create(training_runtimes(spare=True))
    policies = admission_policies(maximum_hours=24, reclaimed=True, spare=True, ray_clusters=False)
    cluster.create(policies)
    wrong = [job(activeDeadlineSeconds=None), cron_job(activeDeadlineSeconds=None), bare_pod(), ray_cluster()]
    wrong += [train_job(activeDeadlineSeconds=None), ray_job(activeDeadlineSeconds=None)]
    wrong += [{**job(), "metadata": {"name": "elsewhere", "namespace": MODELS}}]
    for each in wrong:
        cluster.wait_until(lambda each=each: bool(cluster.refusals([each])))
    return cluster


def ray_cluster() -> Manifest:
    return named("ray.io/v1", "RayCluster", ray_cluster_spec())


def bare_pod(priority: str = "jobs") -> Manifest:
    return named("v1", "Pod", template(priority)["spec"])


@pytest.mark.parametrize(
    "manifest",
    [
        job(),
        labelled(job(), "default"),
        labelled(job(template=template("jobs-spare", restartPolicy="Never")), "spare"),
        saved(job(activeDeadlineSeconds=24 * HOUR)),
        owned(job(), "batch/v1", "CronJob"),
        cron_job(),
        labelled(cron_job(template=template("jobs-spare", restartPolicy="Never")), "spare"),
        saved(cron_job(activeDeadlineSeconds=24 * HOUR)),
        ray_job(),
        ray_job(ttlSecondsAfterFinished=HOUR),
        ray_job(submissionMode="K8sJobMode", submitterPodTemplate=template()),
        labelled(ray_job(rayClusterSpec=ray_cluster_spec("jobs-spare", "jobs-spare")), "spare"),
        saved(ray_job(activeDeadlineSeconds=2 * HOUR)),
        train_job(),
        labelled(train_job(runtimeRef={"name": "torch-spare"}), "spare"),
        saved(train_job(activeDeadlineSeconds=2 * HOUR)),
    ],
)
def test_a_bounded_and_queued_job_is_admitted(guarded: Cluster, manifest: Manifest) -> None:
    assert guarded.refusals([manifest]) == []


UNBOUNDED = job(activeDeadlineSeconds=None, ttlSecondsAfterFinished=None)
MADE_FOR_JOBS = [
    ("trainer-system:jobset-controller-manager", owned(UNBOUNDED, "jobset.x-k8s.io/v1alpha2", "JobSet"), DEADLINE),
    ("ray-system:kuberay-operator", owned(ray_cluster(), "ray.io/v1", "RayJob"), NO_DEADLINE),
    ("kube-system:job-controller", owned(bare_pod(), "batch/v1", "Job"), NO_JOB),
    ("ray-system:kuberay-operator", owned(bare_pod("jobs-spare"), "ray.io/v1", "RayCluster"), NO_JOB),
]


@pytest.mark.parametrize(("account", "manifest", "told"), MADE_FOR_JOBS)
def test_what_a_controller_makes_for_a_job_is_admitted_of_the_controller_alone(
    guarded: Cluster, account: str, manifest: Manifest, told: str
) -> None:
    """Everybody can name an owner in a manifest."""
    assert told_as(guarded, account, manifest) == ""
    assert told in told_as(guarded, "argocd:argocd-application-controller", manifest)


def told_as(cluster: Cluster, account: str, manifest: Manifest) -> str:
    """What the server says when a service account with every right creates an object."""
    options = ("--server-side", "--dry-run=server", "--as-group=system:masters")
    who = f"--as=system:serviceaccount:{account}"
    return cluster.kubectl("apply", *options, who, "-f", "-", objects=[manifest]).stderr


def test_owner_that_somebody_names_brings_no_job_among_models(guarded: Cluster) -> None:
    elsewhere = owned(job(), "v1", "ConfigMap")
    elsewhere["metadata"]["namespace"] = MODELS
    assert "jobs run in the team's namespace for jobs" in " ".join(guarded.refusals([elsewhere]))


def test_pod_of_a_job_comes_after_models(guarded: Cluster) -> None:
    first = owned(bare_pod(""), "batch/v1", "Job")
    assert "priorityClassName of the pod template must be one of" in told_as(
        guarded, "kube-system:job-controller", first
    )


def examples() -> list[Manifest]:
    page = (ROOT / "docs" / "components" / "cluster_jobs.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"```yaml job\n(.*?)```", page, re.DOTALL)]


@pytest.mark.parametrize("manifest", examples(), ids=lambda each: each["kind"])
def test_the_jobs_of_the_page_are_admitted(guarded: Cluster, manifest: Manifest) -> None:
    assert guarded.refusals([manifest]) == []


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (job(activeDeadlineSeconds=None), DEADLINE),
        (saved(job(activeDeadlineSeconds=24 * HOUR + 1)), DEADLINE),
        (job(activeDeadlineSeconds=HOUR + 1), CHECKPOINTS),
        (job(ttlSecondsAfterFinished=None), KEPT),
        (job(ttlSecondsAfterFinished=8 * 24 * HOUR), KEPT),
        (job(template=template("", restartPolicy="Never")), PRIORITY),
        (job(template=template("system-cluster-critical", restartPolicy="Never")), PRIORITY),
        (job(template=template("jobs-spare", restartPolicy="Never")), PRIORITY),
        (labelled(job(), "spare"), PRIORITY),
        (labelled(job(), "search"), NO_QUEUE),
        (owned(job(activeDeadlineSeconds=None), "batch/v1", "CronJob"), DEADLINE),
        (cron_job(activeDeadlineSeconds=None), DEADLINE),
        (cron_job(activeDeadlineSeconds=2 * HOUR), CHECKPOINTS),
        (cron_job(ttlSecondsAfterFinished=None), KEPT),
        (labelled(cron_job(), "spare"), PRIORITY),
        (ray_job(shutdownAfterJobFinishes=False), OWN_CLUSTER),
        (ray_job(rayClusterSpec=None, clusterSelector={"ray.io/cluster": "shared"}), OWN_CLUSTER),
        (ray_job(activeDeadlineSeconds=None), DEADLINE),
        (ray_job(activeDeadlineSeconds=2 * HOUR), CHECKPOINTS),
        (ray_job(ttlSecondsAfterFinished=HOUR + 1), "ttlSecondsAfterFinished must be 0 to 3600"),
        (ray_job(submissionMode="K8sJobMode"), "set spec.submissionMode to HTTPMode"),
        (ray_job(submissionMode="SidecarMode"), "set spec.submissionMode to HTTPMode"),
        (ray_job(rayClusterSpec=ray_cluster_spec(head="")), PRIORITY),
        (ray_job(rayClusterSpec=ray_cluster_spec(worker="system-node-critical")), PRIORITY),
        (train_job(activeDeadlineSeconds=None), DEADLINE),
        (train_job(activeDeadlineSeconds=2 * HOUR), CHECKPOINTS),
        (train_job(trainer={"numNodes": 1}), "spec.trainer.image is missing"),
        (train_job(trainer=None), "spec.trainer.image is missing"),
        (train_job(runtimeRef={"name": "own", "kind": "TrainingRuntime"}), "must be ClusterTrainingRuntime"),
        (train_job(runtimeRef={"name": "torch-spare"}), "belong to queue spare"),
        (labelled(train_job(), "spare"), "belong to queue spare"),
        (labelled(train_job(), "other"), NO_QUEUE),
        (ray_cluster(), NO_DEADLINE),
        (bare_pod(), NO_JOB),
        (owned(bare_pod(), "apps/v1", "ReplicaSet"), NO_JOB),
        (bare_pod(""), NO_JOB),
    ],
)
def test_a_job_without_limits_or_queue_is_refused(guarded: Cluster, manifest: Manifest, told: str) -> None:
    assert told in " ".join(guarded.refusals([manifest]))


@pytest.mark.parametrize("manifest", [job(), cron_job(), ray_job(), train_job(), ray_cluster()])
def test_no_job_runs_among_models(guarded: Cluster, manifest: Manifest) -> None:
    elsewhere = {**manifest, "metadata": {**manifest["metadata"], "namespace": MODELS}}
    [refusal] = guarded.refusals([elsewhere])
    assert "jobs run in the team's namespace for jobs" in refusal


def test_a_job_that_is_older_than_a_limit_can_still_be_started(guarded: Cluster) -> None:
    older = {**job(activeDeadlineSeconds=None, suspend=True), "metadata": {"name": "older", "namespace": "adopted"}}
    guarded.create([namespace("adopted")])
    guarded.create([older])
    guarded.create([namespace("adopted", **{JOBS_LABEL: "true"})])
    wrong = {**older, "metadata": {"name": "newer", "namespace": "adopted"}}
    guarded.wait_until(lambda: bool(guarded.refusals([wrong])))
    started = {**older, "spec": {**older["spec"], "suspend": False}}
    assert guarded.refusals([started]) == []
    longer = {**older, "spec": {**older["spec"], "activeDeadlineSeconds": 25 * HOUR}}
    assert DEADLINE in " ".join(guarded.refusals([longer]))


@pytest.mark.parametrize("queue", [None, "default", "spare"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"spot": False, "checkpoints": None, "timeoutMinutes": 60},
        {"schedule": "30 3 * * *"},
        {"resources": {**JOB["resources"], "nodes": 2}},
    ],
)
def test_a_rendered_training_job_is_admitted(guarded: Cluster, changes: dict[str, Any], queue: str | None) -> None:
    described = parse(TrainingJob, {**JOB, "team": "search", "queue": queue, **changes}, "job.yaml")
    [call] = requests(Engine.KUBERNETES, described, Platform(job_namespaces={"search": JOBS}))
    assert guarded.refusals([call.parameters]) == []


def test_a_rendered_training_job_without_checkpoints_ends_in_an_hour(guarded: Cluster) -> None:
    changes = {"spot": False, "checkpoints": None, "timeoutMinutes": 61}
    described = parse(TrainingJob, {**JOB, "team": "search", **changes}, "job.yaml")
    [call] = requests(Engine.KUBERNETES, described, Platform(job_namespaces={"search": JOBS}))
    [refusal] = guarded.refusals([call.parameters])
    assert "write checkpoints to S3" in refusal
