"""Cron schedules as EventBridge writes them."""

from ..facts.cron import KUBERNETES, Cron, parse_cron
from .cron import cron_schedule
from .spec import refuse

_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EVERY = {"minutes": 60, "hours": 24, "days": 31, "months": 12}
"""How many values each field has; a field with all of them is `*`."""


def cron_without_both_days(schedule: str) -> str:
    """`schedule`, a valid cron schedule with five fields, when EventBridge can express it; refused otherwise.

    Raises:
        PydanticCustomError: it is no valid schedule, or it restricts the day of the month and the weekday.
    """
    cron = parse_cron(cron_schedule(schedule), KUBERNETES)
    if not (cron.any_day or cron.any_weekday):
        raise refuse(
            schedule, f"{schedule!r} has a day and a weekday, and EventBridge takes one of them; write * for the other"
        )
    return schedule


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
