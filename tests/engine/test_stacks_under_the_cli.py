"""The stacks under the real engine. All of it is skipped where there is no Pulumi CLI on PATH."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from operations import network_config
from planner.difference import compare
from planner.plan import Plan
from planner.stackfile import read_stack_file
from planner.stateful import HOLDS
from resources.resource import Resource
from stacks.config import parse_config
from tests.support.cloud.described import DESCRIBED, differences
from tests.support.engine.bounds import lowered, raised
from tests.support.engine.deployment import (
    NODE_GROUP,
    PACK,
    REGION,
    Deployment,
    TakenDown,
    dependents,
    deploy,
    found_by_engine,
    found_by_plan,
    masked,
    planned,
)
from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program
from tests.support.engine.standin import REFUSAL
from tests.support.planner import order
from tests.support.planner.plans import EVERYTHING

CLUSTER = "eks:index:Cluster"
CONTROL_PLANE = "aws:eks/cluster:Cluster"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
RELEASE = "kubernetes:helm.sh/v3:Release"
APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
KEY = "aws:kms/key:Key"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PROVIDER = "pulumi:providers:"
COST_TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag"
BUCKET = "aws:s3/bucket:Bucket"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
VPC = "aws:ec2/vpc:Vpc"
WAY_OUT = re.compile(r"Network\$aws:(ec2/(natGateway|route|vpcEndpoint)|vpc/securityGroupIngressRule):")
DEAR = ["p4d.24xlarge", "p5.48xlarge"]
BROKEN_BY_EVERYTHING = ("cluster-administrator", "host-path", "identity-default-account", "stateful-protection")
"""Mandatory rules that what a stack can ask for breaks."""
NAMED_BY_AWS = ("aws:batch/computeEnvironment:ComputeEnvironment", "aws:msk/configuration:Configuration")
"""Types whose ARN ends in what AWS adds, which a plan cannot know."""
REPLACED_BY_BOUNDS = {"kubernetes:core/v1:ConfigMap", "aws:eks/podIdentityAssociation:PodIdentityAssociation"}
"""The collectors' ConfigMaps know the teams. Neither type holds data."""
READER = """
platform = pulumi.StackReference(given["stack"])
for name in given["names"]:
    pulumi.export(name, platform.require_output(name))
"""
OF_ENGINE_ALONE = ("version", "__internal", "pluginDownloadURL")


@pytest.fixture(scope="module")
def starter(engine: Engine) -> Deployment:
    return deploy(engine, "starter")


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
        "policies": {"allowedInstanceTypes": DEAR, "levels": dict.fromkeys(BROKEN_BY_EVERYTHING, "advisory")},
        "cost": {**EVERYTHING["cost"], "unpriced": {"p5.48xlarge": "AWS sells it by agreement"}},
    }
    return deploy(engine, "everything", EVERYTHING | accepted)


@pytest.fixture(scope="module", params=["starter", "staging", "prod", "kubeflow", "everything"])
def stack(request: pytest.FixtureRequest) -> Deployment:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def plan(stack: Deployment) -> Plan:
    return stack.plan


@pytest.fixture(scope="module", params=["staging", "prod", "kubeflow", "everything"])
def clustered(request: pytest.FixtureRequest) -> Deployment:
    return request.getfixturevalue(request.param)


def test_preview_passes_with_the_policy_pack_on(stack: Deployment) -> None:
    assert stack.preview.code == 0, stack.preview.printed
    assert "mlplatform@v" in stack.preview.printed
    assert "[mandatory]" not in stack.preview.printed


def test_up_deploys_everything_with_the_policy_pack_on(stack: Deployment) -> None:
    assert stack.up.code == 0, stack.up.printed
    assert "mlplatform@v" in stack.up.printed


def test_a_refused_resource_stops_the_deployment(stack: Deployment) -> None:
    assert stack.stopped.code != 0
    assert REFUSAL in stack.stopped.printed


def test_the_next_deployment_makes_the_rest_and_nothing_twice(stack: Deployment) -> None:
    assert {urn: times for urn, times in Counter(stack.created).items() if times > 1} == {}
    made = {each["urn"] for each in stack.resources if each["custom"] and not _is_provider(each)}
    assert {*stack.created} == made


