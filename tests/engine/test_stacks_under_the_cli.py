"""The stacks under the real engine. All of it is skipped where there is no Pulumi CLI on PATH."""

import json
import re
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from pydantic import BaseModel

from operations import network_config
from planner.difference import compare
from planner.plan import Plan
from planner.stackfile import read_stack_file
from resources.resource import Resource
from stacks.config import parse_config
from tests.support.engine.deployment import (
    PACK,
    Deployment,
    TakenDown,
    dependents,
    deploy,
    found_by_engine,
    found_by_plan,
    masked,
    planned,
)
from tests.support.engine.harness import Engine
from tests.support.planner import order
from tests.support.planner.plans import EVERYTHING

CLUSTER = "eks:index:Cluster"
CONTROL_PLANE = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
RELEASE = "kubernetes:helm.sh/v3:Release"
APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
KEY = "aws:kms/key:Key"
VPC = "aws:ec2/vpc:Vpc"
WAY_OUT = re.compile(r"Network\$aws:(ec2/(natGateway|route|vpcEndpoint)|vpc/securityGroupIngressRule):")
DEAR = ["p4d.24xlarge", "p5.48xlarge"]
NAMED_BY_AWS = ("aws:batch/computeEnvironment:ComputeEnvironment", "aws:msk/configuration:Configuration")
"""Types whose ARN ends in what AWS adds, which a plan cannot know."""
PARTS_OF_REPLACEMENT = ("create-replacement", "delete-replaced")
OF_ENGINE_ALONE = ("version", "__internal", "pluginDownloadURL")


@pytest.fixture(scope="module")
def staging(engine: Engine) -> Deployment:
    return deploy(engine, "staging")


@pytest.fixture(scope="module")
def prod(engine: Engine) -> Deployment:
    return deploy(engine, "prod")


@pytest.fixture(scope="module")
def kubeflow(engine: Engine) -> Deployment:
    return deploy(engine, "kubeflow")


@pytest.fixture(scope="module")
def everything(engine: Engine) -> Deployment:
    accepted = {
        "policies": {"allowedInstanceTypes": DEAR},
        "cost": {**EVERYTHING["cost"], "unpriced": {"p5.48xlarge": "AWS sells it by agreement"}},
    }
    return deploy(engine, "everything", EVERYTHING | accepted)


@pytest.fixture(scope="module", params=["staging", "prod", "kubeflow", "everything"])
def stack(request: pytest.FixtureRequest) -> Deployment:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def plan(engine: Engine, stack: Deployment) -> Plan:
    return planned(engine, stack.name)


def test_preview_passes_with_the_policy_pack_on(stack: Deployment) -> None:
    assert stack.preview.code == 0, stack.preview.printed
    assert "mlplatform@v" in stack.preview.printed
    assert "[mandatory]" not in stack.preview.printed


def test_up_deploys_everything_with_the_policy_pack_on(stack: Deployment) -> None:
    assert stack.up.code == 0, stack.up.printed
    assert "mlplatform@v" in stack.up.printed


def test_rules_find_the_same_in_deployment_and_plan(stack: Deployment, plan: Plan) -> None:
    assert found_by_engine(stack.up) == found_by_plan(plan)


def test_a_second_up_changes_nothing(stack: Deployment) -> None:
    assert stack.again.code == 0, stack.again.printed


def test_the_engine_registers_what_the_plan_has(stack: Deployment, plan: Plan) -> None:
    registered = {each["urn"] for each in stack.resources if not _made_by_the_engine(each) and not _out_of_sight(each)}
    assert registered == {each.urn for each in plan.resources}


def test_every_resource_is_deployed_as_planned(stack: Deployment, plan: Plan) -> None:
    registered = {each["urn"]: each for each in stack.resources}
    hidden = {each["urn"] for each in stack.resources if _out_of_sight(each)}
    # The engine keeps no inputs of a remote component: its provider reads them.
    expected = {each.urn: _planned(each) for each in plan.resources if each.type != CLUSTER}
    arns = {
        registered[each.urn]["outputs"]["arn"]: each.outputs["arn"]
        for each in plan.resources
        if each.type in NAMED_BY_AWS
    }
    found = {urn: _registered(registered[urn], hidden, arns) for urn in expected}
    assert {urn: each for urn, each in found.items() if each != expected[urn]} == {}


