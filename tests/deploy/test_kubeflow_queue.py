"""What Kueue is asked about, and that all work of a team can be admitted."""

from typing import Any

import pytest
import yaml

from components.cluster.job_pools import GPU
from components.cluster.job_queues import cluster_queues
from components.core.spec import parse
from components.kubeflow.profiles import bounds, namespace
from components.kubeflow.spec import KubeflowSpec
from tests.support.components.kubeflow import CONFIG
from tests.support.deploy.overlays import SETTINGS, Object, base, delivered, one, without_kustomize

pytestmark = without_kustomize
KINDS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
OWN = {"clusterqueues", "cohorts", "resourceflavors", "workloads", "workloads/status"}
"""Kueue's own kinds, which nobody but it and the infrastructure makes."""


def webhooks(kind: str, objects: list[Object] | None = None) -> dict[str, Object]:
    """By the first of the resources that each is asked about."""
    [found] = [each for each in objects or delivered("queue") if each["kind"] == kind]
    return {each["rules"][0]["resources"][0]: each for each in found["webhooks"]}


def configuration() -> Object:
    made = one(delivered("queue"), "ConfigMap", "kueue-manager-config")
    return yaml.safe_load(made["data"]["controller_manager_config.yaml"])


def spec() -> KubeflowSpec:
    return parse(KubeflowSpec, CONFIG, "kubeflow")


@pytest.mark.parametrize("kind", KINDS)
def test_kueue_is_asked_about_what_it_queues_and_nothing_else(kind: str) -> None:
    queued = {f"{each.rpartition('/')[2]}s" for each in configuration()["integrations"]["frameworks"]}
    assert {*webhooks(kind)} - OWN == queued
    assert {*webhooks(kind, base("queue"))} - OWN > queued | {"deployments", "statefulsets"}


@pytest.mark.parametrize("kind", KINDS)
def test_while_kueue_does_not_answer_only_teams_wait(kind: str) -> None:
    labels = namespace(spec().teams[0])["metadata"]["labels"]
    for asked, webhook in webhooks(kind).items():
        if asked in OWN:
            continue
        assert webhook["failurePolicy"] == "Fail"
        wanted = webhook["namespaceSelector"]["matchLabels"]
        assert wanted == configuration()["managedJobsNamespaceSelector"]["matchLabels"], asked
        assert wanted.items() <= labels.items()


@pytest.mark.parametrize("kind", KINDS)
def test_of_pods_those_with_a_gpu_are_queued(kind: str) -> None:
    [condition] = webhooks(kind)["pods"]["matchConditions"]
    for containers in ("containers", "initContainers"):
        assert f"object.spec.{containers}.exists(" in condition["expression"]
    assert f"'{GPU}' in c.resources.limits" in condition["expression"]
    assert not [asked for asked, each in webhooks(kind).items() if asked != "pods" and "matchConditions" in each]


def test_container_defaults_agree_with_the_quota() -> None:
    [limit] = bounds(spec().teams[0])["spec"]["limits"]
    given = {*limit["defaultRequest"], *limit["default"]}
    left_out = tuple(configuration()["resources"]["excludeResourcePrefixes"])
    made = cluster_queues(spec().teams, spec().pools, spec().guaranteed, borrowing=True)
    for queue in made:
        [group] = queue["spec"]["resourceGroups"]
        uncovered = given - {*group["coveredResources"]}
        # Kueue counts what a LimitRange adds, and never admits what asks for something no queue has.
        assert all(each.startswith(left_out) for each in uncovered), uncovered
        assert not [each for each in group["coveredResources"] if each.startswith(left_out)]


def test_a_pod_of_a_job_is_admitted_with_its_job() -> None:
    """Each kind that makes pods with GPUs in a team's namespace is one that Kueue knows, or its pods are queued."""
    frameworks: list[Any] = configuration()["integrations"]["frameworks"]
    assert {"batch/job", "jobset.x-k8s.io/jobset", "trainer.kubeflow.org/trainjob", "pod"} == {*frameworks}
    assert configuration()["manageJobsWithoutQueueName"] is True


def test_kueues_namespace_is_closed_but_for_what_it_needs() -> None:
    made = {each["metadata"]["name"]: each["spec"] for each in delivered("queue") if each["kind"] == "NetworkPolicy"}
    assert made["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    config = configuration()
    ports = {
        name: {each["port"] for each in spec["ingress"][0]["ports"]} for name, spec in made.items() if "ingress" in spec
    }
    assert config["webhook"]["port"] in ports["allow-api-server"]
    assert ports["allow-metrics"] == {int(config["metrics"]["bindAddress"].removeprefix(":"))}
    assert made["allow-api-server"]["ingress"][0]["from"] == [{"ipBlock": {"cidr": SETTINGS["vpcCidr"]}}]
    [names, apis] = made["allow-apis"]["egress"]
    assert names["to"][0]["podSelector"] == {"matchLabels": {"k8s-app": "kube-dns"}}
    assert apis["ports"] == [{"protocol": "TCP", "port": 443}]
    labels = one(delivered("queue"), "Deployment", "kueue-controller-manager")["spec"]["template"]["metadata"]["labels"]
    assert made["allow-api-server"]["podSelector"]["matchLabels"].items() <= labels.items()
