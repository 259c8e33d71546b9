"""Cron schedules with five fields, as EventBridge writes them."""

import pytest
from pydantic_core import PydanticCustomError

from components.core.schedule_expression import cron_without_both_days, schedule_expression


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        ("0 3 * * *", "cron(0 3 * * ? *)"),
        ("*/15 * * * *", "cron(0,15,30,45 * * * ? *)"),
        ("30 6 1 1,7 *", "cron(30 6 1 1,7 ? *)"),
        # Sunday is 0 for cron and 1 for EventBridge; names are the same for both.
        ("0 4 * * 0", "cron(0 4 ? * SUN *)"),
        ("0 4 * * mon-fri", "cron(0 4 ? * MON,TUE,WED,THU,FRI *)"),
        ("59 23 31 dec *", "cron(59 23 31 12 ? *)"),
    ],
)
def test_schedule_expression_says_the_same_as_cron(schedule: str, expression: str) -> None:
    assert cron_without_both_days(schedule) == schedule
    assert schedule_expression(schedule) == expression


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