def test_rules_find_the_same_in_deployment_and_plan(stack: Deployment, plan: Plan) -> None:
    assert found_by_engine(stack.up) == found_by_plan(plan)


def test_a_second_up_changes_nothing(stack: Deployment) -> None:
    assert stack.again.code == 0, stack.again.printed


def test_a_refresh_finds_no_difference(stack: Deployment) -> None:
    assert stack.refreshed.code == 0, stack.refreshed.printed


def test_an_up_fills_the_account(stack: Deployment) -> None:
    planned_types = Counter(each.type for each in stack.plan.resources if _of_region(each) or each.type == BUCKET)
    # AWS makes a security group with each VPC.
    made_with_vpc = Counter({SECURITY_GROUP: planned_types[VPC]})
    added = {kind: stack.filled[kind] - stack.before[kind] - made_with_vpc[kind] for kind in stack.filled}
    assert added == {kind: planned_types[kind] for kind in added}
    assert sum(added.values()) > 30


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


def test_eks_makes_only_the_control_plane_by_itself(clustered: Deployment) -> None:
    assert {each["type"] for each in clustered.resources if _out_of_sight(each)} <= {
        CONTROL_PLANE,
        "pulumi:providers:kubernetes",
    }
    [plane] = [each for each in clustered.resources if each["type"] == CONTROL_PLANE]
    [asked] = [each.inputs for each in clustered.plan.resources if each.type == CLUSTER]
    network = plane["inputs"]["vpcConfig"]
    assert network["endpointPublicAccess"] is asked["endpointPublicAccess"]
    assert network.get("publicAccessCidrs") == asked.get("publicAccessCidrs")
    assert network["endpointPrivateAccess"] is asked["endpointPrivateAccess"] is True
    assert network["subnetIds"] == asked["privateSubnetIds"]
    assert (plane["inputs"]["name"], plane["inputs"]["version"]) == (asked["name"], asked["version"])


def test_the_kubeconfig_is_secret_wherever_the_state_holds_it(clustered: Deployment) -> None:
    [root] = [each for each in clustered.resources if each["type"] == "pulumi:pulumi:Stack"]
    [cluster] = [each for each in clustered.resources if each["type"] == "mlplatform:index:GpuCluster"]
    [provider] = [each for each in clustered.resources if each["urn"].endswith("::gpu-cluster-kubernetes")]
    held = (root["outputs"]["kubeconfig"], cluster["outputs"]["kubeconfig"], provider["inputs"]["kubeconfig"])
    assert [masked(value) for value in held] == ["[secret]"] * 3


def test_another_program_reads_what_the_stack_exports(engine: Engine, stack: Deployment, tmp_path: Path) -> None:
    def outputs(run: Callable[..., Outcome], *options: str) -> dict[str, Any]:
        return json.loads(run("stack", "output", "--json", *options).printed)

    reader, platform = Program(engine, tmp_path, READER), partial(_of_stack, engine, stack.name)
    read = reader.up({"stack": f"organization/mlplatform/{stack.name}", "names": sorted(outputs(platform))})
    assert read.code == 0, read.printed
    assert outputs(reader.run) == outputs(platform)
    assert outputs(reader.run, "--show-secrets") == outputs(platform, "--show-secrets")


