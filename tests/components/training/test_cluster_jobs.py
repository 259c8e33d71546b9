"""ClusterJobs: its queues, its rights, its order of creation and removal, and what it refuses."""

import json
from typing import Any

import pulumi
import pytest

from components.core.account import Account
from components.core.spec import SpecError
from components.training.cluster_jobs import charts, names
from components.training.cluster_jobs.access import job_access
from components.training.cluster_jobs.cluster_jobs import ClusterJobs
from components.training.cluster_jobs.definitions import definitions
from components.training.cluster_jobs.spec import ClusterJobsSpec
from resources.resource import Resource
from tests.support.components.clusters import NETWORK_POLICY, RELEASE
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, REGION, Recording, run
from tests.support.planner.graph import Graph

NAMESPACE = "kubernetes:core/v1:Namespace"
KUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:"
GPU = "nvidia.com/gpu"
VPC = "10.40.0.0/16"
POOL: dict[str, Any] = {
    "name": "training",
    "nodes": 8,
    "cpu": 8,
    "memory_gib": 32,
    "gpus": 1,
    "taints": [{"key": "dedicated", "value": "jobs", "effect": "NO_SCHEDULE"}],
}
SPARE: dict[str, Any] = {**POOL, "name": "inference", "nodes": 4, "cpu": 4, "memory_gib": 16, "taints": []}
TEAMS: list[dict[str, Any]] = [
    {"name": "search", "folders": ["search", "ranking"], "quota": {"gpus": 6}},
    {"name": "risk", "namespace": "fraud-jobs", "quota": {"gpus": 2}},
]
BUCKETS = {each: f"ml-{each}" for each in ("raw", "training", "offline", "models")}
KEY = "arn:aws:kms:us-east-1:111122223333:key/k"


def args(**changes: Any) -> Any:
    wired = {f"{purpose}_bucket": name for purpose, name in BUCKETS.items()}
    given = {"teams": TEAMS, "pools": [POOL], "cluster_name": "ml", "vpc_cidr": VPC, "data_key_arn": KEY, **wired}
    return {**given, **changes}


def made(**changes: Any) -> Recording:
    def program() -> None:
        jobs = ClusterJobs("jobs", args(**changes))
        pulumi.CustomResource("test:index:Reader", "reader", {"ready": jobs.ready, "namespaces": jobs.namespaces})

    return run(program)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return made(spare=SPARE)


def refusal(**changes: Any) -> str:
    with pytest.raises(SpecError) as error:
        run(lambda: ClusterJobs("jobs", args(**changes)))
    return str(error.value)


def test_every_object_fits_its_definition(recording: Recording) -> None:
    ours = [each for each in recording.resources if each.type.startswith("kubernetes:") and each.type != RELEASE]
    known = [each for each in ours if not each.type.endswith("CustomResourceDefinition")]
    assert {each.name: faults(each.inputs) for each in known if faults(each.inputs)} == {}


def nominal(recording: Recording) -> dict[tuple[str, str, str], str]:
    return {
        (queue.inputs["metadata"]["name"], flavor["name"], amount["name"]): amount["nominalQuota"]
        for queue in recording.all(f"{KUEUE}ClusterQueue")
        for group in queue.inputs["spec"]["resourceGroups"]
        for flavor in group["flavors"]
        for amount in flavor["resources"]
    }


def test_a_queue_guarantees_its_teams_part_of_the_pool(recording: Recording) -> None:
    found = nominal(recording)
    assert (found["search", "training", GPU], found["risk", "training", GPU]) == ("6", "2")
    # 85 % of 8 x 8 CPUs are 54, of which search has 6 of 8.
    assert (found["search", "training", "cpu"], found["risk", "training", "cpu"]) == ("40", "13")


def test_spare_capacity_is_a_queue_of_all_teams(recording: Recording) -> None:
    found = nominal(recording)
    assert (found["spare", "inference", GPU], found["spare", "inference", "cpu"]) == ("4", "13")
    queues = [each.inputs for each in recording.all(f"{KUEUE}LocalQueue")]
    assert {
        (each["metadata"]["namespace"], each["metadata"]["name"], each["spec"]["clusterQueue"]) for each in queues
    } == {
        ("search-jobs", "default", "search"),
        ("search-jobs", "spare", "spare"),
        ("fraud-jobs", "default", "risk"),
        ("fraud-jobs", "spare", "spare"),
    }


def test_without_spare_capacity_there_is_no_trace_of_it() -> None:
    recording = made()
    names_of = [each.inputs["metadata"]["name"] for each in recording.all(f"{KUEUE}LocalQueue")]
    assert names_of == ["default", "default"]
    runtimes = recording.all("kubernetes:trainer.kubeflow.org/v1alpha1:ClusterTrainingRuntime")
    assert [each.inputs["metadata"]["name"] for each in runtimes] == ["torch"]


