"""A real API server accepts every object that the platform creates. Skipped where there is none on PATH."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from components.kubeflow.waves import WAVES
from tests.support.cluster.server import Cluster, Manifest, namespaces
from tests.support.components.models import CACHE, CANARY, FLOOR, ON_DEMAND, objects
from tests.support.deploy.overlays import delivered, without_kustomize
from tests.support.planner.plans import STACKS, plan_of

RELEASE = "kubernetes:helm.sh/v3:Release"


def of_stack(stack: str) -> dict[str, Any]:
    """The Kubernetes objects that a stack registers itself, by name; charts bring more."""
    found = [each for each in plan_of(stack) if each.type.startswith("kubernetes:") and each.type != RELEASE]
    return {each.name: dict(each.inputs) for each in found}


def refusals(cluster: Cluster, manifests: list[Manifest]) -> list[str]:
    if places := namespaces(manifests):
        cluster.create(places)
    return cluster.refusals(manifests)


@pytest.mark.parametrize("stack", STACKS)
def test_the_api_server_accepts_every_object_of_a_stack(cluster: Cluster, stack: str) -> None:
    assert refusals(cluster, [*of_stack(stack).values()]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"canary": CANARY, "schedules": [FLOOR], "gpuShare": {"mode": "mps", "pods": 4}, "monitoring": True},
        {"canary": CANARY, "cache": CACHE, "gpus": 1},
        {"gpus": 8, "egress": [{"cidr": "10.0.0.0/8", "port": 6379}]},
        {**ON_DEMAND, "canary": CANARY, "cache": CACHE, "gpus": 1, "monitoring": True},
    ],
    ids=["shared-gpu", "cache", "egress", "scale-to-zero"],
)
def test_the_api_server_accepts_every_object_of_a_model(cluster: Cluster, changes: dict[str, Any]) -> None:
    assert refusals(cluster, [*objects(**changes).values()]) == []


@without_kustomize
def test_the_api_server_accepts_what_kubeflows_overlays_deliver(cluster: Cluster) -> None:
    made = [each for wave in WAVES for each in delivered(wave.name)]
    # The server has the published definitions already.
    assert refusals(cluster, [each for each in made if each["kind"] != "CustomResourceDefinition"]) == []


def set_at(*path: Any, to: object) -> Callable[[dict[str, Any]], None]:
    """A fault: the field at `path` is `to`."""

    def change(manifest: dict[str, Any]) -> None:
        found: Any = manifest
        for part in path[:-1]:
            found = found[part]
        found[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        # An unknown field, in a custom resource and in a built-in one.
        ("gpu-cluster-karpenter-burst-pool", set_at("spec", "limit", to={}), r'spec\.limit|"limit"'),
        ("gpu-cluster-serving-default-deny", set_at("spec", "policyType", to=[]), r'spec\.policyType|"policyType"'),
        # What only a CEL rule of the definition refuses: an AMI by alias and by id at once.
        (
            "gpu-cluster-karpenter-burst-class",
            set_at("spec", "amiSelectorTerms", to=[{"alias": "al2023@latest", "id": "ami-1"}]),
            r"failed rule: !self\.exists\(x, has\(x\.alias\) && \(has\(x\.id",
        ),
        # What only the server's own validation refuses.
        ("gpu-cluster-serving-default-deny", set_at("spec", "policyTypes", to=["Inbound"]), "Unsupported value"),
    ],
)
def test_a_broken_object_is_refused(cluster: Cluster, name: str, fault: Any, told: str) -> None:
    manifest = deepcopy(of_stack("everything")[name])
    fault(manifest)
    found = refusals(cluster, [manifest])
    assert any(re.search(told, each) for each in found), found
