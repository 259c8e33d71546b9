"""The admission rules of the stacks, as a real API server judges by them. Skipped where there is none on PATH."""

from copy import deepcopy
from typing import Any

import pytest

from resources.resource import Resource
from stacks.image_admission import IMAGE_POLICY
from tests.support.cluster.jobs import RESTRICTED
from tests.support.cluster.server import Cluster
from tests.support.planner.plans import CLUSTERED, of_type, plan_of

ADMISSION = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
TEAM, PLATFORM = "risk", "kube-system"
GPU = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
SYSTEM = {"key": "CriticalAddonsOnly", "operator": "Exists"}
SYSTEM_ONCE = {**SYSTEM, "effect": "NoExecute"}


def pod(namespace: str, name: str = "model", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**deepcopy(RESTRICTED), **spec}}


@pytest.fixture(scope="module")
def guarded(cluster: Cluster) -> Cluster:
    """The cluster with the namespaces and admission rules of prod."""
    made = of_type(plan_of("prod"), "kubernetes:core/v1:Namespace", ADMISSION, f"{ADMISSION}Binding")
    # These would judge the objects of other tests, too.
    elsewhere = ("admission-object", "admission-route", "admission-team-", f"admission-{IMAGE_POLICY}")
    cluster.create(dict(each.inputs) for each in made if not each.name.startswith(elsewhere))
    tolerant = pod(TEAM, tolerations=[SYSTEM])
    cluster.wait_until(lambda: any("a pod of a team" in told for told in cluster.refusals([tolerant])))
    return cluster


@pytest.mark.parametrize("stack", CLUSTERED)
def test_every_admission_rule_of_a_stack_is_tested_here(stack: str) -> None:
    """A new one needs its own cases below. Others test jobs, pods, other objects, routes and images."""
    rules = {each.inputs["metadata"]["name"]: each.inputs for each in rules_beside_jobs(stack)}
    [known] = [each.inputs for each in rules_beside_jobs("prod") if each.inputs["metadata"]["name"] == "team-pods"]
    assert rules.pop("team-pods") == known
    of_teams = {"team-routes", "team-gateways", "team-walls"}
    optional = {"object-advice", "route-owners", IMAGE_POLICY, "signed-others-audit"}
    assert {*rules} - optional == {"pod-rules", "pod-advice", "object-rules", *of_teams}


def rules_beside_jobs(stack: str) -> list[Resource]:
    return [each for each in of_type(plan_of(stack), ADMISSION) if "ClusterJobs" not in each.urn]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"tolerations": [GPU]},
        {"tolerations": [GPU, {"key": "team", "operator": "Equal", "value": "vision", "effect": "NoSchedule"}]},
        {"nodeSelector": {"mlplatform.io/pool": "general"}},
    ],
)
def test_a_teams_pod_that_keeps_off_the_system_pool_is_admitted(guarded: Cluster, spec: dict[str, Any]) -> None:
    assert guarded.refusals([pod(TEAM, **spec)]) == []


@pytest.mark.parametrize(
    "toleration",
    [
        SYSTEM,
        {**SYSTEM, "effect": "NoSchedule"},
        {"key": "CriticalAddonsOnly", "operator": "Equal", "value": "true", "effect": "NoExecute"},
        {"key": "CriticalAddonsOnly"},
        {"operator": "Exists"},
        {"key": "", "operator": "Exists", "effect": "NoSchedule"},
    ],
)
def test_a_teams_pod_that_tolerates_the_system_pool_is_refused(guarded: Cluster, toleration: dict[str, Any]) -> None:
    [refusal] = guarded.refusals([pod(TEAM, tolerations=[GPU, toleration])])
    assert "a pod of a team tolerates neither CriticalAddonsOnly nor every taint" in refusal


def test_a_teams_pod_that_names_its_node_is_refused(guarded: Cluster) -> None:
    [refusal] = guarded.refusals([pod(TEAM, nodeName="system-1")])
    assert "a pod of a team names no node" in refusal


@pytest.mark.parametrize(
    "spec", [{"tolerations": [SYSTEM]}, {"tolerations": [{"operator": "Exists"}]}, {"nodeName": "n"}]
)
def test_the_platforms_pod_may_run_on_the_system_pool(guarded: Cluster, spec: dict[str, Any]) -> None:
    assert guarded.refusals([pod(PLATFORM, **spec)]) == []


def test_a_toleration_that_is_added_to_a_teams_pod_is_refused(guarded: Cluster) -> None:
    guarded.create([pod(TEAM, "running")])
    [refusal] = guarded.refusals([pod(TEAM, "running", tolerations=[SYSTEM])])
    assert "a pod of a team tolerates neither" in refusal


def test_a_pod_that_is_older_than_the_rule_can_be_updated(guarded: Cluster) -> None:
    namespace: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "adopted"}}
    older = pod("adopted", "older", tolerations=[SYSTEM, {"operator": "Exists"}])
    guarded.create([namespace])
    guarded.create([older])
    labelled = {**namespace, "metadata": {"name": "adopted", "labels": {"mlplatform.io/team": "true"}}}
    guarded.create([labelled])
    tolerant = pod("adopted", tolerations=[SYSTEM])
    guarded.wait_until(lambda: any("a pod of a team" in told for told in guarded.refusals([tolerant])))
    assert guarded.refusals([{**older, "metadata": {**older["metadata"], "labels": {"ready": "true"}}}]) == []
    [refusal] = guarded.refusals([pod("adopted", "older", tolerations=[SYSTEM, {"operator": "Exists"}, SYSTEM_ONCE])])
    assert "a pod of a team tolerates neither" in refusal


def test_a_teams_pod_on_its_node_can_be_updated(guarded: Cluster) -> None:
    """The scheduler has named its node by then."""
    guarded.create([pod(TEAM, "scheduled")])
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": "scheduled", "namespace": TEAM},
        "target": {"apiVersion": "v1", "kind": "Node", "name": "general-1"},
    }
    bound = guarded.kubectl("create", "-f", "-", objects=[binding])
    assert bound.returncode == 0, bound.stderr
    labelled = guarded.kubectl("label", "pod", "scheduled", "ready=true", f"--namespace={TEAM}")
    assert labelled.returncode == 0, labelled.stderr
