"""Cron schedules with five fields: minute, hour, day, month and weekday."""

import re
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from typing import NamedTuple

_BOUNDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_LEAP_YEAR = 2028


class Dialect(NamedTuple):
    """What the parsers of cron read differently: the characters for "every", and the highest number of a weekday."""

    every: str
    last_weekday: int


KUBERNETES = Dialect("*", 6)
"""CronJobs, sync windows of Argo CD, triggers of KEDA. Source: robfig/cron v3, "CRON Expression Format".

Its parser also reads `?` as `*`; the documents of all three write `*` alone.
"""

AUTO_SCALING = Dialect("*?", 7)
"""Scheduled actions of EC2 Auto Scaling, where 0 and 7 are Sunday."""


class Cron(NamedTuple):
    """When a schedule fires. Weekdays count from 0, Sunday. With both a day and a weekday, either is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool


def parse_cron(schedule: str, dialect: Dialect) -> Cron:
    """Read numbers, ranges, steps, lists, and three-letter names of months and weekdays.

    Raises:
        ValueError: a field is missing or wrong; the message names it and what to write.
    """
    fields = schedule.split()
    if len(fields) != len(_BOUNDS):
        raise ValueError(f"{schedule!r} has {len(fields)} fields; write minute hour day month weekday")
    minutes, hours, days, months, weekdays = (
        _numbers(text, name, dialect) for text, name in zip(fields, _BOUNDS, strict=True)
    )
    return Cron(
        minutes,
        hours,
        days,
        months,
        frozenset(number % 7 for number in weekdays),
        any_day=_has_every(fields[2], dialect),
        any_weekday=_has_every(fields[4], dialect),
    )


def last_day_if_never(cron: Cron) -> int | None:
    """The last day that the schedule's months have, if all its days are later: it never fires. None if it does."""
    last = max(monthrange(_LEAP_YEAR, month)[1] for month in cron.months)
    return last if cron.any_weekday and min(cron.days) > last else None


def shortest_gap_minutes(cron: Cron) -> int:
    """The fewest minutes between two runs, over a year from a Saturday."""
    times = sorted(60 * hour + minute for hour in cron.hours for minute in cron.minutes)
    days = _days(cron)
    within = [after - before for before, after in pairwise(times)]
    between = [24 * 60 * (after - before).days + times[0] - times[-1] for before, after in pairwise(days)]
    return min([*within, *between], default=366 * 24 * 60)


def runs_a_month(cron: Cron) -> int:
    """The runs of an average month, rounded up."""
    return ceil(len(_days(cron)) * len(cron.hours) * len(cron.minutes) / 12)


def _days(cron: Cron) -> list[date]:
    """The days of a year, from a Saturday, on which the schedule runs."""
    return [day for day in (date(2028, 1, 1) + timedelta(days) for days in range(366)) if _on(cron, day)]


def longest_gap_hours(cron: Cron) -> int:
    """The most hours between two runs, rounded up to whole hours, over a year from a Saturday."""
    start = date(2028, 1, 1)
    runs = [24 * (day - start).days + hour for day in _days(cron) for hour in sorted(cron.hours)]
    return max((after - before for before, after in pairwise(runs)), default=366 * 24)


def _on(cron: Cron, day: date) -> bool:
    """Whether the schedule runs on a day."""
    of_month, of_week = day.day in cron.days, day.isoweekday() % 7 in cron.weekdays
    either = not (cron.any_day or cron.any_weekday)
    return day.month in cron.months and (of_month or of_week if either else of_month and of_week)


def _numbers(text: str, field: str, dialect: Dialect) -> frozenset[int]:
    least, most = _BOUNDS[field]
    if field == "weekday":
        most = dialect.last_weekday
    parts = [_range(part, field, least, most, dialect) for part in text.split(",")]
    if not all(parts):
        raise ValueError(f"{text!r} is not a {field} of cron; write *, numbers from {least} to {most}, a-b or */n")
    return frozenset(number for part in parts for number in part)


def _range(part: str, field: str, least: int, most: int, dialect: Dialect) -> range:
    """The numbers that one comma-separated part of a field means; empty when the part is wrong."""
    found = re.fullmatch(rf"(?:[{dialect.every}]|(\w{{1,3}})(?:-(\w{{1,3}}))?)(?:/(\d{{1,2}}))?", part)
    if not found:
        return range(0)
    first, last = (_number(text, field) for text in found.groups()[:2])
    step = int(found[3]) if found[3] else None
    start = least if first is None else first
    end = last if last is not None else most if first is None or step else first
    if not least <= start <= end <= most or step == 0 or (step and step > most):
        return range(0)
    return range(start, end + 1, step or 1)


def _number(text: str | None, field: str) -> int | None:
    """The value of a number or a name in a field; None without text, -1 for anything else."""
    if text is None:
        return None
    names = _NAMES.get(field, ())
    if text.lower() in names:
        return names.index(text.lower()) + (field == "month")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else -1


def _has_every(text: str, dialect: Dialect) -> bool:
    """Whether a field is unrestricted. A star with a step above 1 restricts it."""
    return any(part.removesuffix("/1") in [*dialect.every] for part in text.split(","))
