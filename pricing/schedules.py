"""What scheduled actions make of a pool over a week: how many hours it has which size."""

from collections.abc import Sequence
from typing import NamedTuple

from components.facts.cron import Dialect, parse_cron

HOURS_A_MONTH = 730.0
"""365 days of 24 hours over twelve months, the convention of every figure here."""

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_MONTHS = 12


class Size(NamedTuple):
    """The bounds and the wish of a scaling group, in nodes; `None` where nothing sets it."""

    least: float | None = None
    wanted: float | None = None
    most: float | None = None


class Action(NamedTuple):
    """A scheduled change of a pool's size: at these minutes of the week (0 is Sunday 00:00), to these values."""

    minutes: frozenset[int]
    to: Size


def minutes_of_week(recurrence: str, dialect: Dialect) -> frozenset[int]:
    """When a cron expression of five fields fires, in minutes of the week. The time zone does not matter to durations.

    Raises:
        ValueError: when it is not such an expression, or one that depends on the day of the month or the month.
    """
    cron = parse_cron(recurrence, dialect)
    if not cron.any_day or len(cron.months) < _MONTHS:
        raise ValueError(f"recurrence {recurrence!r} depends on the day of the month or the month")
    return frozenset(
        day * _DAY + hour * 60 + minute for day in cron.weekdays for hour in cron.hours for minute in cron.minutes
    )


def week(start: Size, actions: Sequence[Action]) -> list[tuple[float, Size]]:
    """The sizes a pool has in the course of a week once its actions are in force, with the hours a month of each.

    Of actions in the same minute the later in the list wins. Where there are none the pool stays as it started.
    """
    events = sorted((minute, number) for number, action in enumerate(actions) for minute in action.minutes)
    if not events:
        return [(HOURS_A_MONTH, start)]
    size = start
    for _, number in events:
        size = _after(size, actions[number].to)
    spans: list[tuple[float, Size]] = [(events[0][0] * HOURS_A_MONTH / _WEEK, size)]
    for (minute, number), (until, _) in zip(events, [*events[1:], (_WEEK, 0)], strict=True):
        size = _after(size, actions[number].to)
        spans.append(((until - minute) * HOURS_A_MONTH / _WEEK, size))
    return [span for span in spans if span[0] > 0]


def _after(size: Size, change: Size) -> Size:
    """A size after an action. What the action leaves out stays."""
    values = {name: value for name in ("least", "wanted", "most") if (value := getattr(change, name)) is not None}
    return size._replace(**values)
