"""How available equal units in zones are, and what the loss of a zone takes from them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from components.facts.service_levels import SERVICE_LEVELS

MINUTES_A_MONTH = 730 * 60
"""The month of the prices: 730 hours."""


def series(shares: Iterable[float]) -> float:
    """The availability of parts that are all needed: the product.

    Source: AWS Well-Architected, Reliability Pillar, "Calculating availability with hard dependencies".
    """
    return math.prod(shares)


def redundant(share: float, units: int) -> float:
    """The availability of independent units of which one is enough.

    Source: AWS Well-Architected, Reliability Pillar, "Calculating availability with redundant components".
    """
    return 1 - (1 - share) ** units


def down_minutes(share: float) -> float:
    """The minutes a month in which something with this availability is not available."""
    return (1 - share) * MINUTES_A_MONTH


@dataclass(frozen=True, slots=True)
class Spread:
    """Equal units over zones: nodes, replicas of pods, shards of a cache, or one service of a region.

    Zones are empty for what AWS runs in the whole region, which no lost zone changes.
    """

    one: str
    """The service level of one unit, or of units in one zone: a key of SERVICE_LEVELS."""
    many: str
    """The service level of units in two or more zones, which more units do not raise."""
    zones: tuple[str, ...] = ()
    units: int = 1
    takes_over: bool = False
    """Whether the remaining units have the capacity of all, as a standby has."""

    @property
    def share(self) -> float:
        """The availability with all zones, from 0 to 1."""
        return self._share(self.units, len(self.zones)) if self.zones else SERVICE_LEVELS[self.many].share

    def share_without(self, zone: str) -> float:
        """The availability while a zone is lost."""
        if zone not in self.zones:
            return self.share
        return min(self.share, self._share(self._left, len(self.zones) - 1))

    def capacity_without(self, zone: str) -> float:
        """The share of the units that the loss of a zone leaves at the least: one zone may have a unit more."""
        if zone not in self.zones:
            return 1.0
        left = self._left if len(self.zones) > 1 else 0
        return min(left, 1) if self.takes_over else left / self.units if self.units else 0.0

    @property
    def _left(self) -> int:
        return self.units - math.ceil(self.units / len(self.zones))

    def _share(self, units: int, zones: int) -> float:
        if units < 1 or zones < 1:
            return 0.0
        one, many = SERVICE_LEVELS[self.one].share, SERVICE_LEVELS[self.many].share
        return min(many, redundant(one, units)) if units > 1 and zones > 1 else min(one, many)
