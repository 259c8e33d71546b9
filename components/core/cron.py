"""Cron schedules with five fields: minute, hour, day, month and weekday."""

import re
from calendar import monthrange

from .spec import refuse

_BOUNDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_LEAP_YEAR = 2028


def cron_schedule(schedule: str) -> str:
    """`schedule`, when it is a valid cron schedule whose time occurs; refused otherwise.

    Numbers, ranges, steps, lists, and three-letter names of months and weekdays, as the parser of Kubernetes' CronJobs
    and of Argo CD's sync windows takes them. Source: robfig/cron v3, "CRON Expression Format".

    Raises:
        PydanticCustomError: a field is missing or out of bounds, or none of the months has the day.
    """
    fields = schedule.split(" ")
    if len(fields) != len(_BOUNDS):
        raise refuse(schedule, f"{schedule!r} has {len(fields)} fields; write minute hour day month weekday")
    values: dict[str, set[int]] = {}
    for text, (name, (least, most)) in zip(fields, _BOUNDS.items(), strict=True):
        parts = [_values(part, name, least, most) for part in text.split(",")]
        if not all(parts):
            raise refuse(
                schedule, f"{text!r} is not a {name} of cron; write *, numbers from {least} to {most}, a-b or */n"
            )
        values[name] = {number for part in parts for number in part}
    days, weekdays = fields[2], fields[4]
    # With both a day and a weekday, either is enough. A star with a step counts as a weekday.
    longest = max(monthrange(_LEAP_YEAR, month)[1] for month in values["month"])
    any_weekday = not {"*", "*/1"}.isdisjoint(weekdays.split(","))
    if any_weekday and min(values["day"]) > longest:
        raise refuse(
            schedule,
            f"{schedule!r} never occurs: month {fields[3]} has no day {days}; write a day from 1 to {longest}",
        )
    return schedule


def _values(part: str, field: str, least: int, most: int) -> set[int]:
    """The numbers that one comma-separated part of a field means; empty when the part is wrong."""
    found = re.fullmatch(r"(?:\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,2}))?", part)
    if not found:
        return set()
    first, last = (_number(text, field) for text in found.groups()[:2])
    if -1 in (first, last):
        return set()
    step = int(found[3]) if found[3] else None
    start = least if first is None else first
    end = last if last is not None else most if first is None or step else first
    if not least <= start <= end <= most or step == 0 or (step and step > most):
        return set()
    return set(range(start, end + 1, step or 1))


def _number(text: str | None, field: str) -> int | None:
    """The value of a number or a name in a field; None without text, -1 for anything else."""
    if text is None:
        return None
    names = _NAMES.get(field, ())
    if text.lower() in names:
        return names.index(text.lower()) + (field == "month")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else -1
