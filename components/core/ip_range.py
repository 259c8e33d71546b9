"""A field that holds an IPv4 range, written as address/prefix."""

from typing import Annotated

from pydantic import AfterValidator

from ..network.subnet_plan import parse_network
from .spec import refuse


def _range(value: str) -> str:
    try:
        parse_network(value)
    except ValueError as error:
        raise refuse(value, f"{value!r} {error}") from None
    return value


IpRange = Annotated[str, AfterValidator(_range)]
"""An IPv4 network with its prefix, and without bits beyond the prefix, such as 10.0.0.0/16."""
