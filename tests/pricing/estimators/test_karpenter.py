"""Karpenter pools are priced by the share of their limits that is used, at the cheapest listed type that fits."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import node_class, node_pool, resource

CAPACITY = "karpenter.sh/capacity-type"
FAMILY = "karpenter.k8s.aws/instance-family"
TYPE = "node.kubernetes.io/instance-type"
SPOT_FIRST = {CAPACITY: ["spot", "on-demand"], FAMILY: ["g4dn", "g5"]}


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate(resources, region="us-east-1", usage=Usage(**usage))


def instances(result: Estimate) -> list[tuple[str, float]]:
    return [(line.what, line.monthly) for line in result.lines if line.unit == "instance-hour"]


def test_spot_comes_first_and_half_of_the_limit_is_used() -> None:
    # 8 GPUs admit 8 g4dn.xlarge of one GPU; half is 4; x 730 x 0.18936 = 552.9312. Their disks 4 x 100 x 0.08 = 32.
    pool = node_pool(SPOT_FIRST, {"nvidia.com/gpu": 8.0})
    result = priced(pool, node_class({"volumeSize": "100Gi", "volumeType": "gp3"}))
    assert instances(result) == [
        ("4 x g4dn.xlarge spot by Karpenter (50% of its limit of 8, cheapest type that fits)", 552.9312)
    ]
    assert result.monthly == pytest.approx(552.9312 + 32)
    assert result.unpriced == ()


def test_on_demand_where_spot_is_not_asked_for() -> None:
    # 2 of 4 nodes x 730 x 0.526 = 767.96
    pool = node_pool({CAPACITY: ["on-demand"], FAMILY: ["g4dn"]}, {"nvidia.com/gpu": "4"})
    assert instances(priced(pool))[0][1] == 767.96


def test_the_scarcest_limit_decides() -> None:
    # 16 processors admit 4 g4dn.xlarge, 32 GiB only 2; half is 1: 730 x 0.18936 = 138.2328
    pool = node_pool({**SPOT_FIRST, TYPE: ["g4dn.xlarge"]}, {"cpu": "16", "memory": "32Gi"})
    assert instances(priced(pool))[0][1] == 138.2328


def test_average_nodes_replace_the_share_of_the_limit() -> None:
    # 3 x 730 x 0.18936 = 414.6984
    pool = node_pool(SPOT_FIRST, {"nvidia.com/gpu": 8.0}, name="batch")
    assert instances(priced(pool, average_nodes={"batch": 3}))[0][1] == 414.6984


def test_average_nodes_above_the_limit_are_refused() -> None:
    pool = node_pool(SPOT_FIRST, {"nvidia.com/gpu": 8.0}, name="batch")
    (fault,) = priced(pool, average_nodes={"batch": 9}).faults
    assert fault.startswith("usage.averageNodes.batch = 9: the pool's maximum allows 8 nodes on average")
    assert priced(pool, average_nodes={"batch": 8}).faults == ()


def test_average_nodes_of_a_pool_without_a_price_are_known() -> None:
    pool = node_pool({TYPE: ["u7i-12tb.224xlarge"]}, {"cpu": "2000"}, name="batch")
    assert priced(pool, average_nodes={"batch": 1}).faults == ()


def test_requirements_rule_types_out() -> None:
    needs = [
        {"key": "karpenter.k8s.aws/instance-gpu-name", "operator": "In", "values": ["l4"]},
        {"key": "karpenter.k8s.aws/instance-cpu", "operator": "Gt", "values": ["15"]},
        {"key": "karpenter.k8s.aws/instance-size", "operator": "NotIn", "values": ["metal"]},
        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1a"]},
    ]
    spec = {"limits": {"nvidia.com/gpu": 4.0}, "template": {"spec": {"requirements": needs}}}
    pool = resource("kubernetes:karpenter.sh/v1:NodePool", spec=spec)
    assert "g6.4xlarge on demand" in instances(priced(pool))[0][0]


def test_a_pool_that_excludes_spot_is_on_demand() -> None:
    needs = [{"key": CAPACITY, "operator": "NotIn", "values": ["spot"]}]
    spec = {"limits": {"nvidia.com/gpu": 2.0}, "template": {"spec": {"requirements": needs}}}
    assert "on demand" in instances(priced(resource("kubernetes:karpenter.sh/v1:NodePool", spec=spec)))[0][0]


def test_on_demand_pool_gets_no_spot_advice() -> None:
    pool = node_pool({CAPACITY: ["on-demand"], FAMILY: ["g4dn"]}, {"nvidia.com/gpu": 8.0})
    assert priced(pool).savings == ()


def test_reserved_capacity_is_priced_on_demand() -> None:
    # 2 of 4 nodes x 730 x 0.526 = 767.96, whether pods use them or not.
    pool = node_pool({CAPACITY: ["reserved", "spot", "on-demand"], FAMILY: ["g4dn"]}, {"nvidia.com/gpu": "4"})
    assert instances(priced(pool)) == [
        ("2 x g4dn.xlarge on demand by Karpenter (50% of its limit of 4, cheapest type that fits)", 767.96)
    ]


def test_a_capacity_block_has_no_price_here() -> None:
    needs = {CAPACITY: ["reserved"], "karpenter.k8s.aws/capacity-reservation-type": ["capacity-block"]}
    result = priced(node_pool({**needs, TYPE: ["p5.48xlarge"]}, {"nvidia.com/gpu": "8"}))
    assert instances(result) == []
    assert len(result.unpriced) == 1


def test_a_karpenter_pool_without_usage_says_what_its_limit_costs() -> None:
    # 8 x 730 x 0.18936 = 1,105.8624
    pool = node_pool(SPOT_FIRST, {"nvidia.com/gpu": 8.0})
    result = priced(pool, karpenter_limit_share=0)
    assert instances(result) == [
        ("priced at 0: usage states no nodes; its limit of 8 x g4dn.xlarge costs 1,105.86 a month", 0)
    ]
    assert result.monthly == 0
