"""Schedules as the five places of cron: minute, hour, day, month and weekday."""

import re
from calendar import monthrange

from .spec import refuse

_PLACES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_LEAP_YEAR = 2028


def cron_schedule(schedule: str) -> str:
    """`schedule`, when it is a schedule of cron that names a time that comes.

    Numbers, ranges, steps, lists, and three-letter names of months and weekdays, as the parser of Kubernetes' CronJobs
    and of Argo CD's sync windows takes them. Source: robfig/cron v3, "CRON Expression Format".

    Raises:
        PydanticCustomError: a place is missing or out of its bounds, or the day is in none of the months.
    """
    given = schedule.split(" ")
    if len(given) != len(_PLACES):
        raise refuse(schedule, f"{schedule!r} has {len(given)} places; write minute hour day month weekday")
    values: dict[str, set[int]] = {}
    for text, (place, (least, most)) in zip(given, _PLACES.items(), strict=True):
        parts = [_values(part, place, least, most) for part in text.split(",")]
        if not all(parts):
            raise refuse(
                schedule, f"{text!r} is no {place} of cron; write *, numbers from {least} to {most}, a-b or */n"
            )
        values[place] = {number for part in parts for number in part}
    days, weekdays = given[2], given[4]
    # With both a day and a weekday, either is enough. A star with a step counts as a weekday.
    longest = max(monthrange(_LEAP_YEAR, month)[1] for month in values["month"])
    any_weekday = not {"*", "*/1"}.isdisjoint(weekdays.split(","))
    if any_weekday and min(values["day"]) > longest:
        raise refuse(
            schedule,
            f"{schedule!r} never comes: month {given[3]} has no day {days}; write a day from 1 to {longest}",
        )
    return schedule


def _values(part: str, place: str, least: int, most: int) -> set[int]:
    """The numbers that one of a place's parts means, which commas divide; empty where it is wrong."""
    found = re.fullmatch(r"(?:\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,2}))?", part)
    if not found:
        return set()
    first, last = (_number(text, place) for text in found.groups()[:2])
    if -1 in (first, last):
        return set()
    step = int(found[3]) if found[3] else None
    start = least if first is None else first
    end = last if last is not None else most if first is None or step else first
    if not least <= start <= end <= most or step == 0 or (step and step > most):
        return set()
    return set(range(start, end + 1, step or 1))


def _number(text: str | None, place: str) -> int | None:
    """A number or a name of a place; None for none, -1 for what is neither."""
    if text is None:
        return None
    names = _NAMES.get(place, ())
    if text.lower() in names:
        return names.index(text.lower()) + (place == "month")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else -1
