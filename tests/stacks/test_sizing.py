"""The cheapest layout of a cache by the price table: never too small, never dearer than another that fits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.data.cache.sizing import Layout, layouts
from components.data.cache.spec import CacheEngine, CacheSpec
from components.facts.cache_nodes import NODES
from pricing.table import PriceTable, load_table
from stacks.sizing import cheapest, choose, layout_args

REGION = "us-east-1"
PRODUCTS = {CacheEngine.VALKEY: "Valkey", CacheEngine.REDIS: "Redis"}


def spec(**fields: Any) -> CacheSpec:
    given = {"cacheName": "store", "gigabytes": 500, "users": [{"name": "feast", "access": "write"}], **fields}
    return CacheSpec.model_validate(given)


def cost(layout: Layout, replicas: int, table: PriceTable, engine: CacheEngine) -> float:
    hourly = table.price("elasticache", f"{layout.node_type} ({PRODUCTS[engine]})").on_demand
    return layout.shards * (1 + replicas) * hourly * 730


@given(
    st.integers(1, 20_000),
    st.floats(0, 0.5),
    st.booleans(),
    st.integers(0, 5),
    st.sampled_from(CacheEngine),
    st.sampled_from([REGION, "us-west-2", "eu-west-1", "eu-central-1"]),
)
def test_layout_fits_and_no_fitting_one_is_cheaper(
    gigabytes: int, headroom: float, tiering: bool, replicas: int, engine: CacheEngine, region: str
) -> None:
    table = load_table(region)
    candidates = layouts(gigabytes, headroom, tiering, replicas)
    if not candidates:
        return
    choice = cheapest(candidates, replicas, table, engine)
    node = NODES[choice.layout.node_type]
    assert choice.layout.shards * (0.75 * node.memory + node.ssd) * (1 - headroom) >= gigabytes - 1e-4
    assert choice.monthly == pytest.approx(cost(choice.layout, replicas, table, engine), abs=1e-3)
    least = min(cost(other, replicas, table, engine) for other in candidates)
    assert choice.monthly == pytest.approx(least, abs=1e-3)


@pytest.mark.parametrize(
    ("fields", "node_type", "shards", "monthly"),
    [
        # 625 GB are wanted for 500 with a fifth free. In memory: 2 x 2 nodes x 5.2536 x 730 = 15,340.512.
        ({}, "cache.r6g.16xlarge", 2, 15_340.512),
        # 2 x 2 x 6.567 x 730 = 19,175.64.
        ({"engine": "redis"}, "cache.r6g.16xlarge", 2, 19_175.64),
        # On SSD: 3 shards of 238.685 GB; 3 x 2 x 1.248 x 730 = 5,466.24.
        ({"dataTiering": True}, "cache.r6gd.2xlarge", 3, 5_466.24),
        # 3 x 2 x 1.56 x 730 = 6,832.80.
        ({"dataTiering": True, "engine": "redis"}, "cache.r6gd.2xlarge", 3, 6_832.80),
        # Nothing kept free: 5 shards of 119.07 GB; 5 x 2 x 0.6248 x 730 = 4,561.04.
        ({"dataTiering": True, "headroom": 0}, "cache.r6gd.xlarge", 5, 4_561.04),
        # 13 shards of 39.615 GB; 13 x 2 x 0.6568 x 730 = 12,466.064.
        ({"headroom": 0}, "cache.r6g.2xlarge", 13, 12_466.064),
    ],
)
def test_five_hundred_gigabytes_by_hand(fields: dict[str, Any], node_type: str, shards: int, monthly: float) -> None:
    choice = choose(spec(**fields), load_table(REGION))
    assert (choice.layout.node_type, choice.layout.shards) == (node_type, shards)
    assert choice.monthly == pytest.approx(monthly, abs=0.001)
    assert layout_args(choice) == {"node_type": node_type, "shards": shards}


def test_the_plan_says_what_was_chosen_and_what_is_next() -> None:
    assert choose(spec(dataTiering=True), load_table(REGION)).why == (
        "3 shards of cache.r6gd.2xlarge with 1 replica of each holds 716 GB for 5,466.24 USD a month; "
        "next is 6 shards of cache.r6gd.xlarge for 5,473.25."
    )


def test_named_nodes_stay_and_are_compared_with_the_cheapest() -> None:
    choice = choose(spec(nodeType="cache.r7g.4xlarge"), load_table(REGION))
    assert (choice.layout.node_type, choice.layout.shards) == ("cache.r7g.4xlarge", 8)
    # 8 x 2 x 1.396 x 730 = 16,305.28
    assert choice.monthly == pytest.approx(16_305.28)
    assert choice.why.endswith(
        "The config asks for these; left to price it would be 2 shards of cache.r6g.16xlarge for 15,340.51."
    )


def test_the_cheapest_by_name_is_not_advised_against() -> None:
    choice = choose(spec(nodeType="cache.r6g.16xlarge", shards=2), load_table(REGION))
    assert "left to price" not in choice.why


def test_a_region_without_prices_gets_the_tightest_and_says_so() -> None:
    choice = choose(spec(), load_table("mars-east-1"))
    assert choice.layout == spec().layout
    assert choice.monthly is None
    assert "mars-east-1 has no prices" in choice.why


def test_the_component_builds_what_was_chosen() -> None:
    wanted = spec(dataTiering=True)
    choice = choose(wanted, load_table(REGION))
    built = CacheSpec.model_validate({**wanted.model_dump(exclude_unset=True), **layout_args(choice)})
    assert built.layout == choice.layout
