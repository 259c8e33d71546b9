"""AWS time windows in UTC: HH:MM-HH:MM for a daily window, ddd:HH:MM-ddd:HH:MM for a weekly one."""

from .spec import refuse

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR, _DAY = 60, 24 * 60
_WEEK = 7 * _DAY

DAILY_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"
WEEKLY_PATTERN = (
    r"^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
    r"-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$"
)


def minutes_long(window: str) -> int:
    """The length of a window. A window that ends before it starts ends on the next day or in the next week."""
    start, end = map(_minute, window.split("-"))
    return (end - start) % (_WEEK if _weekly(window) else _DAY)


def at_least(window: str, minutes: int, length: str) -> str:
    """`window`, when it has `minutes` or more; refused otherwise. `length` is the same length in words."""
    if minutes_long(window) < minutes:
        raise refuse(window, f"{window} is {minutes_long(window)} minutes long; AWS requires {length} or more")
    return window


def overlap(daily: str, weekly: str) -> bool:
    """Whether a daily window and a weekly window overlap."""
    first, second = _minute(weekly.partition("-")[0]), _minute(daily.partition("-")[0])
    taken = range(minutes_long(weekly))
    return any((first + minute - second) % _DAY < minutes_long(daily) for minute in taken)


def _weekly(window: str) -> bool:
    return window[:3] in _DAYS


def _minute(moment: str) -> int:
    day, clock = (moment[:3], moment[4:]) if _weekly(moment) else (_DAYS[0], moment)
    hours, _, minutes = clock.partition(":")
    return _DAYS.index(day) * _DAY + int(hours) * _HOUR + int(minutes)
