"""Cron schedules as EventBridge writes them."""

from .cron import KUBERNETES, Cron, parse_cron

_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EVERY = {"minutes": 60, "hours": 24, "days": 31, "months": 12}
"""How many values each field has; a field with all of them is `*`."""


def schedule_expression(schedule: str) -> str:
    """The expression of EventBridge for a cron schedule with five fields: `0 3 * * 1` is `cron(0 3 ? * MON *)`.

    EventBridge has a sixth field, the year, counts weekdays from 1, and wants a `?` for one of the two days.
    Source: EventBridge Scheduler user guide, "Schedule types", Cron-based schedules.
    """
    cron = parse_cron(schedule, KUBERNETES)
    minutes, hours, days, months = (_values(cron, field) for field in _EVERY)
    if cron.any_weekday:
        return f"cron({minutes} {hours} {days} {months} ? *)"
    weekdays = ",".join(_WEEKDAYS[day] for day in sorted(cron.weekdays))
    return f"cron({minutes} {hours} ? {months} {weekdays} *)"


def _values(cron: Cron, field: str) -> str:
    values = sorted(getattr(cron, field))
    return "*" if len(values) == _EVERY[field] else ",".join(map(str, values))
