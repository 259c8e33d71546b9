"""Which of two regions a load balancer is in, when both answer at the same names by Route 53's failover records.

Sources: Route 53 API reference, ResourceRecordSet; Route 53 developer guide, "What happens when you associate a health
check with an alias record?".
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict

from pydantic import Field

from ...core.spec import Spec


class FailoverRole(StrEnum):
    """Which record of the two a load balancer has."""

    PRIMARY = "primary"
    """The record that Route 53 answers with as long as its health check is healthy."""
    SECONDARY = "secondary"
    """The record that Route 53 answers with otherwise."""


class FailoverConfig(TypedDict):
    """Which of two regions a load balancer is in, when both have its names."""

    role: FailoverRole
    """`primary`, or `secondary` for the other region."""


class FailoverSpec(Spec):
    """Which of two regions a load balancer is in, when both have its names."""

    role: FailoverRole = Field(description="`primary`, or `secondary` for the other region.")


def without_switch(failover: FailoverSpec | None, args: Mapping[str, object]) -> str | None:
    """The problem of a primary without the health check that decides; None without a problem."""
    if failover and failover.role is FailoverRole.PRIMARY and "failover_health_check_id" not in args:
        return "failover.role = 'primary': it needs failoverHealthCheckId; pass it, such as FailoverSwitch's output"
    return None