def test_raised_bounds_change_what_the_comparison_of_plans_says(engine: Engine, stack: Deployment) -> None:
    engine.configure(stack.name, **_changed(_sections(engine, stack.name)))
    after = planned(engine, stack.name)
    difference = compare(json.loads(stack.plan.json()), json.loads(after.json()))
    up = engine.run("up", "--yes", "--skip-preview", "--stack", stack.name)
    done = [(operation, urn) for operation, urn in engine.changes() if not _out_of_sight({"urn": urn})]
    assert up.code == 0, up.printed
    replaced = {each.resource.urn: each.resource.type for each in difference.replaced}
    assert {*replaced.values()} <= REPLACED_BY_BOUNDS
    removed = {each.urn: each.type for each in difference.removed}
    # More nodes have more alarms, in parts.
    assert {*removed.values()} <= {ALARM}
    # Stand-ins get no calls for components and providers.
    custom = {each.urn for each in after.resources if each.custom and not each.type.startswith(PROVIDER)}
    added = {each.urn for each in difference.added} & custom
    changed = ({each.resource.urn for each in difference.changed} & custom) - {*replaced}
    assert {urn for operation, urn in done if operation == "create"} == added | {*replaced}
    assert {urn for operation, urn in done if operation == "delete"} == {*replaced, *removed}
    assert {urn for operation, urn in done if operation == "update"} == changed
    assert len(changed) > 3
    assert _differing(engine, stack.name, changed) == {}
    again = engine.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", stack.name)
    assert again.code == 0, again.printed


def test_lowered_bounds_and_other_machines_leave_what_holds_data(engine: Engine, stack: Deployment) -> None:
    before = _sections(engine, stack.name)
    after = lowered(before)
    _with_other_machines(after)
    engine.configure(stack.name, **after)
    preview = engine.run("preview", "--json", "--stack", stack.name)
    engine.configure(stack.name, **before)
    assert preview.code == 0, preview.printed
    steps = json.loads(preview.printed[preview.printed.index("{") :])["steps"]
    done = {(each["op"], each["urn"].split("::")[2].rpartition("$")[2]) for each in steps}
    assert {kind for operation, kind in done if "replace" in operation or operation == "delete"} & {*HOLDS} == set()
    assert sum(each["op"] == "update" for each in steps) > 3


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
    # More than the first deployment made: a team has joined.
    sets = [each["urn"] for each in engine.resources(prod.name) if each["type"] == APPLICATION_SET]
    alone = engine.run("destroy", "--yes", "--stack", prod.name, *(f"--target={urn}" for urn in sets))
    assert alone.code != 0
    assert alone.printed.count("it is protected") >= len(sets) > 1
    # With them a refused destroy does not end: docs/destroy.md.
    engine.run("state", "unprotect", *sets, "--yes", "--stack", prod.name)
    refused = engine.run("destroy", "--yes", "--stack", prod.name)
    assert refused.code != 0
    assert "protected" in refused.printed
    assert engine.changes() == []
    _lift_protection(engine, prod.name)
    _destroy_from_the_inside_out(engine, prod, monkeypatch)


