"""The components as programs in other languages get them. Skipped where there is no Pulumi CLI on PATH."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.__main__ import COMPONENTS
from tests.support.components.package_schema import current, outline
from tests.support.engine import consumer
from tests.support.engine.harness import Engine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("consumer")


@pytest.fixture(scope="module")
def deployed(engine: Engine, folder: Path) -> list[dict[str, Any]]:
    """The state of another team's program, previewed and deployed."""
    consumer.lay_out(engine, folder)
    previewed = engine.run("preview", "--stack", "dev", folder=folder)
    assert previewed.code == 0, previewed.printed
    up = engine.run("up", "--yes", "--skip-preview", "--stack", "dev", folder=folder)
    assert up.code == 0, up.printed
    return engine.resources("dev", folder=folder)


def test_the_engine_reads_the_schema_of_every_component(engine: Engine) -> None:
    printed = engine.run("package", "get-schema", str(engine.plugin()))
    assert printed.code == 0, printed.printed
    read = json.loads(printed.printed)
    names = {token.rpartition(":")[2] for token in read["resources"]}
    assert names == {each.__name__ for each in COMPONENTS}
    assert outline(read) == outline(current())


def test_another_team_connects_generated_components(deployed: list[dict[str, Any]]) -> None:
    [group] = inputs(deployed, "aws:eks/nodeGroup:NodeGroup")
    assert group["subnetIds"] == ["subnet-theirs-private-a", "subnet-theirs-private-b"]
    assert group["capacityType"] == "SPOT"
    assert {"key": "team", "value": "a", "effect": "NO_EXECUTE"} in group["taints"]
    [balancer] = inputs(deployed, "aws:lb/loadBalancer:LoadBalancer")
    assert balancer["subnets"] == ["subnet-theirs-public-a", "subnet-theirs-public-b"]


def test_another_teams_program_gets_flat_outputs_back(deployed: list[dict[str, Any]]) -> None:
    [stack] = [each for each in deployed if each["type"] == "pulumi:pulumi:Stack"]
    assert stack["outputs"] == {
        "group": "eks-pool-nodes",
        "images": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/vision/classifier",
        "kubeflow": "https://kubeflow.example.com",
    }


def test_nested_values_arrive_in_a_team_of_delivery(deployed: list[dict[str, Any]]) -> None:
    [project] = [
        each["spec"]
        for each in inputs(deployed, "kubernetes:argoproj.io/v1alpha1:AppProject")
        if each["metadata"]["name"] == "vision"
    ]
    [window] = project["syncWindows"]
    assert (window["kind"], window["schedule"], window["duration"]) == ("deny", "0 18 * * 5", "60h")
    quotas = [each["spec"]["hard"] for each in inputs(deployed, "kubernetes:core/v1:ResourceQuota")]
    assert {"16", "64Gi"} <= {value for hard in quotas for value in hard.values()}


def test_nested_values_arrive_in_a_queue_of_kubeflow(deployed: list[dict[str, Any]]) -> None:
    [flavor] = inputs(deployed, "kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor")
    assert {"key": "nvidia.com/gpu", "effect": "NoSchedule", "operator": "Exists"} in flavor["spec"]["tolerations"]
    [queue] = inputs(deployed, "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue")
    [group] = queue["spec"]["resourceGroups"]
    kept = {each["name"]: each["nominalQuota"] for each in group["flavors"][0]["resources"]}
    assert kept["nvidia.com/gpu"] == "1"
    [acl] = inputs(deployed, "aws:wafv2/webAcl:WebAcl")
    assert "SizeRestrictions_BODY" in json.dumps(acl["rules"])


def test_a_second_up_of_another_teams_program_changes_nothing(
    engine: Engine, deployed: list[dict[str, Any]], folder: Path
) -> None:
    again = engine.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev", folder=folder)
    assert deployed
    assert again.code == 0, again.printed


def inputs(resources: list[dict[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """The inputs of the resources of a type."""
    return [each["inputs"] for each in resources if each["type"] == kind]