def test_jobs_have_a_lower_priority_than_models(recording: Recording) -> None:
    classes = {
        each.inputs["metadata"]["name"]: each.inputs
        for each in recording.all("kubernetes:scheduling.k8s.io/v1:PriorityClass")
    }
    # Models have 0. The cluster autoscaler ignores pods below -10.
    assert -10 <= classes["jobs"]["value"] < 0
    assert classes["jobs-spare"]["value"] < -10
    assert all(not each["globalDefault"] and each["preemptionPolicy"] == "Never" for each in classes.values())


def test_kueue_manages_every_kind_in_namespaces_for_jobs_alone(recording: Recording) -> None:
    release = next(each for each in recording.all(RELEASE) if each.name == "jobs-kueue")
    config = json.loads(release.inputs["values"]["managerConfig"]["controllerManagerConfigYaml"])
    assert config["manageJobsWithoutQueueName"] is True
    selected = config["managedJobsNamespaceSelector"]["matchLabels"]
    labelled = {
        each.inputs["metadata"]["name"]
        for each in recording.all(NAMESPACE)
        if selected.items() <= each.inputs["metadata"]["labels"].items()
    }
    assert labelled == {"search-jobs", "fraud-jobs"}
    assert set(config["integrations"]["frameworks"]) == {
        "batch/job",
        "jobset.x-k8s.io/jobset",
        "trainer.kubeflow.org/trainjob",
        "ray.io/rayjob",
        "ray.io/raycluster",
    }


def test_jobs_go_before_their_queues_and_those_before_the_controllers(recording: Recording) -> None:
    """Only running controllers remove the finalizers of jobs and queues."""
    graph = Graph(tuple(recording.resources))
    homes = [
        each for each in recording.all(NAMESPACE) if each.inputs["metadata"]["name"] in ("search-jobs", "fraud-jobs")
    ]
    queues = [*recording.all(f"{KUEUE}ClusterQueue"), *recording.all(f"{KUEUE}ResourceFlavor")]
    policies = recording.all("kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding")
    assert len(homes) == 2
    assert list(graph.out_of_order(homes, [*queues, *policies, *recording.all(RELEASE)])) == []
    kueue = [each for each in recording.all(RELEASE) if each.name == "jobs-kueue"]
    assert list(graph.out_of_order(queues, kueue)) == []


def test_controllers_wait_for_the_definitions_that_helm_never_upgrades(recording: Recording) -> None:
    graph = Graph(tuple(recording.resources))
    defined = recording.all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    by_group = {
        group: [each for each in defined if each.inputs["spec"]["group"] == group]
        for group in ("ray.io", "jobset.x-k8s.io")
    }
    releases = {each.name: each for each in recording.all(RELEASE)}
    assert list(graph.out_of_order([releases["jobs-ray"]], by_group["ray.io"])) == []
    assert list(graph.out_of_order([releases["jobs-trainer"]], by_group["jobset.x-k8s.io"])) == []
    assert len(defined) == len(definitions()) == 4


def test_ray_definitions_serve_the_stored_version_alone() -> None:
    for each in definitions():
        assert [(version["served"], version["storage"]) for version in each["spec"]["versions"]] == [(True, True)]
        assert "status" in each["spec"]["versions"][0]["subresources"]


def statements(policy: str) -> dict[str, Any]:
    return {each["Sid"]: each for each in json.loads(policy)["Statement"]}


def test_jobs_read_data_and_write_their_teams_folders_alone() -> None:
    found = statements(job_access(Account(ACCOUNT, REGION, "aws"), ["search", "ranking"], BUCKETS, KEY))
    own = [
        f"arn:aws:s3:::ml-{bucket}/{folder}/*" for bucket in ("training", "models") for folder in ("search", "ranking")
    ]
    assert found["Write"]["Resource"] == own
    data = [f"arn:aws:s3:::ml-{bucket}/*" for bucket in ("raw", "offline")]
    assert found["Read"]["Resource"] == [*data, *own]
    assert found["ListOwn"]["Resource"] == ["arn:aws:s3:::ml-training", "arn:aws:s3:::ml-models"]
    assert found["ListOwn"]["Condition"] == {"StringLike": {"s3:prefix": ["search/*", "ranking/*"]}}
    assert found["Key"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    assert not any("s3:*" in each["Action"] or each["Resource"] == ["*"] for each in found.values())


def test_each_teams_account_has_the_teams_role(recording: Recording) -> None:
    bound = {
        (each.inputs["namespace"], each.inputs["serviceAccount"])
        for each in recording.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    }
    assert bound == {("search-jobs", "jobs"), ("fraud-jobs", "jobs")}
    written = {
        each.name: statements(each.inputs["policy"])["Write"]["Resource"][0]
        for each in recording.all("aws:iam/rolePolicy:RolePolicy")
    }
    assert written["jobs-risk-identity-data"] == "arn:aws:s3:::ml-training/risk/*"


def policy(recording: Recording, namespace: str, name: str) -> Resource:
    [found] = [
        each
        for each in recording.all(NETWORK_POLICY)
        if (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]) == (namespace, name)
    ]
    return found


