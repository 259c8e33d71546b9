"""Commitments for what always runs, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from pricing.estimate import estimate
from pricing.lines import Commitment
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import component, node_group, resource, schedule


def committed(*resources: Resource, **usage: Any) -> tuple[Commitment, ...]:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage)).commitments


def test_base_of_a_pool_is_committed_and_its_burst_is_not() -> None:
    # 20 x 0.331 = 6.62 an hour: 4,832.60 instead of 20 x 730 x 0.526 = 7,679.60. 0.331 / 0.526 = 62.93%, 7.6 months.
    group = node_group()
    [found] = committed(group, schedule(group, "0 8 * * *", 30.0, "day"), schedule(group, "0 22 * * *", 20.0, "night"))
    assert found.what == "EC2 Instance Savings Plan for g4dn"
    assert found.covers == ("20 x g4dn.xlarge of ml",)
    assert (found.hourly, found.on_demand, found.committed, found.saving) == (6.62, 7_679.60, 4_832.60, 2_847.00)
    assert (found.break_even_share, found.break_even_months) == (0.6293, 7.6)


def test_sizes_of_a_family_share_a_savings_plan() -> None:
    # 3 x 0.13335 + 2 x 0.06668 = 0.53341 an hour; on demand 3 x 0.2016 + 2 x 0.1008 = 0.8064: 66.15%, 7.9 months.
    large = node_group(("m7i.large",), least=2.0, wanted=2.0, most=2.0, name="ml-general")
    xlarge = node_group(("m7i.xlarge",), least=3.0, wanted=3.0, most=3.0, name="ml-system")
    [found] = committed(large, xlarge)
    assert found.what == "EC2 Instance Savings Plan for m7i"
    assert found.covers == ("2 x m7i.large of ml", "3 x m7i.xlarge of ml")
    assert found.on_demand == pytest.approx(0.8064 * 730, abs=0.01)
    assert found.committed == pytest.approx(found.hourly * 730, abs=0.01)
    assert found.hourly == pytest.approx(0.53341, abs=1e-4)
    assert found.break_even_months == 7.9


def test_families_are_committed_apart_the_largest_saving_first() -> None:
    small = node_group(("m7i.large",), least=2.0, wanted=2.0, most=2.0, name="ml-general")
    assert [each.what for each in committed(small, node_group())] == [
        "EC2 Instance Savings Plan for g4dn",
        "EC2 Instance Savings Plan for m7i",
    ]


def test_caches_and_databases_are_reserved_by_their_type() -> None:
    cache = resource(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "online",
        nodeType="cache.r6g.large",
        engine="valkey",
        numNodeGroups=13.0,
        replicasPerNodeGroup=1.0,
    )
    [found] = committed(cache)
    # 26 x 730 x 0.1648 = 3,127.90; a commitment costs 26 x 730 x 0.1128 = 2,140.94: 68.45%, 8.2 months.
    assert found.what == "reserved cache.r6g.large for Valkey"
    assert (found.on_demand, found.committed) == (3_127.90, 2_140.94)
    assert (found.break_even_share, found.break_even_months) == (0.6845, 8.2)


@pytest.mark.parametrize(
    "pool",
    [
        node_group(capacity="SPOT"),
        node_group(least=0.0, wanted=0.0, most=5.0),
        # p4d.24xlarge has no one-year price in the table.
        node_group(("p4d.24xlarge",), least=1.0, wanted=1.0, most=1.0),
    ],
)
def test_nothing_is_committed_that_may_stop_or_has_no_price(pool: Resource) -> None:
    assert committed(pool) == ()


def test_part_of_a_node_is_not_committed() -> None:
    [found] = committed(node_group(least=2.0, wanted=10.0, most=10.0), average_nodes={"serving": 5.5})
    assert found.covers == ("2 x g4dn.xlarge of ml",)
