"""Ranges of addresses."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any


def is_world(cidr: Any) -> bool:
    """Whether a CIDR is the internet or a large part of it: shorter than /8 (IPv4) or /16 (IPv6).

    No private range is that large, and the internet split in halves is found too.
    """
    found = _network(cidr)
    return found is not None and found.prefixlen < (8 if found.version == 4 else 16)


def is_within(cidr: Any, range_: str) -> bool:
    """Whether every address of a CIDR is in the range."""
    inner, outer = _network(cidr), _network(range_)
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _network(cidr: Any) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(cidr, strict=False) if isinstance(cidr, str) else None
    except ValueError:
        return None
