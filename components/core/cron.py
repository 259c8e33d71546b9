"""The cron schedules of CronJobs and of Argo CD's sync windows."""

from ..facts.cron import KUBERNETES, last_day_if_never, parse_cron
from .spec import refuse


def cron_schedule(schedule: str) -> str:
    """`schedule`, when it is a valid cron schedule whose time occurs; refused otherwise.

    Raises:
        PydanticCustomError: a field is missing or out of bounds, or none of the months has the day.
    """
    try:
        cron = parse_cron(schedule, KUBERNETES)
    except ValueError as wrong:
        raise refuse(schedule, str(wrong)) from None
    if longest := last_day_if_never(cron):
        days, months = schedule.split()[2:4]
        raise refuse(
            schedule, f"{schedule!r} never occurs: month {months} has no day {days}; write a day from 1 to {longest}"
        )
    return schedule