def test_a_starter_is_destroyed_with_its_disk_once_its_protection_is_lifted(
    engine: Engine, starter: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = engine.run("destroy", "--yes", "--stack", starter.name)
    assert refused.code != 0
    assert "protected" in refused.printed
    _lift_protection(engine, starter.name)
    _destroy_from_the_inside_out(engine, starter, monkeypatch)


def test_the_network_is_deployed_alone_and_stays_as_it_is(engine: Engine) -> None:
    engine.init("first", like="staging")
    assert network_config.main(["first", "--root", str(engine.project)]) == 0
    config = ("--stack", "first", "--config-file", "build/first/network.yaml")
    deployed = engine.run("up", "--yes", "--skip-preview", *config, "--policy-pack", "policies")
    assert deployed.code == 0, deployed.printed
    outputs = json.loads(engine.run("stack", "output", "--json", "--stack", "first").printed)
    assert set(outputs) == {"region", "vpcId", "privateSubnetIds", "isolatedSubnetIds"}
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


def _lift_protection(engine: Engine, stack: str) -> None:
    config = parse_config(read_stack_file(engine.project, stack).config)
    engine.configure(stack, **_without_protection(config))
    engine.changes()
    lifted = engine.run("up", "--yes", "--skip-preview", "--stack", stack)
    assert lifted.code == 0, lifted.printed
    assert {operation for operation, _ in engine.changes()} == {"update"}


def _destroy_from_the_inside_out(engine: Engine, deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Destroy a stack that nothing protects: nothing stays but what is meant to, and what lies inside goes first."""
    plan, account = planned(engine, deployed.name), engine.accounts.of(deployed.name)
    made = {each["urn"] for each in engine.resources(deployed.name) if each["custom"] and not _is_provider(each)}
    engine.changes()
    destroyed = engine.run("destroy", "--yes", "--skip-preview", "--stack", deployed.name)
    deleted = [urn for operation, urn in engine.changes() if operation == "delete"]
    assert destroyed.code == 0, destroyed.printed
    assert engine.resources(deployed.name) == []
    kept = {each.urn: each for each in plan.resources if each.retain_on_delete}
    # A snapshot outlasts its stack, and so does the key that decrypts it. Other stacks use a tag of costs too.
    assert {each.type for each in kept.values()} <= {SNAPSHOT, KEY, COST_TAG}
    assert sorted([*deleted, *kept]) == sorted(made)
    kept_here = Counter(each.type for each in kept.values() if _of_region(each) and each.type == KEY)
    assert account.counts(REGION) == deployed.before + kept_here
    shells = [_span(deleted, urns) for urns in _shells(deployed) if urns]
    assert all(before[1] < after[0] for before, after in pairwise(shells))
    monkeypatch.setattr(order, "Graph", partial(TakenDown, deleted))
    assert [fault for check in order.TURNS for fault in check(plan.resources)] == []


def _differing(engine: Engine, stack: str, updated: set[str]) -> dict[str, dict[str, Any]]:
    """By URN, where what the account says of an updated resource isn't what its deployed inputs are."""
    account = engine.accounts.of(stack)
    found = {
        each["urn"]: differences(
            account.call,
            REGION,
            Resource(
                urn=each["urn"],
                type=each["type"],
                name=each["urn"].rpartition("::")[2],
                inputs=masked(each["inputs"]),
                outputs={**masked(each["outputs"]), "id": each["id"]},
            ),
        )
        for each in engine.resources(stack)
        if each["urn"] in updated and each["type"] in DESCRIBED
    }
    assert found
    return {urn: each for urn, each in found.items() if each}


def _changed(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Larger bounds, another owner, a bigger disk in each managed pool, and one more team."""
    changed = raised(sections)
    changed["environment"]["owner"] = "another-team"
    for pool in changed.get("gpuCluster", {}).get("nodePools", []):
        pool["diskGib"] = 300
    if "delivery" in changed:
        changed["delivery"]["teams"].append({"name": "vision-two", "groups": ["platform"]})
    return changed


def _sections(engine: Engine, stack: str) -> dict[str, Any]:
    config = read_stack_file(engine.project, stack).config
    return {key.partition(":")[2]: json.loads(value) for key, value in config.items()}


def _with_other_machines(sections: dict[str, Any]) -> None:
    """Other machines for the pools of the platform's own pods and for the database."""
    for pool in sections.get("gpuCluster", {}).get("nodePools", []):
        if pool["instanceTypes"] == ["m7i.xlarge"]:
            pool["instanceTypes"] = ["m7i.2xlarge"]
    if "featureStore" in sections:
        sections["featureStore"]["database"]["instanceClass"] = "db.m7g.xlarge"


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


def _of_stack(engine: Engine, stack: str, *arguments: str) -> Outcome:
    return engine.run(*arguments, "--stack", stack)


def _is_provider(resource: Mapping[str, Any]) -> bool:
    return resource["type"].startswith(PROVIDER)


def _of_region(resource: Resource) -> bool:
    return resource.inputs.get("region", REGION) == REGION


def _made_by_the_engine(resource: Mapping[str, Any]) -> bool:
    """Default providers, which the plan knows nothing of."""
    return _is_provider(resource) and "::default" in resource["urn"]


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
    provider = _is_provider(resource)
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
    """What lies around what, from the inside out. A starter has no cluster."""
    inside = [deployment.of_type(kind) for kind in (RELEASE, NODE_GROUP, CONTROL_PLANE)]
    return [*inside, [urn for urn in deployment.created if WAY_OUT.search(urn)], deployment.of_type(VPC)]


def _span(order: list[str], urns: list[str]) -> tuple[int, int]:
    places = [order.index(urn) for urn in urns]
    return min(places), max(places)
