"""Formulas against AWS's published examples, and what must hold for any units and zones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from availability.spread import MINUTES_A_MONTH, Spread, down_minutes, redundant, series
from components.facts.service_levels import SERVICE_LEVELS

ZONES = ("a", "b", "c", "d")
ZONAL = [
    ("ec2-instance", "ec2-region"),
    ("elb-zone", "elb-zones"),
    ("rds-zone", "rds-zones"),
    ("nat-zone", "nat-zones"),
]

units = st.integers(min_value=1, max_value=60)
zones = st.integers(min_value=1, max_value=4).map(lambda count: ZONES[:count])
levels = st.sampled_from(ZONAL)
shares = st.floats(min_value=0, max_value=1)


def test_series_is_the_published_example_of_hard_dependencies() -> None:
    """Reliability Pillar: a system of 99.99 % with two dependencies of 99.99 % reaches 99.97 %."""
    assert round(series([0.9999, 0.9999, 0.9999]) * 100, 2) == 99.97


def test_redundancy_is_the_published_example_of_independent_components() -> None:
    """Reliability Pillar: two independent components of 99.9 % reach 99.9999 %."""
    assert redundant(0.999, 2) * 100 == pytest.approx(99.9999, abs=1e-9)


def test_redundancy_is_the_published_example_of_two_spares() -> None:
    """Availability and Beyond: 99.5 % with two spares is 99.9999875 %."""
    assert redundant(0.995, 3) * 100 == pytest.approx(99.9999875, abs=1e-9)


def test_minutes_are_those_of_the_published_commitments() -> None:
    """AWS on ElastiCache's commitment: 99.5 % is 3 h 37 min a month, 99.99 % is 4 min 21 s; of a shorter month."""
    assert down_minutes(0.995) == pytest.approx(3 * 60 + 37, rel=0.02)
    assert down_minutes(0.9999) == pytest.approx(4 + 21 / 60, rel=0.02)
    assert MINUTES_A_MONTH == 43_800


@given(st.lists(shares, max_size=8), shares)
def test_a_part_in_series_never_raises(parts: list[float], further: float) -> None:
    assert series([*parts, further]) <= series(parts)


@given(levels, zones, units)
def test_a_replica_never_lowers(level: tuple[str, str], places: tuple[str, ...], count: int) -> None:
    assert Spread(*level, places, count + 1).share >= Spread(*level, places, count).share


@given(levels, units, st.integers(min_value=1, max_value=3))
def test_a_zone_more_never_lowers(level: tuple[str, str], count: int, places: int) -> None:
    assert Spread(*level, ZONES[: places + 1], count).share >= Spread(*level, ZONES[:places], count).share


@given(levels, zones, units, st.sampled_from(ZONES), st.booleans())
def test_losing_a_zone_never_raises(
    level: tuple[str, str], places: tuple[str, ...], count: int, lost: str, standby: bool
) -> None:
    spread = Spread(*level, places, count, takes_over=standby)
    assert spread.share_without(lost) <= spread.share
    assert 0 <= spread.capacity_without(lost) <= 1
    assert (spread.capacity_without(lost) == 0) == (spread.share_without(lost) == 0)
    if lost not in places:
        assert spread.capacity_without(lost) == 1


@given(levels, zones, units)
def test_no_share_is_above_the_commitment(level: tuple[str, str], places: tuple[str, ...], count: int) -> None:
    assert 0 < Spread(*level, places, count).share <= SERVICE_LEVELS[level[1]].share


@pytest.mark.parametrize(
    ("count", "places", "share", "left"),
    [
        (1, 1, 0.995, 0),
        (5, 1, 0.995, 0),
        (1, 3, 0.995, 0),
        (2, 2, 0.9999, 1 / 2),
        (2, 3, 0.9999, 1 / 2),
        (3, 3, 0.9999, 2 / 3),
        (20, 3, 0.9999, 13 / 20),
    ],
)
def test_nodes_over_zones(count: int, places: int, share: float, left: float) -> None:
    """20 nodes over 3 zones: one zone has 7 of them."""
    spread = Spread("ec2-instance", "ec2-region", ZONES[:places], count)
    assert spread.share == pytest.approx(share)
    assert spread.capacity_without("a") == pytest.approx(left)


def test_a_standby_takes_over_all_of_it_with_the_commitment_of_one() -> None:
    spread = Spread("rds-zone", "rds-zones", ZONES[:3], 2, takes_over=True)
    assert (spread.share, spread.share_without("a"), spread.capacity_without("a")) == (0.9995, 0.995, 1)
