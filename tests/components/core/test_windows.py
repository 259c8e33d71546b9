"""Windows of time overlap where they have a minute in common, over midnight and the week's end too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.windows import minutes_long, overlap

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def moment(minute: int) -> str:
    return f"{DAYS[minute // DAY]}:{clock(minute % DAY)}"


@pytest.mark.parametrize(
    ("window", "long"),
    [("03:00-04:00", 60), ("23:30-00:15", 45), ("sun:05:00-sun:05:30", 30), ("sun:23:30-mon:00:30", 60)],
)
def test_a_window_ends_after_it_starts(window: str, long: int) -> None:
    assert minutes_long(window) == long


@given(st.integers(0, DAY - 1), st.integers(1, 300), st.integers(0, WEEK - 1), st.integers(1, 300))
def test_windows_overlap_as_their_minutes_do(start: int, length: int, first: int, other: int) -> None:
    daily = f"{clock(start)}-{clock((start + length) % DAY)}"
    weekly = f"{moment(first)}-{moment((first + other) % WEEK)}"
    each_day = {(start + minute) % DAY for minute in range(length)}
    once = {(first + minute) % DAY for minute in range(other)}
    assert overlap(daily, weekly) == bool(each_day & once)
