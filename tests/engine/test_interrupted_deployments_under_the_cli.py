"""A deployment that AWS stops midway, and the next ones, which finish it.

Skipped where there is no Pulumi CLI on PATH.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from planner.plan import Plan
from tests.support.engine.deployment import planned
from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.standin import REFUSAL, UNREADY
from tests.support.stacks.configs import SECTIONS, SYSTEM

NAME = "interrupted"
SETTINGS: dict[str, Any] = {
    **SECTIONS,
    "gpuCluster": {
        "clusterName": NAME,
        "deletionProtection": False,
        "nodePools": [SYSTEM],
        "karpenter": {"pools": [{"name": "burst", "instanceTypes": ["m7i.large"], "maximumVcpus": 8}]},
    },
}
NETWORK, NODES, RELEASE = "network-vpc", "gpu-cluster-system-nodes", "gpu-cluster-karpenter-controller"


@dataclass(frozen=True)
class Life:
    """What became of a stack whose deployment was stopped three times."""

    stopped: Sequence[Outcome]
    healed: Outcome
    again: Outcome
    changes: Sequence[Sequence[tuple[str, str]]]
    """What each of the first four deployments did."""
    registered: frozenset[str]
    plan: Plan
    destroyed: Outcome
    left: Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def life(engine: Engine) -> Life:
    engine.init(NAME, None, **SETTINGS)
    engine.changes()
    stopped: list[Outcome] = []
    changes: list[list[tuple[str, str]]] = []

    def up(*options: str) -> Outcome:
        outcome = engine.run("up", "--yes", "--skip-preview", "--stack", NAME, *options)
        changes.append(engine.changes())
        return outcome

    for faults in ({"refused": [NETWORK]}, {"refused": [NODES]}, {"unready": [RELEASE]}):
        engine.spoil(**faults)
        stopped.append(up())
    engine.spoil()
    healed, again = up(), up("--expect-no-changes")
    registered = frozenset(each["urn"] for each in engine.resources(NAME))
    plan = planned(engine, NAME)
    destroyed = engine.run("destroy", "--yes", "--skip-preview", "--stack", NAME)
    return Life(stopped, healed, again, changes, registered, plan, destroyed, engine.resources(NAME))


def names(changes: Sequence[tuple[str, str]], operation: str) -> list[str]:
    return [urn.rpartition("::")[2] for done, urn in changes if done == operation]


def test_each_fault_stops_the_deployment_and_is_told(life: Life) -> None:
    assert [each.code == 0 for each in life.stopped] == [False] * 3
    told = [REFUSAL, REFUSAL, UNREADY]
    assert [reason in each.printed for reason, each in zip(told, life.stopped, strict=True)] == [True] * 3


def test_nothing_is_made_that_needs_what_was_refused(life: Life) -> None:
    without_network, without_nodes, _, _, _ = (names(each, "create") for each in life.changes)
    assert not [each for each in without_network if "subnet" in each or each.startswith("gpu-cluster-eks")]
    assert NETWORK in without_nodes
    assert "gpu-cluster-eks-eksCluster" in without_nodes
    assert RELEASE not in without_nodes


def test_the_next_deployment_makes_the_rest_and_nothing_twice(life: Life) -> None:
    assert life.healed.code == 0, life.healed.printed
    assert life.again.code == 0, life.again.printed
    made = Counter(urn for each in life.changes for operation, urn in each if operation == "create")
    assert {urn for urn, times in made.items() if times > 1} == set()
    assert {each.urn for each in life.plan.resources} <= life.registered


def test_nothing_that_was_made_is_replaced_or_deleted(life: Life) -> None:
    assert [names(each, "delete") for each in life.changes] == [[]] * 5
    # What was not ready is sent again, and nothing else.
    assert [names(each, "update") for each in life.changes] == [[], [], [], [RELEASE], []]


def test_a_healed_stack_is_destroyed_to_nothing(life: Life) -> None:
    assert life.destroyed.code == 0, life.destroyed.printed
    assert life.left == []
