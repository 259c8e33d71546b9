"""Schedules of cron that never come, or that no parser takes, are refused."""

import pytest
from pydantic_core import PydanticCustomError

from components.core.cron import cron_once_a_day, cron_schedule, cron_without_both_days


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "*/15 22-23 1,15 * 1-5",
        "0 22 29 2 *",
        "0 22 31 2 5",
        "0 22 31 2 */2",
        "0 22 31 1,2 *",
        "0 22 * * MON-FRI",
        "0 0 1 jan sun",
        "5/10 * * * *",
    ],
)
def test_schedule_that_comes_is_accepted(schedule: str) -> None:
    assert cron_schedule(schedule) == schedule


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("99 25 * * *", "'99' is not a minute of cron; write \\*, numbers from 0 to 59"),
        ("0 25 * * *", "'25' is not a hour of cron"),
        ("0 22 0 * *", "'0' is not a day of cron"),
        ("0 22 * 13 *", "'13' is not a month of cron"),
        ("0 22 * * 7", "'7' is not a weekday of cron; write \\*, numbers from 0 to 6"),
        ("0 22 * * xyz", "'xyz' is not a weekday of cron"),
        ("0 22 * *", "has 4 fields; write minute hour day month weekday"),
        ("0 22 31 2 *", "never occurs: month 2 has no day 31; write a day from 1 to 29"),
        ("0 22 30 feb *", "never occurs: month feb has no day 30"),
        ("0 22 31 4,6,9,11 *", "never occurs: month 4,6,9,11 has no day 31; write a day from 1 to 30"),
        ("²2 22 * * *", "is not a minute of cron"),
    ],
)
def test_schedule_that_never_comes_is_refused(schedule: str, told: str) -> None:
    with pytest.raises(PydanticCustomError, match=told):
        cron_schedule(schedule)


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("0 3 1 * 1", "has a day and a weekday, and EventBridge takes one of them; write * for the other"),
        ("0 3 * *", "has 4 fields"),
        ("0 24 * * *", "is not a hour"),
        ("0 3 30 2 *", "never occurs"),
    ],
)
def test_schedules_that_eventbridge_cannot_express_are_refused(schedule: str, why: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        cron_without_both_days(schedule)
    assert why in refused.value.message()


@pytest.mark.parametrize(("schedule", "times"), [("*/5 * * * *", 288), ("0 * * * *", 24), ("0,30 5 * * 6", 2)])
def test_a_schedule_that_occurs_several_times_a_day_is_refused(schedule: str, times: int) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        cron_once_a_day(schedule, "each costs money")
    assert f"occurs {times} times a day: each costs money; write one minute and one hour" in refused.value.message()


def test_a_daily_schedule_is_accepted() -> None:
    assert cron_once_a_day("0 5 * * *", "each costs money") == "0 5 * * *"
