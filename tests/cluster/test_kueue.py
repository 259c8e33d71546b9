"""The real Kueue, with our configuration and queues, on a real API server. Skipped where they are not on PATH.

Build it by `go build ./cmd/kueue` in the source of v0.19.2. Nothing runs pods here: a job that is admitted is no longer
suspended, and has the nodes of its pool.
"""

import base64
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cluster import job_queues
from components.cluster.secure_namespace import JOBS_LABEL
from components.training.cluster_jobs import objects
from components.training.cluster_jobs.admission import admission_policies
from components.training.cluster_jobs.charts import kueue_config
from components.training.cluster_jobs.spec import ClusterJobsSpec
from tests.support.cluster.definitions import OPEN, definition_with_status
from tests.support.cluster.jobs import QUEUE, Manifest, job, template
from tests.support.cluster.server import Cluster
from tests.support.components.definitions import DEFINITIONS
from tests.support.programs import require
from tests.support.services.servers import free_port, issue_certificate, server_process, wait_until

GPU = "nvidia.com/gpu"
GROUP, VERSION = "kueue.x-k8s.io", "v1beta2"
POOL: dict[str, Any] = {
    "name": "training",
    "nodes": 4,
    "cpu": 8,
    "memoryGib": 32,
    "gpus": 1,
    "taints": [{"key": "dedicated", "value": "jobs", "effect": "NO_SCHEDULE"}],
}
SPEC = ClusterJobsSpec.model_validate(
    {
        "teams": [{"name": "search", "quota": {"gpus": 3}}, {"name": "risk", "quota": {"gpus": 3}}],
        "pools": [POOL],
        "guarantees": [{"team": name, "pool": "training", "gpus": 2} for name in ("search", "risk")],
        "spare": {**POOL, "name": "inference", "nodes": 1, "taints": []},
    }
)
OTHER_KINDS = {
    "admissionchecks": ("AdmissionCheck", "Cluster"),
    "cohorts": ("Cohort", "Cluster"),
    "multikueueclusters": ("MultiKueueCluster", "Cluster"),
    "multikueueconfigs": ("MultiKueueConfig", "Cluster"),
    "provisioningrequestconfigs": ("ProvisioningRequestConfig", "Cluster"),
    "topologies": ("Topology", "Cluster"),
    "workloads": ("Workload", "Namespaced"),
}
"""What Kueue watches beside the kinds that we make, whose definitions are kept."""
METRICS_CERTIFICATE = Path("/etc/kueue/metrics/certs/tls.crt")


def definitions() -> list[Manifest]:
    """Kueue's definitions, with a status, which it writes."""
    text = (DEFINITIONS / f"{GROUP}.yaml").read_text(encoding="utf-8")
    made = [
        definition_with_status(name, each["kind"], each["scope"], {VERSION: each["versions"][VERSION]})
        for name, each in yaml.load(text, yaml.CSafeLoader).items()
    ]
    return [
        *made,
        *(
            definition_with_status(f"{plural}.{GROUP}", *named, {VERSION: OPEN})
            for plural, named in OTHER_KINDS.items()
        ),
    ]


def webhook(port: int, authority: Path) -> Manifest:
    """Kueue's defaults for Jobs in namespaces for jobs, as its chart registers them."""
    client = {
        "url": f"https://127.0.0.1:{port}/mutate-batch-v1-job",
        "caBundle": base64.b64encode(authority.read_bytes()).decode(),
    }
    rule = {"apiGroups": ["batch"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["jobs"]}
    hook = {
        "name": "mjob.kb.io",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "clientConfig": client,
        "rules": [rule],
        "namespaceSelector": kueue_config()["managedJobsNamespaceSelector"],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "kueue"},
        "webhooks": [hook],
    }


