"""A capability while its parts are collected."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from availability.entrance import Entrance
from availability.parts import Capability, Kind, Part, ZoneLoss
from availability.spread import series


@dataclass(slots=True)
class Draft:
    """A capability while its parts are collected. A part counts once, however many ways lead to it."""

    kind: Kind
    name: str
    address: str = ""
    parts: dict[tuple[str, ...] | str, Part] = field(default_factory=dict[tuple[str, ...] | str, Part])
    to_change: dict[tuple[str, ...] | str, Part] = field(default_factory=dict[tuple[str, ...] | str, Part])
    gaps: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def needs(self, *parts: Part | None) -> None:
        """Add what each request needs."""
        for part in parts:
            if part:
                self.parts.setdefault(part.urns or part.name, part)

    def starts_with(self, *parts: Part | None) -> None:
        """Add what is needed only to start or to change something."""
        for part in parts:
            if part:
                self.to_change.setdefault(part.urns or part.name, part)

    def enters(self, found: Entrance) -> None:
        """Add the way from a public name."""
        self.needs(*found.parts)
        self.gaps += found.gaps

    def finished(self, zones: Sequence[str]) -> Capability:
        """The capability, with what the loss of each zone takes from it."""
        parts = tuple(self.parts.values())
        kept = tuple(part for key, part in self.to_change.items() if key not in self.parts)
        losses = tuple(_loss(parts, zone) for zone in zones) if parts else ()
        return Capability(
            self.kind, self.name, self.address, parts, kept, tuple(self.gaps), losses, tuple(dict.fromkeys(self.notes))
        )


def _loss(parts: Sequence[Part], zone: str) -> ZoneLoss:
    limit = min(parts, key=lambda part: part.spread.capacity_without(zone))
    capacity = limit.spread.capacity_without(zone)
    share = series(part.spread.share_without(zone) for part in parts) if capacity else 0.0
    lost = [part for part in parts if part.returns and part.spread.capacity_without(zone) < 1]
    returns = tuple(f"{part.name}: {part.returns}" for part in lost)
    return ZoneLoss(zone, share, capacity, limit.name if capacity < 1 else "", returns)