def test_no_resource_is_made_by_a_provider_without_an_account(engine: Engine, stack: Deployment) -> None:
    config = parse_config(read_stack_file(engine.project, stack.name).config)
    accounts = [config.environment.account]
    if config.permission_sets:
        accounts.append(config.permission_sets.management_account)
    providers = [each["inputs"] for each in stack.resources if each["type"] == "pulumi:providers:aws"]
    bound = [json.loads(inputs.get("allowedAccountIds", "[]")) for inputs in providers]
    assert sorted(bound) == sorted([account] for account in accounts)


def test_eks_makes_only_the_control_plane_by_itself(stack: Deployment, plan: Plan) -> None:
    assert {each["type"] for each in stack.resources if _out_of_sight(each)} <= {
        CONTROL_PLANE,
        "pulumi:providers:kubernetes",
    }
    [plane] = [each for each in stack.resources if each["type"] == CONTROL_PLANE]
    [asked] = [each.inputs for each in plan.resources if each.type == CLUSTER]
    network = plane["inputs"]["vpcConfig"]
    assert network["endpointPublicAccess"] is asked["endpointPublicAccess"]
    assert network.get("publicAccessCidrs") == asked.get("publicAccessCidrs")
    assert network["endpointPrivateAccess"] is asked["endpointPrivateAccess"] is True
    assert network["subnetIds"] == asked["privateSubnetIds"]
    assert (plane["inputs"]["name"], plane["inputs"]["version"]) == (asked["name"], asked["version"])


def test_the_kubeconfig_is_secret_wherever_the_state_holds_it(stack: Deployment) -> None:
    [root] = [each for each in stack.resources if each["type"] == "pulumi:pulumi:Stack"]
    [cluster] = [each for each in stack.resources if each["type"] == "mlplatform:index:GpuCluster"]
    [provider] = [each for each in stack.resources if each["urn"].endswith("::gpu-cluster-kubernetes")]
    held = (root["outputs"]["kubeconfig"], cluster["outputs"]["kubeconfig"], provider["inputs"]["kubeconfig"])
    assert [masked(value) for value in held] == ["[secret]"] * 3


def test_a_changed_config_does_what_the_comparison_of_plans_says(engine: Engine, stack: Deployment, plan: Plan) -> None:
    file = engine.project / f"Pulumi.{stack.name}.yaml"
    deployed = file.read_text(encoding="utf-8")
    sections = {
        key.partition(":")[2]: value for key, value in read_stack_file(engine.project, stack.name).config.items()
    }
    engine.configure(stack.name, **_changed(sections))
    try:
        preview = engine.run("preview", "--json", "--stack", stack.name)
        difference = compare(json.loads(plan.json()), json.loads(planned(engine, stack.name).json()))
    finally:
        file.write_text(deployed, encoding="utf-8")
    assert preview.code == 0, preview.printed
    told = json.loads(preview.printed[preview.printed.index("{") :])["steps"]
    steps = {step["urn"]: step["op"] for step in told if step["op"] not in PARTS_OF_REPLACEMENT}
    planned_steps = {each.urn: "create" for each in difference.added}
    planned_steps |= {each.resource.urn: "update" for each in difference.changed}
    # The collectors' ConfigMap knows the teams.
    planned_steps |= {each.resource.urn: "replace" for each in difference.replaced}
    assert {each.resource.type for each in difference.replaced} <= {"kubernetes:core/v1:ConfigMap"}
    assert difference.removed == ()
    assert {urn: op for urn, op in steps.items() if op != "same" and not _out_of_sight({"urn": urn})} == planned_steps
    assert len(planned_steps) > 10


