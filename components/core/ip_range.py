"""IPv4 ranges, written as address/prefix."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator

from .spec import refuse


def parse_network(value: str) -> IPv4Network:
    """Parse an IPv4 range.

    Raises:
        ValueError: `value` is not an IPv4 range, or has bits set beyond its prefix.
    """
    address, slash, prefix = value.partition("/")
    try:
        if not (slash and prefix.isdecimal()):
            raise ValueError
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError("is not an IPv4 range; write address/prefix, such as 10.0.0.0/16") from None
    if str(network.network_address) != address:
        raise ValueError(f"has bits set beyond its prefix; write {network}")
    return network


def _ip_range(value: str) -> str:
    try:
        parse_network(value)
    except ValueError as error:
        raise refuse(value, f"{value!r} {error}") from None
    return value


IpRange = Annotated[str, AfterValidator(_ip_range)]
"""An IPv4 range without bits beyond its prefix, such as 10.0.0.0/16."""
