"""What the watches of all services share: their severity, and alarms over many resources of one kind."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from ...core.metric_alarms import MOST_METRICS, Metric, Watch

Item = TypeVar("Item")


class Severity(StrEnum):
    """How soon somebody must act."""

    CRITICAL = "critical"
    """Data or requests are lost, or soon will be: somebody is called at any hour."""
    WARNING = "warning"
    """The platform still works: somebody looks at it within days."""


class Rated(NamedTuple):
    """A watch and its severity."""

    severity: Severity
    watch: Watch


Watches = Mapping[str, Rated]
"""Watches by a short name that is unique in its component."""


def critical(watch: Watch) -> Rated:
    """A watch that calls somebody."""
    return Rated(Severity.CRITICAL, watch)


def warning(watch: Watch) -> Rated:
    """A watch that somebody reads in the morning."""
    return Rated(Severity.WARNING, watch)


def parts(short: str, items: Sequence[Item], most: int = MOST_METRICS) -> dict[str, Sequence[Item]]:
    """The items in parts that fit one alarm each, by the name of the alarm."""
    if len(items) <= most:
        return {short: items}
    return {f"{short}-{index // most + 1}": items[index : index + most] for index in range(0, len(items), most)}


def numbered(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Metrics by the ids that an expression needs, which begin with a small letter."""
    return {f"m{index}": metric for index, metric in enumerate(metrics, 1)}