@pytest.fixture(scope="module")
def queued(empty_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """The cluster with Kueue, two teams' queues and the admission policies of jobs."""
    require("kueue")
    # Without certificates of its own making, Kueue reads those of its metrics from one place only.
    if not METRICS_CERTIFICATE.is_file():
        pytest.skip(f"needs kueue, which is not on PATH with a certificate in {METRICS_CERTIFICATE}")
    cluster, folder = empty_cluster, tmp_path_factory.mktemp("kueue")
    cluster.create(definitions())
    served = ("wait", "--for=condition=Established", "crd", "--all")
    cluster.wait_until(lambda: cluster.kubectl(*served).returncode == 0)
    homes = [{"name": home, "labels": {JOBS_LABEL: "true"}} for home in SPEC.namespaces]
    cluster.create(
        [{"apiVersion": "v1", "kind": "Namespace", "metadata": each} for each in [*homes, {"name": "other"}]]
    )
    authority = issue_certificate(folder)
    (folder / "tls.crt").write_bytes((folder / "server.pem").read_bytes())
    (folder / "tls.key").write_bytes((folder / "server.key").read_bytes())
    health, hooks = free_port(), free_port()
    config = {
        **kueue_config(),
        "health": {"healthProbeBindAddress": f"127.0.0.1:{health}"},
        "metrics": {"bindAddress": "0"},
        "webhook": {"host": "127.0.0.1", "port": hooks, "certDir": str(folder)},
        "leaderElection": {"leaderElect": False},
        "internalCertManagement": {"enable": False},
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    command = [
        "kueue",
        f"--config={folder / 'config.json'}",
        f"--kubeconfig={cluster.kubeconfig}",
        "--feature-gates=VisibilityOnDemand=false",
    ]
    with server_process(command, folder) as process:
        cluster.create([*objects.priority_classes(), *objects.queue_priorities()])
        cluster.create(admission_policies(maximum_hours=24, reclaimed=False, spare=True, ray_clusters=False))
        pools = [*SPEC.pools, *([SPEC.spare] if SPEC.spare else [])]
        cluster.create(job_queues.flavors(pools))
        cluster.create(job_queues.cluster_queues(SPEC.teams, SPEC.pools, SPEC.guaranteed, borrowing=True))
        cluster.create([objects.spare_cluster_queue(pools[1])])
        for team in SPEC.teams:
            cluster.create([job_queues.local_queue(team), objects.spare_local_queue(team.homes[0])])
        wait_until(process, lambda: "Active" in condition(cluster, "search"), folder, 120)
        cluster.create([webhook(hooks, authority)])
        wait_until(process, lambda: default_is_set(cluster), folder, 120)
        yield cluster
        cluster.kubectl("delete", "mutatingwebhookconfiguration", "kueue")


def condition(cluster: Cluster, queue: str) -> str:
    """The true conditions of a ClusterQueue."""
    path = "jsonpath={.status.conditions[?(@.status=='True')].type}"
    return cluster.kubectl("get", "clusterqueue", queue, "-o", path).stdout


def default_is_set(cluster: Cluster) -> bool:
    """Whether Kueue's webhook answers, and knows the queue `default`."""
    asked = gpu_job("asked", "search-jobs")
    told = cluster.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", objects=[asked]).stdout
    return bool(told) and json.loads(told)["metadata"].get("labels", {}).get(QUEUE) == "default"


def gpu_job(name: str, namespace: str, gpus: int = 1, labels: dict[str, str] | None = None, **pod: Any) -> Manifest:
    """A Job of one pod with GPUs."""
    made = job(template=template(**{"restartPolicy": "Never", **pod}))
    made["metadata"] = {"name": name, "namespace": namespace, "labels": labels or {}}
    [container] = made["spec"]["template"]["spec"]["containers"]
    amounts = {"cpu": "1", "memory": "1Gi", GPU: str(gpus)}
    container["resources"] = {"requests": amounts, "limits": amounts}
    return made


def read(cluster: Cluster, name: str, namespace: str) -> Manifest:
    return json.loads(cluster.kubectl("get", "job", name, f"--namespace={namespace}", "-o", "json").stdout)


def is_admitted(cluster: Cluster, name: str, namespace: str) -> bool:
    return read(cluster, name, namespace)["spec"].get("suspend") is False


def submit(cluster: Cluster, *jobs: Manifest) -> None:
    for each in jobs:
        made = cluster.kubectl("create", "-f", "-", objects=[each])
        assert made.returncode == 0, made.stderr


@pytest.fixture(autouse=True)
def no_jobs(queued: Cluster) -> Generator[None]:
    """No job is left for the next test. Nothing else collects the workloads of deleted jobs here."""
    yield
    for namespace in (*SPEC.namespaces, "other"):
        queued.kubectl("delete", "jobs", "--all", f"--namespace={namespace}")
        queued.kubectl("delete", "workloads", "--all", f"--namespace={namespace}")


def test_a_job_without_a_queue_gets_its_teams_pool(queued: Cluster) -> None:
    submit(queued, gpu_job("train", "search-jobs"))
    queued.wait_until(lambda: is_admitted(queued, "train", "search-jobs"))
    found = read(queued, "train", "search-jobs")
    assert found["metadata"]["labels"][QUEUE] == "default"
    pod = found["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"mlplatform.io/pool": "training"}
    assert {"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"} in pod["tolerations"]


def test_a_team_borrows_and_gives_back(queued: Cluster) -> None:
    """search is guaranteed 2 GPUs, and may use 3; a fourth job waits. Then risk needs its own 2."""
    first = [f"search-{index}" for index in range(4)]
    submit(queued, *(gpu_job(name, "search-jobs") for name in first[:3]))
    queued.wait_until(lambda: all(is_admitted(queued, name, "search-jobs") for name in first[:3]))
    submit(queued, gpu_job(first[3], "search-jobs"), *(gpu_job(f"risk-{index}", "risk-jobs") for index in range(2)))
    queued.wait_until(lambda: all(is_admitted(queued, f"risk-{index}", "risk-jobs") for index in range(2)))
    queued.wait_until(lambda: sum(is_admitted(queued, name, "search-jobs") for name in first) == 2)


def test_a_job_of_high_priority_takes_the_place_of_another(queued: Cluster) -> None:
    low = {"kueue.x-k8s.io/priority-class": "low"}
    submit(queued, gpu_job("low", "risk-jobs", 3, low))
    queued.wait_until(lambda: is_admitted(queued, "low", "risk-jobs"))
    submit(queued, gpu_job("high", "risk-jobs", 2, {"kueue.x-k8s.io/priority-class": "high"}))
    queued.wait_until(lambda: is_admitted(queued, "high", "risk-jobs"))
    assert not is_admitted(queued, "low", "risk-jobs")


def test_spare_capacity_is_of_the_models_pool(queued: Cluster) -> None:
    spare = {QUEUE: "spare"}
    submit(queued, gpu_job("spare", "risk-jobs", labels=spare, priorityClassName="jobs-spare"))
    queued.wait_until(lambda: is_admitted(queued, "spare", "risk-jobs"))
    pod = read(queued, "spare", "risk-jobs")["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"mlplatform.io/pool": "inference"}


def test_jobs_elsewhere_are_left_alone(queued: Cluster) -> None:
    submit(queued, gpu_job("platform", "other"), gpu_job("queued", "search-jobs"))
    queued.wait_until(lambda: is_admitted(queued, "queued", "search-jobs"))
    assert QUEUE not in read(queued, "platform", "other")["metadata"].get("labels", {})
    assert "No resources found" in queued.kubectl("get", "workloads", "--namespace=other").stderr


def test_a_queue_stays_until_no_job_uses_it(queued: Cluster) -> None:
    """So the namespaces of jobs go first on destroy."""
    submit(queued, gpu_job("last", "search-jobs"))
    queued.wait_until(lambda: is_admitted(queued, "last", "search-jobs"))
    assert queued.kubectl("delete", "clusterqueue", "search", "--wait=false").returncode == 0
    queued.wait_until(lambda: "Terminating" in queued.kubectl("get", "clusterqueue", "search", "-o", "json").stdout)
    queued.kubectl("delete", "job", "last", "--namespace=search-jobs")
    queued.kubectl("delete", "workloads", "--all", "--namespace=search-jobs")
    queued.wait_until(lambda: queued.kubectl("get", "clusterqueue", "search").returncode != 0)
