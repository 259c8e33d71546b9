"""The predicted availability as tables, which the report and the set for an auditor show."""

from collections.abc import Iterable, Sequence

from availability.parts import Availability, Capability, Recovery
from availability.prediction import ASSUMPTIONS
from availability.target import AvailabilityTarget
from components.facts.service_levels import SERVICE_LEVELS, Basis
from reports.registries.table import Column, Row, Table

_UNREAD = (Basis.QUOTED, Basis.ASSUMED)
_CAPABILITIES = (
    Column("capability", "capability"),
    Column("name", "public name"),
    Column("weakest", "weakest part"),
    Column("raise", "what would raise it"),
    Column("basis", "figures that AWS's own pages were not read for"),
    Column("predicted", "predicted", number=True),
    Column("target", "target", number=True),
    Column("minutes", "minutes a month", number=True),
)
_PARTS = (
    Column("capability", "capability"),
    Column("part", "part"),
    Column("units", "units"),
    Column("level", "service level"),
    Column("predicted", "predicted", number=True),
)
_LOSSES = (
    Column("capability", "capability"),
    Column("zone", "zone"),
    Column("limit", "limited by"),
    Column("returns", "what AWS does not replace in another zone"),
    Column("capacity", "capacity left", number=True),
    Column("predicted", "predicted", number=True),
)
_RECOVERIES = (
    Column("store", "store"),
    Column("how", "how it comes back"),
    Column("region", "region of the copy"),
    Column("rpo", "RPO", number=True),
    Column("rto", "RTO", number=True),
)
_LEVELS = (
    Column("key", "key"),
    Column("service", "service"),
    Column("condition", "condition"),
    Column("basis", "basis"),
    Column("page", "page"),
    Column("version", "version"),
    Column("uptime", "monthly uptime", number=True),
)


def tables(found: Availability, target: AvailabilityTarget) -> list[Table]:
    """Capabilities, chains, lost zones, the lost region and service levels; a table without rows is left out."""
    every = (
        _table(
            "availability",
            "Predicted availability",
            "What people depend on, with the uptime predicted from what AWS commits to and from what each request "
            f"needs. {' '.join(assumptions(found))}",
            _CAPABILITIES,
            (_capability(each, target) for each in found.capabilities),
        ),
        _table(
            "availability-parts",
            "Parts that each request needs",
            "A request fails when one of them fails.",
            _PARTS,
            _parts(found.capabilities),
        ),
        _table(
            "availability-zones",
            "A zone lost",
            "What is left of each capability after the loss of one zone.",
            _LOSSES,
            _losses(found.capabilities),
        ),
        _table(
            "availability-region",
            "The region lost",
            f"How each store comes back. RPO is the data lost, RTO the time until it is back. {found.standby}".strip(),
            _RECOVERIES,
            (_recovery(each) for each in found.recoveries),
        ),
        _table(
            "availability-levels",
            "Service levels",
            "The uptime of each service that the prediction takes, and whether AWS publishes it.",
            _LEVELS,
            _levels(found.capabilities),
        ),
    )
    return [each for each in every if each.rows]


def assumptions(found: Availability) -> Sequence[str]:
    """What the prediction assumes, in sentences."""
    notes = (f"{each.name}: {note}" for each in found.capabilities for note in each.notes)
    return (*ASSUMPTIONS, *notes)


def _table(name: str, title: str, about: str, columns: tuple[Column, ...], rows: Iterable[Sequence[str]]) -> Table:
    keys = [column.key for column in columns]
    return Table(name, title, about, columns, tuple[Row, ...](dict(zip(keys, row, strict=True)) for row in rows))


def _capability(each: Capability, target: AvailabilityTarget) -> tuple[str, ...]:
    change, least = each.best_improvement, target.of(each.name)
    price = "" if change is None or change.monthly is None else f", {change.monthly:,.2f} USD a month more"
    raised = f"{change.what}: {_percent(each.improved_share)}{price}" if change else ""
    share = f"{'at most ' if each.unknown else ''}{_percent(each.share)}"
    weakest = each.weakest.name if each.parts else "; ".join(each.unknown)
    goal = "" if least is None else f"{least:g} %"
    return each.name, each.address, weakest, raised, _unread(each), share, goal, f"{each.minutes:,.0f}"


def _unread(capability: Capability) -> str:
    """The service levels of a capability that others quote, and those that are assumed."""
    keys = sorted({key for part in capability.parts for key in (part.spread.one, part.spread.many)})
    found = ((basis, [key for key in keys if SERVICE_LEVELS[key].basis is basis]) for basis in _UNREAD)
    return "; ".join(f"{basis}: {', '.join(of)}" for basis, of in found if of) or "none"


def _with_basis(key: str) -> str:
    basis = SERVICE_LEVELS[key].basis
    return f"{key} ({basis})" if basis in _UNREAD else key


def _parts(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    for each in capabilities:
        for part in each.parts:
            levels = " or ".join(map(_with_basis, dict.fromkeys((part.spread.one, part.spread.many))))
            yield each.name, part.name, part.unknown or part.detail, levels, _percent(part.share)
        for gap in each.gaps:
            yield each.name, gap, "not in the plan", "", ""


def _losses(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    for each in capabilities:
        for loss in each.losses:
            left = f"{loss.capacity * 100:.0f} %" if loss.capacity else "down"
            yield each.name, loss.zone, loss.limit, "; ".join(loss.returns), left, _percent(loss.share)


def _recovery(each: Recovery) -> tuple[str, ...]:
    return each.store, each.how, each.region or "none", _minutes(each.rpo_minutes), _minutes(each.rto_minutes)


def _levels(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    used = {key for each in capabilities for part in each.parts for key in (part.spread.one, part.spread.many)}
    for key in sorted(used):
        level = SERVICE_LEVELS[key]
        uptime = f"{level.percent:g} %"
        yield key, level.service, level.condition, level.basis, level.address, level.version, uptime


def _percent(share: float) -> str:
    return f"{share * 100:.3f} %"


def _minutes(value: int | None) -> str:
    if value is None:
        return "-"
    return f"{value / 60:g} h" if value >= 60 and value % 60 == 0 else f"{value} min"