def test_karpenters_objects_are_deleted_before_its_controller(engine: Engine, staging: Deployment) -> None:
    [controller] = _controller(staging)
    pools, classes = staging.of_type(NODE_POOL), staging.of_type(NODE_CLASS)
    assert len(pools) == len(classes) > 1
    first = {*pools, *classes}
    assert first <= dependents(engine, staging.name, controller)


def test_releases_are_deleted_before_the_nodes_they_run_on(engine: Engine, staging: Deployment) -> None:
    first = {*staging.of_type(RELEASE), *staging.of_type(NODE_POOL)}
    for group in staging.of_type(NODE_GROUP):
        assert first <= dependents(engine, staging.name, group)


def test_cluster_objects_are_deleted_before_the_control_plane(engine: Engine, staging: Deployment) -> None:
    [plane] = staging.of_type(CONTROL_PLANE)
    first = {*staging.of_type(NODE_GROUP), *staging.of_type("aws:eks/addon:Addon"), *staging.inside_the_cluster()}
    assert first <= dependents(engine, staging.name, plane)


@pytest.mark.parametrize("name", ["staging", "kubeflow", "everything"])
def test_destroy_leaves_nothing_and_goes_from_the_inside_out(
    engine: Engine, name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed: Deployment = request.getfixturevalue(name)
    engine.run("state", "unprotect", "--all", "--yes", "--stack", name)
    _destroy_from_the_inside_out(engine, deployed, monkeypatch)


def test_deletion_protection_must_be_lifted_before_destroy(
    engine: Engine, prod: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = prod.of_type(APPLICATION_SET)
    alone = engine.run("destroy", "--yes", "--stack", prod.name, *(f"--target={urn}" for urn in sets))
    assert alone.code != 0
    assert alone.printed.count("it is protected") >= len(sets) > 1
    # With them a refused destroy does not end: docs/destroy.md.
    engine.run("state", "unprotect", *sets, "--yes", "--stack", prod.name)
    refused = engine.run("destroy", "--yes", "--stack", prod.name)
    assert refused.code != 0
    assert "protected" in refused.printed
    assert engine.changes() == []
    config = parse_config(read_stack_file(engine.project, prod.name).config)
    engine.configure(prod.name, **_without_protection(config))
    lifted = engine.run("up", "--yes", "--skip-preview", "--stack", prod.name)
    assert lifted.code == 0, lifted.printed
    assert {operation for operation, _ in engine.changes()} == {"update"}
    _destroy_from_the_inside_out(engine, prod, monkeypatch)


def test_the_network_is_deployed_alone_and_stays_as_it_is(engine: Engine) -> None:
    engine.init("first", like="staging")
    assert network_config.main(["first", "--root", str(engine.project)]) == 0
    config = ("--stack", "first", "--config-file", "build/first/network.yaml")
    deployed = engine.run("up", "--yes", "--skip-preview", *config, "--policy-pack", "policies")
    assert deployed.code == 0, deployed.printed
    outputs = json.loads(engine.run("stack", "output", "--json", "--stack", "first").printed)
    assert set(outputs) == {"vpcId", "privateSubnetIds", "isolatedSubnetIds"}
    rest = engine.run("preview", "--stack", "first", "--policy-pack", "policies", "--json")
    assert rest.code == 0, rest.printed
    summary = json.loads(rest.printed[rest.printed.index("{") :])["changeSummary"]
    assert summary["create"] > 400
    assert not {"replace", "delete"} & set(summary)


def test_the_program_runs_with_a_stand_in_for_pulumi_eks_too(engine_without_eks: Engine) -> None:
    engine_without_eks.init("staging", like="staging")
    preview = engine_without_eks.run("preview", "--stack", "staging", *PACK)
    assert preview.code == 0, preview.printed
    assert "gpu-cluster-eks-eksCluster" in preview.printed


def _destroy_from_the_inside_out(engine: Engine, deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Destroy a stack that nothing protects: nothing stays but what is meant to, and what lies inside goes first."""
    plan = planned(engine, deployed.name)
    engine.changes()
    destroyed = engine.run("destroy", "--yes", "--skip-preview", "--stack", deployed.name)
    deleted = [urn for operation, urn in engine.changes() if operation == "delete"]
    assert destroyed.code == 0, destroyed.printed
    assert engine.resources(deployed.name) == []
    kept = {each.urn: each.type for each in plan.resources if each.retain_on_delete}
    # A snapshot outlasts its stack, and so does the key without which nobody can restore it.
    assert set(kept.values()) <= {SNAPSHOT, KEY}
    assert sorted([*deleted, *kept]) == sorted(deployed.created)
    shells = [_span(deleted, urns) for urns in _shells(deployed)]
    assert all(before[1] < after[0] for before, after in pairwise(shells))
    monkeypatch.setattr(order, "Graph", partial(TakenDown, deleted))
    assert [fault for check in order.TURNS for fault in check(plan.resources)] == []


def _changed(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Another owner, more room in a pool, a bigger disk in each managed one, and one more team."""
    changed = {name: json.loads(text) for name, text in sections.items()}
    changed["environment"]["owner"] = "another-team"
    for pool in changed["gpuCluster"]["nodePools"]:
        pool["diskGib"] = 300
    changed["gpuCluster"]["nodePools"][0]["maximum"] += 1
    for pool in changed["gpuCluster"].get("karpenter", {}).get("pools", []):
        pool["maximumVcpus"] += 32
    changed["delivery"]["teams"].append({"name": "vision-two", "groups": ["platform"]})
    changed["cost"]["monthlyBudget"] *= 2
    return changed


def _without_protection(config: BaseModel) -> dict[str, Any]:
    """The fields that lift every protection which a config can ask for."""
    lifted: dict[str, Any] = {}
    for name, field in type(config).model_fields.items():
        value = getattr(config, name)
        if name == "deletion_protection":
            lifted[str(field.alias)] = False
        elif isinstance(value, BaseModel) and (nested := _without_protection(value)):
            lifted[str(field.alias)] = nested
    return lifted


def _made_by_the_engine(resource: Mapping[str, Any]) -> bool:
    """Default providers, which the plan knows nothing of."""
    return resource["type"].startswith("pulumi:providers:") and "::default" in resource["urn"]


def _out_of_sight(resource: Mapping[str, Any]) -> bool:
    """What the remote `eks.Cluster` makes."""
    return f"${CLUSTER}$" in resource["urn"]


def _planned(resource: Resource) -> dict[str, Any]:
    return {
        "parent": resource.parent,
        "provider": resource.provider,
        "inputs": resource.inputs,
        "dependencies": set(resource.dependencies),
        "protect": resource.protect,
    }


def _registered(resource: Mapping[str, Any], hidden: set[str], arns: Mapping[str, str]) -> dict[str, Any]:
    """What is compared of a deployed resource, with the planned ARNs in place of those that AWS made up."""
    text = json.dumps(masked(resource.get("inputs", {})))
    for made, expected in arns.items():
        text = text.replace(made, expected)
    inputs: dict[str, Any] = json.loads(text)
    provider = resource["type"].startswith("pulumi:providers:")
    return {
        "parent": resource.get("parent"),
        "provider": resource.get("provider", "").rpartition("::")[0] or None,
        "inputs": {key: value for key, value in inputs.items() if not (provider and key in OF_ENGINE_ALONE)},
        "dependencies": set(resource.get("dependencies", ())) - hidden,
        "protect": resource.get("protect", False),
    }


def _controller(deployment: Deployment) -> list[str]:
    return [urn for urn in deployment.of_type(RELEASE) if urn.endswith("-karpenter-controller")]


def _shells(deployment: Deployment) -> list[list[str]]:
    """What lies around what, from the inside out."""
    inside = [deployment.of_type(kind) for kind in (RELEASE, NODE_GROUP, CONTROL_PLANE)]
    return [*inside, [urn for urn in deployment.created if WAY_OUT.search(urn)], deployment.of_type(VPC)]


def _span(order: list[str], urns: list[str]) -> tuple[int, int]:
    places = [order.index(urn) for urn in urns]
    return min(places), max(places)
