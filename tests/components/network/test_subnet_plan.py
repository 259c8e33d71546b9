import re
from collections.abc import Callable
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.subnet_plan import (
    DOCKER_RANGE,
    EKS_SERVICE_RANGES,
    PRIVATE_RANGES,
    SHARED_RANGE,
    ZoneSubnets,
    free_network,
    plan_subnets,
    refuse_overlap,
    vpc_network,
)

ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]


@st.composite
def ranges_in(draw: st.DrawFn, blocks: tuple[IPv4Network, ...], smallest: int, largest: int) -> IPv4Network:
    block = draw(st.sampled_from(blocks))
    prefix = draw(st.integers(max(smallest, block.prefixlen), largest))
    offset = draw(st.integers(0, 2 ** (prefix - block.prefixlen) - 1))
    return IPv4Network((int(block.network_address) + offset * 2 ** (32 - prefix), prefix))


any_range = ranges_in((IPv4Network("0.0.0.0/0"),), 0, 32)
vpcs = ranges_in((*PRIVATE_RANGES, SHARED_RANGE), 16, 20).filter(
    lambda vpc: not any(vpc.overlaps(taken) for taken in (*EKS_SERVICE_RANGES, DOCKER_RANGE))
)


def refusal(read: Callable[[], object]) -> str:
    """Why `read` refuses its input; empty when it reads it. Anything but a ValueError is an error."""
    try:
        read()
    except ValueError as error:
        return str(error)
    return ""


def has_remedy(text: str) -> bool:
    return "; write " in text or "; choose " in text


def tiers(plan: tuple[ZoneSubnets, ...]) -> list[IPv4Network]:
    return [subnet for zone in plan for subnet in (zone.public, zone.private, zone.isolated)]


@given(vpcs, st.integers(1, 3))
def test_subnets_lie_inside_the_vpc_and_never_overlap(vpc: IPv4Network, zones: int) -> None:
    subnets = tiers(plan_subnets(vpc_network(str(vpc)), ZONES[:zones]))
    assert len(subnets) == 3 * zones
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@given(vpcs)
def test_subnets_fit_what_stands_in_them(vpc: IPv4Network) -> None:
    """Sources of the bounds: ELB wants a /27; prefix delegation takes blocks of 16; AWS keeps 5 addresses a subnet."""
    plan = plan_subnets(vpc, ZONES)
    assert all(zone.public.prefixlen <= 27 for zone in plan)
    assert all(zone.private.num_addresses >= 1024 for zone in plan)
    assert all(zone.isolated.num_addresses >= 128 for zone in plan)
    assert sum(zone.private.num_addresses for zone in plan) == vpc.num_addresses * 3 // 4


@given(vpcs)
def test_a_third_zone_moves_no_subnet(vpc: IPv4Network) -> None:
    assert plan_subnets(vpc, ZONES)[:2] == plan_subnets(vpc, ZONES[:2])


def test_the_plan_of_a_16() -> None:
    plan = plan_subnets(IPv4Network("10.20.0.0/16"), ZONES)
    assert [str(zone.private) for zone in plan] == ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"]
    assert [str(zone.isolated) for zone in plan] == ["10.20.192.0/21", "10.20.200.0/21", "10.20.208.0/21"]
    assert [str(zone.public) for zone in plan] == ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"]
    assert [zone.zone for zone in plan] == ZONES


@given(any_range, st.lists(st.sampled_from([*ZONES, "us-east-1d"]), max_size=5))
def test_planning_refuses_with_a_reason_or_plans(vpc: IPv4Network, zones: list[str]) -> None:
    plans = vpc.prefixlen <= 20 and 1 <= len(zones) <= 3 and len(set(zones)) == len(zones)
    reason = refusal(lambda: plan_subnets(vpc, zones))
    assert plans is not bool(reason)
    assert plans or "is too small" in reason or "different zones" in reason


@given(st.text() | any_range.map(str) | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}", fullmatch=True))
def test_any_text_is_a_usable_vpc_or_refused_with_a_remedy(value: str) -> None:
    reason = refusal(lambda: vpc_network(value))
    assert not reason or has_remedy(reason)
    if not reason:
        vpc = vpc_network(value)
        assert 16 <= vpc.prefixlen <= 20
        assert str(vpc) == value or int(value.partition("/")[2]) == vpc.prefixlen
        assert vpc.is_private or vpc.subnet_of(SHARED_RANGE)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("10.0.0.0", "is not an IPv4 range; write address/prefix, such as 10.0.0.0/16"),
        ("ten/16", "is not an IPv4 range; write address/prefix, such as 10.0.0.0/16"),
        ("10.0.0.0/33", "is not an IPv4 range; write address/prefix, such as 10.0.0.0/16"),
        ("10.0.0.0/255.255.0.0", "is not an IPv4 range; write address/prefix, such as 10.0.0.0/16"),
        ("fd00::/56", "is not an IPv4 range; write address/prefix, such as 10.0.0.0/16"),
        ("10.0.7.0/16", "has bits set beyond its prefix; write 10.0.0.0/16"),
        ("10.50.0.0/8", "is larger than AWS allows; write /16 (recommended) to /20, such as 10.50.0.0/16"),
        ("10.0.0.0/8", "is larger than AWS allows; write /16 (recommended) to /20, such as 10.0.0.0/16"),
        (
            "10.0.4.0/22",
            "is too small for three tiers in three zones; write /16 (recommended) to /20, such as 10.0.0.0/20",
        ),
        (
            "52.0.0.0/16",
            "is not private; choose a range inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, "
            "such as 10.0.0.0/16",
        ),
        (
            "172.20.0.0/16",
            "overlaps 172.20.0.0/16, which Kubernetes services get by default; "
            "choose a range that does not overlap it, "
            "such as 10.0.0.0/16",
        ),
        (
            "10.100.16.0/20",
            "overlaps 10.100.0.0/16, which Kubernetes services get by default; "
            "choose a range that does not overlap it, "
            "such as 10.0.0.0/20",
        ),
        (
            "172.17.0.0/16",
            "overlaps 172.17.0.0/16, which Docker's bridge uses; "
            "choose a range that does not overlap it, such as 10.0.0.0/16",
        ),
    ],
)
def test_a_vpc_range_that_cannot_work_is_refused(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        vpc_network(value)


@given(vpcs, st.lists(any_range, max_size=4))
def test_overlap_is_refused_exactly_when_there_is_one(vpc: IPv4Network, others: list[IPv4Network]) -> None:
    meets = any(vpc.overlaps(other) for other in others)
    if meets:
        with pytest.raises(ValueError, match="choose a range that does not overlap it"):
            refuse_overlap(vpc, others, "a peer")
    else:
        refuse_overlap(vpc, others, "a peer")


@given(st.integers(0, 32), st.lists(any_range, max_size=6))
def test_a_proposed_range_is_private_and_free(prefix: int, taken: list[IPv4Network]) -> None:
    proposed = free_network(prefix, taken)
    if proposed:
        assert proposed.prefixlen == prefix
        assert any(proposed.subnet_of(block) for block in PRIVATE_RANGES)
        assert not any(proposed.overlaps(other) for other in (*taken, *EKS_SERVICE_RANGES, DOCKER_RANGE))


def test_no_range_is_proposed_when_every_private_one_is_taken() -> None:
    assert free_network(16, PRIVATE_RANGES) is None
    assert free_network(16, PRIVATE_RANGES[:2]) == IPv4Network("192.168.0.0/16")
