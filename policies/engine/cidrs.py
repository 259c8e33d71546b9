"""Ranges of addresses."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"))
)
_PRIVATE_V6 = tuple(map(ip_network, ("fc00::/7", "fe80::/10")))
_LARGE = {4: 2**24, 6: 2**112}
"""How many public addresses are the internet or a large part of it: a /8 of IPv4, a /16 of IPv6."""


def is_world(cidr: Any) -> bool:
    """Whether a CIDR is the internet or a large part of it. No private range is."""
    return isinstance(cidr, str) and _are_world((cidr,))


def world_in_cluster(cidr: str) -> str:
    """The CEL expression of the same about the expression of a CIDR.

    A range of eight bits that has private addresses is not large enough.
    """
    private = ", ".join(sorted({f"'{each.network_address.exploded.split('.')[0]}'" for each in _PRIVATE}))
    v4 = (
        f"cidr({cidr}).ip().family() == 4 && (cidr({cidr}).prefixLength() < 8 || cidr({cidr}).prefixLength() == 8 && "
        f"!({cidr}.split('.')[0] in [{private}]))"
    )
    outside = " && ".join(f"!cidr('{each}').containsCIDR({cidr})" for each in _PRIVATE_V6)
    v6 = f"cidr({cidr}).ip().family() == 6 && cidr({cidr}).prefixLength() <= 16 && {outside}"
    return f"(isCIDR({cidr}) && ({v4} || {v6}))"


def are_world(cidrs: Iterable[Any]) -> bool:
    """Whether CIDRs together are the internet or a large part of it, as its two halves are."""
    return _are_world(tuple(cidr for cidr in cidrs if isinstance(cidr, str)))


def is_within(cidr: Any, range_: str) -> bool:
    """Whether every address of a CIDR is in the range."""
    inner, outer = _network(cidr), _network(range_)
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)


@lru_cache(maxsize=4096)
def _are_world(cidrs: tuple[str, ...]) -> bool:
    networks = [network for cidr in cidrs if (network := _network(cidr)) is not None]
    of_v4 = collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
    of_v6 = collapse_addresses(each for each in networks if isinstance(each, IPv6Network))
    return sum(map(_public, of_v4)) >= _LARGE[4] or sum(map(_public, of_v6)) >= _LARGE[6]


def _public(network: IPv4Network | IPv6Network) -> int:
    """How many addresses of a range are not private."""
    private = [each for each in (*_PRIVATE, *_PRIVATE_V6) if each.version == network.version and each.overlaps(network)]
    return network.num_addresses - sum(min(each.num_addresses, network.num_addresses) for each in private)


@lru_cache(maxsize=4096)
def _network(cidr: Any) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(cidr, strict=False) if isinstance(cidr, str) else None
    except ValueError:
        return None
