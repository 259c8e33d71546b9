"""Cron schedules with five fields, as EventBridge writes them."""

import pytest

from components.core.cron import cron_without_both_days
from components.facts.schedule_expression import schedule_expression


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
