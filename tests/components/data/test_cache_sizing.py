"""Shards and nodes of a cache: never too small, and no more than the data asks for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.data.cache.sizing import (
    MOST_NODES,
    NODES,
    Layout,
    largest,
    layout,
    layouts,
    shards_needed,
    tiers,
    tightest,
)

amounts = st.integers(1, 60_000)
shares = st.floats(0, 0.9)
copies = st.integers(0, 5)


@given(amounts, shares, st.booleans(), copies)
def test_a_layout_holds_the_data_within_the_nodes_of_a_cluster(
    gigabytes: int, headroom: float, tiering: bool, replicas: int
) -> None:
    for each in layouts(gigabytes, headroom, tiering, replicas):
        node = NODES[each.node_type]
        held = each.shards * (0.75 * node.memory + node.ssd)
        assert held * (1 - headroom) >= gigabytes - 1e-4
        assert each.gigabytes == pytest.approx(held, abs=1e-3)
        assert each.shards * (1 + replicas) <= MOST_NODES
        assert tiering or not tiers(each.node_type)


@given(amounts, shares, copies)
def test_a_shard_less_would_be_too_small(gigabytes: int, headroom: float, replicas: int) -> None:
    for each in layouts(gigabytes, headroom, True, replicas):
        if each.shards > 1:
            assert layout(each.node_type, each.shards - 1).gigabytes * (1 - headroom) < gigabytes


@given(amounts, shares, st.booleans(), copies)
def test_what_fits_no_layout_is_larger_than_the_largest(
    gigabytes: int, headroom: float, tiering: bool, replicas: int
) -> None:
    most = largest(headroom, tiering, replicas)
    assert bool(layouts(gigabytes, headroom, tiering, replicas)) == (gigabytes <= most + 1e-6)


@given(amounts, shares, st.booleans(), copies)
def test_tightest_candidate_is_not_dominated(gigabytes: int, headroom: float, tiering: bool, replicas: int) -> None:
    candidates = layouts(gigabytes, headroom, tiering, replicas)
    if not candidates:
        return
    chosen = tightest(candidates)
    assert chosen in candidates

    def bought(each: Layout) -> tuple[float, int]:
        node = NODES[each.node_type]
        return round(each.shards * node.memory, 6), each.shards * node.vcpus

    memory, vcpus = bought(chosen)
    smaller = [each for each in map(bought, candidates) if each[0] <= memory and each[1] <= vcpus]
    assert all(each == (memory, vcpus) for each in smaller)


@pytest.mark.parametrize(
    ("gigabytes", "headroom", "tiering", "expected"),
    [
        # 1.37 x 0.75 = 1.03 GB are less than 1 / 0.8 = 1.25; 3.09 x 0.75 = 2.32 are more.
        (1, 0.2, False, ("cache.t4g.medium", 1)),
        (1, 0.0, False, ("cache.t4g.small", 1)),
        # 13.07 x 0.75 = 9.80 hold 9.
        (9, 0.0, False, ("cache.r6g.large", 1)),
        # 500 / 0.8 = 625 GB; 419.09 x 0.75 x 2 = 628.6.
        (500, 0.2, False, ("cache.r6g.16xlarge", 2)),
        # 26.32 x 0.75 + 99.33 = 119.07 a shard; 5 hold 595.4, 6 hold 714.4.
        (500, 0.2, True, ("cache.r6gd.xlarge", 6)),
        (500, 0.0, True, ("cache.r6gd.xlarge", 5)),
        # What fits a small node in memory needs no SSD.
        (5, 0.2, True, ("cache.r6g.large", 1)),
    ],
)
def test_the_tightest_by_hand(gigabytes: int, headroom: float, tiering: bool, expected: tuple[str, int]) -> None:
    found = tightest(layouts(gigabytes, headroom, tiering, 1))
    assert (found.node_type, found.shards) == expected


def test_an_exact_multiple_needs_no_further_shard() -> None:
    for node_type, node in NODES.items():
        for shards in (1, 3, 7, 45):
            assert shards_needed(node_type, node.usable * shards * 0.8, 0.2) == shards
            assert shards_needed(node_type, node.usable * shards * 0.8 + 0.01, 0.2) == shards + 1


def test_burstable_nodes_are_for_one_shard_alone() -> None:
    assert any(each.node_type.startswith("cache.t4g") for each in layouts(2, 0, False, 1))
    assert not any(each.node_type.startswith("cache.t4g") for each in layouts(3, 0, False, 1))


def test_no_candidate_is_an_error() -> None:
    with pytest.raises(ValueError, match="no layout"):
        tightest([])


def test_data_tiering_nodes_hold_what_aws_says_of_them() -> None:
    # "R6gd nodes have 4.8x more total capacity (memory + SSD)" - ElastiCache user guide, "Data tiering".
    for name, node in NODES.items():
        if tiers(name):
            assert math.isclose((node.memory + node.ssd) / node.memory, 4.8, rel_tol=0.01)
