from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cluster.node_pool.schedule import Action, ScheduleSpec, Weekday, overlapping
from components.core.spec import SpecError, parse

WEEK = 7 * 24 * 60


def schedule(**values: Any) -> ScheduleSpec:
    given_values = {"name": "peak", "additionalNodes": 10, "start": "08:00", "end": "22:00", **values}
    return parse(ScheduleSpec, given_values, "schedule")


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def moments(action: Action) -> list[int]:
    """The minutes of the week, counted from Sunday, at which cron fires."""
    minutes, hours, month_day, month, days = action.recurrence.split(" ")
    assert (month_day, month) == ("*", "*")
    wanted = range(7) if days == "*" else [int(day) for day in days.split(",")]
    return [day * 24 * 60 + int(hours) * 60 + int(minutes) for day in wanted]


def ceilings(spec: ScheduleSpec, ceiling: int) -> list[int]:
    """The ceiling at every minute of the week once the actions have run for a while, as Auto Scaling would set it."""
    events = sorted((moment, action.ceiling) for action in spec.actions(ceiling) for moment in moments(action))
    now = events[-1][1]
    found: list[int] = []
    due = dict(events)
    for at in range(WEEK):
        now = due.get(at, now)
        found.append(now)
    return found


def raised(spec: ScheduleSpec) -> set[int]:
    """The minutes of the week in which the schedule is meant to hold, counted one by one."""
    length = (minute(spec.end) - minute(spec.start)) % (24 * 60)
    starts = [list(Weekday).index(day) * 24 * 60 + minute(spec.start) for day in spec.days]
    return {(start + step) % WEEK for start in starts for step in range(length)}


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
days = st.lists(st.sampled_from(list(Weekday)), min_size=1, unique=True)
hours = st.tuples(clocks, clocks).filter(lambda both: both[0] != both[1])


def _spec(both: tuple[str, str], on: list[Weekday], extra: int) -> ScheduleSpec:
    return schedule(start=both[0], end=both[1], days=on, additionalNodes=extra)


schedules = st.builds(
    _spec,
    hours,
    days,
    st.integers(1, 50),
)


@settings(deadline=None)
@given(schedules, st.integers(1, 100))
def test_actions_raise_the_ceiling_in_scheduled_minutes(spec: ScheduleSpec, ceiling: int) -> None:
    meant = raised(spec)
    found = ceilings(spec, ceiling)
    assert found == [ceiling + spec.additional_nodes if at in meant else ceiling for at in range(WEEK)]


@settings(deadline=None)
@given(st.lists(schedules, min_size=2, max_size=3))
def test_overlaps_are_found_as_by_counting_minutes(specs: list[ScheduleSpec]) -> None:
    named = [spec.model_copy(update={"name": f"s{index}"}) for index, spec in enumerate(specs)]
    # The minute after the last belongs to a schedule as well: two actions at one time are refused by Auto Scaling.
    held = [raised(spec) | {(at + 1) % WEEK for at in raised(spec)} for spec in named]
    clash = any(held[one] & held[two] for one in range(len(held)) for two in range(one))
    pair = overlapping(named)
    assert (pair is not None) == clash
    if pair:
        first, second = (int(name[1:]) for name in pair)
        assert first != second
        assert held[first] & held[second]


def test_the_seeds_hours_every_day_in_utc() -> None:
    start, end = schedule().actions(20)
    assert start == Action("peak-start", "0 8 * * *", "Etc/UTC", 30)
    assert end == Action("peak-end", "0 22 * * *", "Etc/UTC", 20)


def test_a_night_ends_on_the_following_day() -> None:
    start, end = schedule(start="22:30", end="06:15", days=["friday", "saturday"]).actions(2)
    assert (start.recurrence, end.recurrence) == ("30 22 * * 5,6", "15 6 * * 0,6")


def test_hours_are_in_the_zone_that_is_named() -> None:
    assert {action.time_zone for action in schedule(timeZone="Europe/Berlin").actions(1)} == {"Europe/Berlin"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"end": "08:00"}, "end = '08:00': end must differ from start"),
        ({"start": "8:00"}, "start = '8:00': "),
        ({"end": "24:00"}, "end = '24:00': "),
        ({"additionalNodes": 0}, "additionalNodes = 0: "),
        ({"days": ["monday", "monday"]}, "days = ['monday', 'monday']: a day is listed twice; list it once"),
        ({"days": []}, "days = []: "),
        ({"days": ["Monday"]}, "days[0] = 'Monday': allowed: sunday, monday"),
        ({"timeZone": "UTC+2"}, "timeZone = 'UTC+2': "),
        (
            {"timeZone": "Europe/Berln"},
            "Europe/Berln is not an IANA time zone; did you mean Europe/Berlin?",
        ),
        (
            {"until": "22:00"},
            "until is not a known field; known here: name, additionalNodes, start, end, days, timeZone",
        ),
    ],
)
def test_a_wrong_schedule_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as refusal:
        schedule(**values)
    assert message in str(refusal.value)


def test_a_schedule_without_an_end_is_refused() -> None:
    with pytest.raises(SpecError, match="end is missing; it is required"):
        parse(ScheduleSpec, {"name": "peak", "additionalNodes": 10, "start": "08:00"}, "schedule")
