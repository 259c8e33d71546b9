"""What scheduled actions make of a pool over a week: how many hours it has which size."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

HOURS_A_MONTH = 730.0
"""365 days of 24 hours over twelve months, the convention of every figure here."""

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}


class Size(NamedTuple):
    """The bounds and the wish of a scaling group, in nodes; `None` where nothing sets it."""

    least: float | None = None
    wanted: float | None = None
    most: float | None = None


class Action(NamedTuple):
    """A scheduled change of a pool's size: at these minutes of the week (0 is Sunday 00:00), to these values."""

    minutes: frozenset[int]
    to: Size


def minutes_of_week(recurrence: str) -> frozenset[int]:
    """When a cron expression of five fields fires, in minutes of the week. The time zone does not matter to durations.

    Raises:
        ValueError: when it is no such expression, or one that depends on the day of the month or the month.
    """
    fields = recurrence.split()
    if len(fields) != 5:
        raise ValueError(f"recurrence {recurrence!r} does not have five fields")
    minute, hour, day, month, weekday = fields
    if day not in ("*", "?") or month != "*":
        raise ValueError(f"recurrence {recurrence!r} depends on the day of the month or the month")
    hours, minutes = _values(hour, 0, 23), _values(minute, 0, 59)
    days = {number % 7 for number in _values(_numbered(weekday), 0, 7)}
    return frozenset(day * _DAY + hour * 60 + minute for day in days for hour in hours for minute in minutes)


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


def _values(field: str, low: int, high: int) -> set[int]:
    return {value for part in field.split(",") for value in _part(part, low, high)}


def _part(part: str, low: int, high: int) -> Iterator[int]:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        first, last = low, high
    else:
        start, dash, end = span.partition("-")
        first = int(start)
        last = int(end) if dash else high if step else first
    every = int(step) if step else 1
    if not low <= first <= last <= high or every < 1:
        raise ValueError(f"{part!r} is not within {low}-{high}")
    return iter(range(first, last + 1, every))


def _numbered(weekday: str) -> str:
    for name, number in _DAYS.items():
        weekday = weekday.upper().replace(name, str(number))
    return weekday
