"""Cron expressions as minutes of the week, and what scheduled actions make of a pool over a week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.facts.cron import AUTO_SCALING
from pricing.schedules import HOURS_A_MONTH, Action, Size, minutes_of_week, week

DAY = 24 * 60


@pytest.mark.parametrize(
    ("recurrence", "minutes"),
    [
        ("0 8 * * *", {day * DAY + 480 for day in range(7)}),
        ("30 22 * * 0", {22 * 60 + 30}),
        ("30 22 * * 7", {22 * 60 + 30}),
        ("0 8 * * MON,wed", {1 * DAY + 480, 3 * DAY + 480}),
        ("0 8 * * 1-5", {day * DAY + 480 for day in range(1, 6)}),
        ("0 */12 * * 6", {6 * DAY, 6 * DAY + 720}),
        ("15,45 1 ? * SUN", {75, 105}),
    ],
)
def test_minutes_of_week(recurrence: str, minutes: set[int]) -> None:
    assert minutes_of_week(recurrence, AUTO_SCALING) == minutes


@pytest.mark.parametrize(
    "recurrence",
    ["", "0 8 * *", "0 24 * * *", "0 8 1 * *", "0 8 * 6 *", "0 8 1-31 * 5", "0 8 */2 * *", "x 8 * * *", "0 8 * * 5-1"],
)
def test_recurrence_that_is_not_weekly_is_refused(recurrence: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        minutes_of_week(recurrence, AUTO_SCALING)


def at(hour: int, **size: float) -> Action:
    return Action(minutes_of_week(f"0 {hour} * * *", AUTO_SCALING), Size(**size))


def hours_by(spans: list[tuple[float, Size]], name: str) -> dict[float, float]:
    found: dict[float, float] = {}
    for hours, size in spans:
        found[getattr(size, name)] = found.get(getattr(size, name), 0.0) + hours
    return found


def test_a_day_and_a_night_ceiling() -> None:
    spans = week(Size(20, 20, 25), [at(8, most=30), at(22, most=20)])
    assert hours_by(spans, "most") == {30: pytest.approx(730 * 14 / 24), 20: pytest.approx(730 * 10 / 24)}


def test_week_starts_with_the_size_of_its_last_action() -> None:
    spans = week(Size(most=1), [at(6, most=2), at(18, most=3)])
    assert set(hours_by(spans, "most")) == {2, 3}


def test_without_actions_the_size_stays() -> None:
    assert week(Size(1, 2, 3), []) == [(HOURS_A_MONTH, Size(1, 2, 3))]


actions = st.builds(
    Action,
    st.frozensets(st.integers(0, 7 * DAY - 1), max_size=20),
    st.builds(Size, *[st.none() | st.floats(0, 1000)] * 3),
)


@given(st.lists(actions, max_size=5))
def test_every_week_is_whole(found: list[Action]) -> None:
    assert sum(hours for hours, _ in week(Size(1, 1, 1), found)) == pytest.approx(HOURS_A_MONTH)


@given(st.text(alphabet="0123456789*/,-? MONSUN", max_size=20))
def test_any_text_is_a_recurrence_or_a_value_error(recurrence: str) -> None:
    try:
        found = minutes_of_week(recurrence, AUTO_SCALING)
    except ValueError:
        return
    assert all(0 <= minute < 7 * DAY for minute in found)
