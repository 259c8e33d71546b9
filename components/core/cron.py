"""The cron schedules of CronJobs and of Argo CD's sync windows."""

from calendar import monthrange

from ..facts.cron import KUBERNETES, parse_cron
from .spec import refuse

_LEAP_YEAR = 2028


def cron_schedule(schedule: str) -> str:
    """`schedule`, when it is a valid cron schedule whose time occurs; refused otherwise.

    Raises:
        PydanticCustomError: a field is missing or out of bounds, or none of the months has the day.
    """
    try:
        cron = parse_cron(schedule, KUBERNETES)
    except ValueError as wrong:
        raise refuse(schedule, str(wrong)) from None
    longest = max(monthrange(_LEAP_YEAR, month)[1] for month in cron.months)
    if cron.any_weekday and min(cron.days) > longest:
        days, months = schedule.split()[2:4]
        raise refuse(
            schedule, f"{schedule!r} never occurs: month {months} has no day {days}; write a day from 1 to {longest}"
        )
    return schedule
