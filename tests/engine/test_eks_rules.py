"""The stand-in sees the faults that node groups are held against under the engine; it needs no Pulumi CLI."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.eks_rules import ACCESS_ENTRY, CLUSTER, NODE_GROUP, EksRules, RefusedError

GROUP: dict[str, Any] = {
    "clusterName": "ml",
    "nodeRoleArn": "arn:aws:iam::111122223333:role/nodes",
    "amiType": "AL2023_x86_64_STANDARD",
    "version": "1.36",
    "releaseVersion": "1.36.3-20260903",
    "launchTemplate": {"id": "lt-1", "version": "1"},
    "scalingConfig": {"minSize": 2, "desiredSize": 2, "maxSize": 6},
}
DESIRED = ["scalingConfig.desiredSize"]


@pytest.fixture
def eks(tmp_path: Path) -> EksRules:
    rules = EksRules(tmp_path / "eks.json")
    rules.create(CLUSTER, "ml", {"name": "ml", "version": "1.36"})
    rules.create(NODE_GROUP, "pool", GROUP)
    return rules


def change(eks: EksRules, ignored: list[str], **given: Any) -> dict[str, Any]:
    return eks.update(NODE_GROUP, "pool", GROUP, {**GROUP, **given}, ignored)


def test_a_minimum_above_an_ignored_size_is_refused(eks: EksRules) -> None:
    with pytest.raises(RefusedError, match="Minimum capacity 4 can't be greater than desired size 2"):
        change(eks, DESIRED, scalingConfig={"minSize": 4, "desiredSize": 4, "maxSize": 6})
    assert eks.group("ml/pool")["minSize"] == 2


def test_a_stale_size_ends_nodes(eks: EksRules) -> None:
    eks.scale("ml/pool", 5)
    change(eks, DESIRED, scalingConfig={"minSize": 2, "desiredSize": 2, "maxSize": 9})
    assert (eks.group("ml/pool")["desiredSize"], eks.group("ml/pool")["ended"]) == (2, 3)


def test_a_size_that_is_left_alone_ends_none(eks: EksRules) -> None:
    eks.scale("ml/pool", 5)
    change(eks, DESIRED, labels={"team": "vision"})
    assert (eks.group("ml/pool")["desiredSize"], eks.group("ml/pool")["ended"]) == (5, 0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"releaseVersion": "1.36.2-20260818"}, "You cannot roll back a node group"),
        ({"version": "1.37", "releaseVersion": "1.37.1-20261023"}, "1.37 can't be newer than the cluster's, 1.36"),
        ({"scalingConfig": {"minSize": 2, "desiredSize": 7, "maxSize": 6}}, "can't be greater than max size 6"),
    ],
)
def test_what_eks_refuses_is_refused(eks: EksRules, given: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        change(eks, [], **given)


def test_a_launch_template_alone_moves_the_image_on(eks: EksRules) -> None:
    moved = change(eks, [], launchTemplate={"id": "lt-1", "version": "2"})
    assert moved["releaseVersion"] > GROUP["releaseVersion"]


@pytest.mark.parametrize("version", ["1.38", "1.35"])
def test_a_cluster_is_raised_by_one_minor_at_a_time(eks: EksRules, version: str) -> None:
    with pytest.raises(RefusedError, match=f"Unsupported Kubernetes minor version update from 1.36 to {version}"):
        eks.update(CLUSTER, "ml", {}, {"name": "ml", "version": version}, [])


def test_the_role_of_managed_nodes_takes_no_second_entry(eks: EksRules) -> None:
    with pytest.raises(RefusedError, match="already in use on this cluster"):
        eks.create(ACCESS_ENTRY, "again", {"clusterName": "ml", "principalArn": GROUP["nodeRoleArn"]})
