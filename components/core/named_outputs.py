"""Outputs of several resources as one mapping."""

from collections.abc import Mapping
from typing import TypeVar

import pulumi

Value = TypeVar("Value")


def by_name(outputs: Mapping[str, pulumi.Output[Value]]) -> pulumi.Output[dict[str, Value]]:
    """The values of `outputs` by the same names, resolved after all of them."""
    return pulumi.Output.all(**outputs).apply(lambda known: dict(known))
