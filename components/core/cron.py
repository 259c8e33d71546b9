"""The cron schedules of CronJobs, of Argo CD's sync windows and of EventBridge."""

from ..facts.cron import KUBERNETES, last_day_if_never, parse_cron, runs_a_month, shortest_gap_minutes
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


def cron_without_both_days(schedule: str) -> str:
    """`schedule`, a valid cron schedule with five fields, when EventBridge can express it; refused otherwise.

    Raises:
        PydanticCustomError: it is not a valid schedule, or it restricts the day of the month and the weekday.
    """
    cron = parse_cron(cron_schedule(schedule), KUBERNETES)
    if not (cron.any_day or cron.any_weekday):
        raise refuse(
            schedule, f"{schedule!r} has a day and a weekday, and EventBridge takes one of them; write * for the other"
        )
    return schedule


def cron_once_a_day(schedule: str, why: str) -> str:
    """`schedule`, a schedule that EventBridge can express and that occurs once a day at the most; refused otherwise.

    `why` says what an occurrence costs.

    Raises:
        PydanticCustomError: it is not a valid schedule, or it occurs several times a day.
    """
    cron = parse_cron(cron_without_both_days(schedule), KUBERNETES)
    if times := len(cron.minutes) * len(cron.hours) - 1:
        raise refuse(
            schedule,
            f"{schedule!r} occurs {times + 1} times a day: {why}; write one minute and one hour, such as 0 5 * * 6",
        )
    return schedule


def too_frequent(schedule: str, minutes: int, why: str) -> str | None:
    """What is wrong with a valid schedule whose runs are less than `minutes` apart; None if they are not.

    `minutes` divides an hour or is whole hours, up to a day. `why` says what a run costs.
    """
    cron = parse_cron(schedule, KUBERNETES)
    gap = shortest_gap_minutes(cron)
    if gap >= minutes:
        return None
    hours = minutes // 60
    example = f"*/{minutes} * * * *" if not hours else "0 1 * * *" if hours >= 24 else f"0 */{hours} * * *"
    return (
        f"{schedule!r} has {gap} min between two runs, and {runs_a_month(cron):,} runs a month: {why}; leave "
        f"{minutes} minutes or more, as in {example}"
    )
