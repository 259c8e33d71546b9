"""What a prediction says: capabilities, their parts, and what the loss of a zone or of the region takes away."""

from dataclasses import dataclass
from enum import StrEnum

from availability.spread import Spread, down_minutes, series


class Kind(StrEnum):
    """What people depend on."""

    MODEL = "model"
    GATEWAY = "gateway"
    FEATURES = "features"
    TRACKING = "tracking"
    INGEST = "ingest"
    EVENTS = "events"
    TRAINING = "training"
    PIPELINES = "pipelines"
    DELIVERY = "delivery"
    SIGN_IN = "sign-in"
    METRICS = "metrics"
    LOGS = "logs"
    TRACES = "traces"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Improvement:
    """A change of the stack that makes a part more available."""

    what: str
    """The change, such as `set multiAz`."""
    spread: Spread
    """The part after the change."""
    monthly: float | None
    """What the change adds in USD a month; None where the plan does not know."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a capability needs."""

    name: str
    spread: Spread
    detail: str
    """How many units there are and where."""
    urns: tuple[str, ...] = ()
    improvement: Improvement | None = None
    unknown: str = ""
    """Why the plan does not know the number of units; the part is then counted at its best."""
    returns: str = ""
    """How units in a lost zone come back, if AWS does not replace them in another zone."""

    @property
    def share(self) -> float:
        """The availability, from 0 to 1."""
        return self.spread.share


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """A capability while a zone is lost."""

    zone: str
    share: float
    """The availability of what remains, from 0 to 1; 0 when the capability is down."""
    capacity: float
    """The share of the capacity that remains at the least, from 0 to 1."""
    limit: str
    """The part that limits the capacity; empty when the loss takes none."""
    returns: tuple[str, ...] = ()
    """How the parts that AWS does not replace in another zone come back, each with its name."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that people depend on."""

    kind: Kind
    name: str
    """Unique in the stack, such as `model risk/fraud`."""
    address: str
    """Where people reach it; empty for what has no public name."""
    parts: tuple[Part, ...]
    """What each request needs."""
    to_change: tuple[Part, ...]
    """What is needed only to start or to change something."""
    gaps: tuple[str, ...] = ()
    """What the plan lacks to predict it: the figure is then an upper bound."""
    losses: tuple[ZoneLoss, ...] = ()
    notes: tuple[str, ...] = ()
    """Assumptions about this capability."""

    @property
    def share(self) -> float:
        """The predicted availability, from 0 to 1."""
        return series(part.share for part in self.parts)

    @property
    def minutes(self) -> float:
        """The predicted minutes a month without it."""
        return down_minutes(self.share)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Why the prediction is only an upper bound; empty when it is complete."""
        return (*self.gaps, *(part.unknown for part in self.parts if part.unknown))

    @property
    def weakest(self) -> Part:
        """The part with the lowest availability; the first of several."""
        return min(self.parts, key=lambda part: part.share)

    @property
    def best_improvement(self) -> Improvement | None:
        """The change that raises the prediction most."""
        found = self._improvements
        return max(found, key=lambda each: each[0])[1] if found else None

    @property
    def improved_share(self) -> float:
        """The prediction with `best_improvement`."""
        return min(1.0, self.share * max((gain for gain, _ in self._improvements), default=1.0))

    @property
    def worst_loss(self) -> ZoneLoss | None:
        """The zone whose loss takes most capacity; None when no zone is known."""
        return min(self.losses, key=lambda loss: (loss.capacity, loss.share), default=None)

    @property
    def _improvements(self) -> list[tuple[float, Improvement]]:
        """By how much each change multiplies the prediction."""
        changes = [(each.share, each.improvement) for each in self.parts if each.improvement and each.share]
        return [(change.spread.share / share, change) for share, change in changes if change.spread.share > share]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a store comes back after the region is lost."""

    store: str
    how: str
    rpo_minutes: int | None
    """How many minutes of data may be lost; None when no backup states it."""
    rto_minutes: int | None
    """How many minutes the restore may take; None when no backup states it."""
    region: str
    """Where a copy is; empty when there is none, so that the store is lost with the region."""


@dataclass(frozen=True, slots=True)
class Availability:
    """The predicted availability of a stack."""

    capabilities: tuple[Capability, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    standby: str = ""
    """What runs in a second region, and who moves the traffic."""
    zones: tuple[str, ...] = ()
