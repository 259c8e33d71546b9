"""The sizes of scheduled pools by the hours of the week, as their schedules set them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from components.facts.cron import AUTO_SCALING
from planner.plan import Plan
from pricing.schedules import minutes_of_week
from resources.index import ResourceIndex
from resources.inputs import number, read, text
from resources.resource import Resource

HOURS_OF_DAY = 24
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WORKDAYS = _DAYS[1:6]
_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_GROUP = "aws:autoscaling/group:Group"


@dataclass(frozen=True, slots=True)
class Hour:
    """The nodes that a pool has in an hour: at least `least`, and at most `most`."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Day:
    """Days of the week with the same hours, of which there are 24."""

    days: str
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """A scheduled pool over a week. `rate` is USD an hour for a node, or 0 where it has no price."""

    name: str
    urn: str
    zone: str
    rate: float
    days: tuple[Day, ...]

    @property
    def most(self) -> float:
        """The nodes that the pool has at the most in any hour."""
        return max(hour.most for day in self.days for hour in day.hours)


def scheduled_pools(plan: Plan) -> list[Pool]:
    """The pools of nodes whose size schedules change, by name.

    A schedule that depends on the day of the month or on a value that only a deployment decides is left out.
    """
    index = ResourceIndex(plan.resources)
    rates = {line.urn: line.unit_price for line in plan.estimate.lines if line.unit == "instance-hour"}
    found: list[Pool] = []
    for pool in index.of_type(_NODE_GROUP, _GROUP):
        schedules = index.referrers(pool, "autoscalingGroupName", _SCHEDULE, names=_groups(pool))
        hours = _week(_start(pool), [each for schedule in schedules for each in _events(schedule)])
        if hours:
            zones = {zone for schedule in schedules if (zone := text(schedule.inputs.get("timeZone")))}
            zone = ", ".join(sorted(zones)) or "Etc/UTC"
            found.append(Pool(index.component(pool), pool.urn, zone, rates.get(pool.urn, 0.0), _days(hours)))
    return sorted(found, key=lambda each: (each.name, each.urn))


@dataclass(frozen=True, slots=True)
class _Size:
    least: float
    wanted: float
    most: float


_Event = tuple[int, str, float | None, float | None, float | None]


def _start(pool: Resource) -> _Size:
    sizes: Any = pool.inputs.get("scalingConfig", pool.inputs)
    least = number(read(sizes, "minSize")) or 0.0
    wanted = number(read(sizes, "desiredSize")) or number(read(sizes, "desiredCapacity")) or least
    return _Size(least, max(wanted, least), number(read(sizes, "maxSize")) or wanted)


def _groups(pool: Resource) -> list[str]:
    """The names of the scaling groups of a managed node group."""
    name = read(pool.outputs, "resources", 0, "autoscalingGroups", 0, "name")
    return [name] if isinstance(name, str) else []


def _events(schedule: Resource) -> Iterator[_Event]:
    recurrence = text(schedule.inputs.get("recurrence"))
    if not recurrence:
        return
    try:
        minutes = minutes_of_week(recurrence, AUTO_SCALING)
    except ValueError:
        return
    least, wanted, most = (_change(schedule, key) for key in ("minSize", "desiredCapacity", "maxSize"))
    for minute in minutes:
        yield minute, schedule.urn, least, wanted, most


def _change(schedule: Resource, key: str) -> float | None:
    """The size that a schedule sets. -1 leaves it as it is."""
    value = number(schedule.inputs.get(key))
    return value if value and value >= 0 else 0.0 if value == 0 else None


def _week(start: _Size, events: Sequence[_Event]) -> list[Hour]:
    """The sizes in each of the 168 hours of a week, from Sunday; empty without events.

    An hour in which the size changes counts with its smallest and its largest size.
    """
    if not events:
        return []
    size = start
    ordered = sorted(events, key=lambda each: each[:2])
    for event in ordered:
        size = _after(size, event)
    hours: list[Hour] = []
    for hour in range(len(_DAYS) * HOURS_OF_DAY):
        within = [each for each in ordered if each[0] // 60 == hour]
        # What changes on the hour holds for all of it.
        seen = [] if within and within[0][0] % 60 == 0 else [size]
        for event in within:
            size = _after(size, event)
            seen.append(size)
        hours.append(Hour(min(max(each.wanted, each.least) for each in seen), max(each.most for each in seen)))
    return hours


def _after(size: _Size, event: _Event) -> _Size:
    _, _, least, wanted, most = event
    lower, upper = size.least if least is None else least, size.most if most is None else most
    return _Size(lower, min(max(size.wanted if wanted is None else wanted, lower), upper), upper)


def _days(hours: Sequence[Hour]) -> tuple[Day, ...]:
    """The days of a week, those with the same hours together."""
    groups: dict[tuple[Hour, ...], list[str]] = {}
    for position, name in enumerate(_DAYS):
        day = tuple(hours[position * HOURS_OF_DAY : (position + 1) * HOURS_OF_DAY])
        groups.setdefault(day, []).append(name)
    return tuple(Day(_named(names), day) for day, names in groups.items())


def _named(days: Sequence[str]) -> str:
    if len(days) == len(_DAYS):
        return "Every day"
    if tuple(days) == _WORKDAYS:
        return "Monday to Friday"
    return ", ".join(days)