def test_rays_operator_reaches_the_heads_of_clusters_alone(recording: Recording) -> None:
    [leaving] = policy(recording, "ray-system", "allow-heads").inputs["spec"]["egress"]
    homes = [each["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for each in leaving["to"]]
    assert homes == ["search-jobs", "fraud-jobs"]
    assert all(each["podSelector"]["matchLabels"] == names.RAY_HEAD for each in leaving["to"])
    entering = policy(recording, "search-jobs", "allow-ray-operator").inputs["spec"]
    assert entering["podSelector"]["matchLabels"] == names.RAY_HEAD
    assert [port["port"] for rule in entering["ingress"] for port in rule["ports"]] == [8265]


def test_the_api_server_alone_reaches_webhooks(recording: Recording) -> None:
    for namespace, name, ports in (
        ("kueue-system", "allow-api-server", [9443, 8082]),
        ("trainer-system", "allow-api-server-trainer", [9443]),
        ("trainer-system", "allow-api-server-jobset", [9443]),
    ):
        [entering] = policy(recording, namespace, name).inputs["spec"]["ingress"]
        assert entering["from"] == [{"ipBlock": {"cidr": VPC}}]
        assert [port["port"] for port in entering["ports"]] == ports


def test_trainers_installer_that_runs_as_root_is_off() -> None:
    assert "runtimes" not in charts.trainer_values()


def test_the_operator_handles_namespaces_of_jobs_alone(recording: Recording) -> None:
    release = next(each for each in recording.all(RELEASE) if each.name == "jobs-ray")
    assert release.inputs["values"]["watchNamespace"] == ["search-jobs", "fraud-jobs"]


def team(**changes: Any) -> list[dict[str, Any]]:
    return [{**TEAMS[0], **changes}, TEAMS[1]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pools": []}, "pools is empty; name at least one pool of nodes for jobs"),
        ({"teams": []}, "teams"),
        ({"teams": team(name="risk")}, "the team risk is named more than once"),
        ({"teams": team(namespace="fraud-jobs")}, "the namespace fraud-jobs is named more than once"),
        ({"teams": team(namespace="kube-jobs")}, "the namespace kube-jobs belongs to Kubernetes"),
        ({"teams": team(namespace="ray-system")}, "belongs to a component of the platform"),
        ({"teams": team(name="spare")}, "spare is the queue of spare capacity; choose another name"),
        ({"teams": team(folders=["risk"])}, "the folder risk is named more than once"),
        ({"teams": team(folders=["risk/models"])}, "the folder risk/models is inside the folder risk"),
        ({"teams": team(folders=["mlflow"])}, "mlflow/ of the models bucket belongs to MLflow; choose another folder"),
        ({"teams": team(folders=["mlflow/1"])}, "mlflow/ of the models bucket belongs to MLflow"),
        ({"teams": team(name="mlflow", folders=[])}, "mlflow/ of the models bucket belongs to MLflow"),
        ({"teams": team(folders=["search/"])}, "'search/' is not a valid folder"),
        ({"teams": team(folders=["*"])}, "'*' is not a valid folder"),
        ({"teams": team(quota={"gpus": 7})}, "guarantees exceed the 8 GPUs of pool training (search 7, risk 2)"),
        ({"teams": team(quota={"gpus": 6, "cpu": 55})}, "the pools have 54 for teams; lower the quota, or add pools"),
        ({"teams": team(quota={"gpus": 6, "memory_gib": 300})}, "the pools have 217 for teams"),
        (
            {"teams": team(quota={"gpus": 6, "cpu": 55, "memory_gib": 300})},
            "lower the quota, or add pools; memoryGib = 300 is larger than 217, too",
        ),
        ({"pools": [POOL, {**POOL, "name": "other"}]}, "several pools have GPUs: training, other; add guarantees"),
        ({"pools": [{**POOL, "gpus": 0}]}, "no pool has GPUs; add a pool with GPUs, or write 0"),
        ({"pools": [POOL, POOL]}, "two pools have the same name"),
        ({"spare": POOL}, "two pools have the same name"),
        ({"spare": {**SPARE, "gpus": 0}}, "name a pool with GPUs"),
        ({"maximum_hours": 0}, "must be at least 1"),
        ({"maximum_hours": 721}, "must be at most 720"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**changes)


@pytest.mark.parametrize(
    ("changes", "reclaimed"), [({}, False), ({"pools": [{**POOL, "spot": True}]}, True), ({"spare": SPARE}, True)]
)
def test_checkpoints_are_asked_for_where_nodes_may_be_taken(changes: dict[str, Any], reclaimed: bool) -> None:
    spec = ClusterJobsSpec.model_validate({"teams": TEAMS, "pools": [POOL], **changes})
    assert spec.reclaimed is reclaimed
