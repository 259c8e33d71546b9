"""Where a KubeflowCluster is put: on a cluster that somebody gives, and what it makes there of AWS."""

import json
from itertools import pairwise
from typing import Any

import pulumi
import pytest
import yaml

from components.kubeflow import artifacts
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.waves import chosen
from tests.support.components.clusters import needs
from tests.support.components.kubeflow import COMPUTED, CONFIG, FRAUD, WIRING, kubeflow
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.waves import order_faults

SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
GIVEN: dict[str, Any] = {
    "cluster_name": "somebody-s",
    "controllers_ready": "there",
    "controller_role_arn": f"arn:aws:iam::{ACCOUNT}:role/targets-role-1a2b3c4",
}


@pytest.fixture(scope="module")
def given() -> Recording:
    """A Kubeflow on a cluster that another program made, by a provider that leads there."""

    def program() -> None:
        provider = pulumi.ProviderResource("kubernetes", "given", {"kubeconfig": "given"})
        args: Any = {**CONFIG, **WIRING, **GIVEN}
        KubeflowCluster("kubeflow", args, pulumi.ResourceOptions(providers=[provider]))

    return run(program, Recording(computed=COMPUTED))


def test_every_object_goes_to_the_given_cluster(given: Recording) -> None:
    objects = [each for each in given.resources if each.type.startswith("kubernetes:")]
    assert len(objects) > 40
    [provider] = given.all("pulumi:providers:kubernetes")
    assert {each.provider for each in objects} == {provider.urn}
    assert {each.inputs["clusterName"] for each in given.all(ASSOCIATION)} == {"somebody-s"}


def test_no_cluster_no_node_and_no_network_is_made_beside_it(given: Recording) -> None:
    modules = {each.type.split(":")[1].partition("/")[0] for each in given.resources if each.type.startswith("aws:")}
    assert not {each.type for each in given.resources if each.type.startswith("eks:")}
    assert not {each.type for each in given.resources if each.type.startswith("aws:ec2/vpc")}
    eks = {each.type for each in given.resources if each.type.startswith("aws:eks/")}
    assert eks == {ASSOCIATION}
    assert {"lb", "wafv2", "acm", "route53", "iam"} <= modules


def test_controllers_that_it_has_already_are_left_as_they_are(given: Recording) -> None:
    assert not given.all("kubernetes:helm.sh/v3:Release")
    assert len(given.all(SET)) == 1


def test_models_are_shown_where_the_cluster_has_kserve() -> None:
    def waves(**args: Any) -> list[str]:
        [generator] = kubeflow(**GIVEN, **args).one(SET).inputs["spec"]["generators"]
        return [each["wave"] for each in generator["list"]["elements"]]

    assert waves(models=True) == [*waves(), "models"]


def test_without_pools_no_queue_holds_jobs() -> None:
    team = {**FRAUD, "quota": {**FRAUD["quota"], "gpus": 0}}
    made = kubeflow(pools=None, teams=[team])
    [generator] = made.one(SET).inputs["spec"]["generators"]
    waves = [each["wave"] for each in generator["list"]["elements"]]
    assert "trainer" in waves
    assert "queue" not in waves
    assert order_faults(chosen(shared_serving=False, queued=False)) == []
    assert not [each for each in made.resources if "kueue" in each.type]


def test_people_choose_among_the_platform_s_own_images(given: Recording) -> None:
    images = ["registry.example.com/lab:v7", f"registry.example.com/gpu@sha256:{'0f' * 32}"]
    [generator] = kubeflow(notebook_images=images).one(SET).inputs["spec"]["generators"]
    [settings] = [each["settings"] for each in generator["list"]["elements"] if each["wave"] == "notebooks"]
    assert json.loads(yaml.safe_load(settings)["data"]["notebookImages"]) == {"value": images[0], "options": images}


def test_destroying_goes_from_what_teams_have_to_what_frees_it() -> None:
    """What is made after something is taken away before it."""
    made = kubeflow()
    way: list[tuple[str, str]] = [
        ("kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue", "kubeflow-ranking-localqueue-default"),
        ("kubernetes:kubeflow.org/v1:Profile", "kubeflow-ranking-profile"),
        ("kubernetes:core/v1:Namespace", "kubeflow-ranking-namespace"),
        ("kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", "kubeflow-queue-fraud"),
        ("kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor", "kubeflow-flavor-training"),
        (SET, "kubeflow-waves"),
        ("kubernetes:helm.sh/v3:Release", "kubeflow-targets-release"),
        ("aws:lb/targetGroup:TargetGroup", made.all("aws:lb/targetGroup:TargetGroup")[0].name),
    ]
    for (type_, name), (_, then) in pairwise(way):
        assert then in needs(made, made.one(type_, name)), f"{name} goes before {then}"
    # An Application needs its project until it is gone, and the finalizer of a binding its controller.
    assert "kubeflow-project" in needs(made, made.one(SET))


def test_namespace_admits_the_gateway_and_kubeflow_servers() -> None:
    made = kubeflow()

    def admitted(name: str) -> dict[str, set[int]]:
        policy = made.one(
            "kubernetes:networking.k8s.io/v1:NetworkPolicy", f"kubeflow-ranking-networkpolicy-{name}"
        ).inputs["spec"]
        [rule] = policy["ingress"]
        [peer] = rule["from"]
        return {
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: {
                port["port"] for port in rule["ports"]
            }
        }

    notebook, board, volume, suggestion, early_stopping = 8888, 6006, 8080, 6789, 6788
    assert admitted("allow-gateway") == {"istio-system": {notebook, board, volume}}
    assert admitted("allow-kubeflow") == {
        "kubeflow": {notebook, board, volume, artifacts.PORT, suggestion, early_stopping}
    }
