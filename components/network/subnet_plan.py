"""Address ranges: the subnets of a VPC, and overlaps of ranges.

Each error is a `ValueError` that explains the problem and the remedy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice

from ..core.ip_range import parse_network

PRIVATE_RANGES = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918: private ranges."""

SHARED_RANGE = IPv4Network("100.64.0.0/10")
"""RFC 6598: carrier-grade NAT space, which a VPC may use too."""

EKS_SERVICE_RANGES = tuple(IPv4Network(block) for block in ("172.20.0.0/16", "10.100.0.0/16"))
"""The ranges of Kubernetes services in a cluster without a configured range.

Source: Amazon EKS API reference, KubernetesNetworkConfigRequest, serviceIpv4Cidr.
"""

DOCKER_RANGE = IPv4Network("172.17.0.0/16")
"""The bridge network of Docker and of AWS services built on it.

Source: Amazon VPC user guide, "VPC CIDR blocks".
"""

LARGEST_VPC = 16
"""Prefix length. Source: Amazon VPC user guide, "VPC CIDR blocks": between /16 and /28."""

SMALLEST_VPC = 20
"""Prefix length. At /20 a private subnet is a /22: some 62 free blocks of 16 addresses for prefix delegation. A
smaller subnet has addresses for too few pods."""

SMALLEST_EXISTING_VPC = 28
"""Prefix length. Source: Amazon VPC user guide, "VPC CIDR blocks"."""

SMALLEST_PUBLIC_SUBNET = 27
"""Prefix length. Source: Application Load Balancers user guide, "Subnets for your load balancer": a /27 at least."""

MAX_ZONES = 3
"""Ranges are planned for three zones even when a VPC uses two, so that a third zone moves no subnet."""


@dataclass(frozen=True, slots=True)
class ZoneSubnets:
    """The ranges of one zone's three tiers."""

    zone: str
    public: IPv4Network
    private: IPv4Network
    isolated: IPv4Network


def plan_subnets(vpc: IPv4Network, zones: Sequence[str]) -> tuple[ZoneSubnets, ...]:
    """Plan the subnets of `zones` in `vpc`, by position.

    Each zone's private subnet is a quarter of the VPC. It is for nodes and pods, to which the VPC CNI assigns blocks of
    16 addresses. The first half of the last quarter has the isolated subnets. The second half begins with the public
    subnets, which are small, because they have only load balancers and NAT gateways; the rest stays free. A /16 has
    private /18, isolated /21 and public /24 subnets.

    Raises:
        ValueError: the VPC is too small, or `zones` is not one to three different zones.
    """
    if not 1 <= len(zones) <= MAX_ZONES or len(set(zones)) != len(zones):
        raise ValueError(f"zones {list(zones)}: name one to {MAX_ZONES} different zones")
    if vpc.prefixlen > SMALLEST_VPC:
        raise ValueError(_too_small(vpc))
    *private, last = vpc.subnets(prefixlen_diff=2)
    first_half, second_half = last.subnets()
    isolated = first_half.subnets(prefixlen_diff=2)
    public = second_half.subnets(new_prefix=min(vpc.prefixlen + 8, SMALLEST_PUBLIC_SUBNET))
    ranges = zip(zones, public, private, isolated, strict=False)
    return tuple(ZoneSubnets(*zone_ranges) for zone_ranges in islice(ranges, len(zones)))


def _refuse_larger(value: str) -> None:
    address, _, prefix = value.partition("/")
    try:
        network = IPv4Network(f"{address}/{LARGEST_VPC}", strict=False)
    except ValueError:
        return
    if prefix.isdecimal() and int(prefix) < LARGEST_VPC:
        raise ValueError(
            f"is larger than AWS allows; write /{LARGEST_VPC} (recommended) to /{SMALLEST_VPC}, such as {network}"
        )


def vpc_network(value: str) -> IPv4Network:
    """Read the range of a VPC.

    Raises:
        ValueError: not an IPv4 range, bits set beyond the prefix, not private, too large or too small, or a range that
            EKS services or Docker use.
    """
    # Before its bits: a range without the excess bits would be refused in turn.
    _refuse_larger(value)
    network = parse_network(value)
    if not _is_private(network):
        allowed = ", ".join(str(block) for block in (*PRIVATE_RANGES, SHARED_RANGE))
        raise ValueError(f"is not private; choose a range inside {allowed}, such as {free_network(network.prefixlen)}")
    if network.prefixlen > SMALLEST_VPC:
        raise ValueError(_too_small(network))
    refuse_overlap(network, EKS_SERVICE_RANGES, "which Kubernetes services get by default")
    refuse_overlap(network, [DOCKER_RANGE], "which Docker's bridge uses")
    return network


def refuse_overlap(network: IPv4Network, others: Iterable[IPv4Network], why: str) -> None:
    """Refuse a range that overlaps one of `others`.

    Raises:
        ValueError: names the first overlap, `why` that range is in use, and a free range of the same size.
    """
    taken = list(others)
    for other in taken:
        if network.overlaps(other):
            free = free_network(network.prefixlen, taken)
            advice = f", such as {free}" if free else ""
            raise ValueError(f"overlaps {other}, {why}; choose a range that does not overlap it{advice}")


def free_network(prefix: int, taken: Iterable[IPv4Network] = ()) -> IPv4Network | None:
    """The first private range of this size without an overlap with `taken`, EKS's service ranges and Docker's."""
    blocked = (*taken, *EKS_SERVICE_RANGES, DOCKER_RANGE)
    return next((free for block in PRIVATE_RANGES if (free := _free_in(block, prefix, blocked))), None)


def _free_in(block: IPv4Network, prefix: int, blocked: Sequence[IPv4Network]) -> IPv4Network | None:
    size = 2 ** (32 - prefix)
    address = int(block.network_address)
    while address + size <= int(block.broadcast_address) + 1:
        candidate = IPv4Network((address, prefix))
        overlaps = [other for other in blocked if candidate.overlaps(other)]
        if not overlaps:
            return candidate
        # Of two overlapping ranges one contains the other, so the next candidate begins after the larger one.
        address = max(address + size, *(int(other.broadcast_address) + 1 for other in overlaps))
    return None


def _is_private(network: IPv4Network) -> bool:
    return any(network.subnet_of(block) for block in (*PRIVATE_RANGES, SHARED_RANGE))


def _too_small(network: IPv4Network) -> str:
    wider = network.supernet(new_prefix=SMALLEST_VPC)
    return (
        f"is too small for three tiers in three zones; write /{LARGEST_VPC} (recommended) to /{SMALLEST_VPC}, "
        f"such as {wider}"
    )
