"""Groups of nodes that keep models, on the pools of a cluster."""

from typing import Any

import pytest

from components.cluster.node_pool.spec import NodePoolSpec
from components.core.spec import parse
from components.serving.serving_platform.cache_spec import CacheGroupSpec, separate, unfit


def pool(**changes: Any) -> NodePoolSpec:
    wanted = {"name": "inference", "instanceTypes": ["g5.xlarge"], "minimum": 2, "maximum": 4, "diskGib": 200}
    return parse(NodePoolSpec, {**wanted, **changes}, "pool")


def group(**changes: Any) -> CacheGroupSpec:
    return parse(CacheGroupSpec, {"name": "inference", "storageGib": 100, **changes}, "group")


@pytest.mark.parametrize(
    ("groups", "pools", "told"),
    [
        ([group()], [pool()], None),
        ([group(name="large", pools=["inference"])], [pool()], None),
        (
            [group()],
            [pool(taints=[{"key": "team", "effect": "PREFER_NO_SCHEDULE"}])],
            None,
        ),
        ([group(storageGib=101)], [pool()], "storageGib = 101 is more than half of diskGib = 200 of pool inference"),
        ([group(name="burst")], [pool()], "pool burst is none of gpuCluster.nodePools, which are inference"),
        ([group()], [pool(amiFamily="bottlerocket")], "pool inference has amiFamily bottlerocket"),
        (
            [group()],
            [pool(taints=[{"key": "team", "effect": "NO_SCHEDULE"}])],
            "pool inference has the taint team, which neither models nor downloads tolerate",
        ),
        ([group()], [pool(instanceTypes=["inf2.xlarge"])], "pool inference has the taint aws.amazon.com/neuron"),
    ],
)
def test_a_group_must_fit_its_pools(groups: list[CacheGroupSpec], pools: list[NodePoolSpec], told: str | None) -> None:
    found = unfit(groups, pools)
    assert found is None if told is None else told in str(found)


CPU = {"name": "steady", "instanceTypes": ["m7i.xlarge"]}


@pytest.mark.parametrize(
    ("where", "on_gpu", "told"),
    [
        ("inference", True, None),
        ("steady", False, None),
        ("both", True, None),
        ("both", False, None),
        ("steady", True, "model fraud asks for a GPU, which no pool of its cache.group = steady has"),
        ("inference", False, "model fraud asks for no GPU, and each pool of its cache.group = inference has"),
    ],
)
def test_a_kept_model_runs_on_its_groups_nodes(where: str, on_gpu: bool, told: str | None) -> None:
    pools = [pool(), pool(**CPU)]
    groups = [group(), group(name="steady"), group(name="both", pools=["inference", "steady"])]
    found = unfit(groups, pools, [("fraud", where, on_gpu)])
    assert found is None if told is None else told in str(found)


def test_groups_that_share_nothing_stay_as_they_are() -> None:
    groups = (group(), group(name="steady"))
    assert separate(groups) == groups
