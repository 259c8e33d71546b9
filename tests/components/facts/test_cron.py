"""One parser reads the cron of Kubernetes and of Auto Scaling, each by its own dialect."""

import pytest

from components.facts.cron import AUTO_SCALING, KUBERNETES, parse_cron, runs_a_month, shortest_gap_minutes


def test_auto_scaling_reads_7_as_sunday() -> None:
    assert parse_cron("0 8 * * 7", AUTO_SCALING) == parse_cron("0 8 * * 0", AUTO_SCALING)
    assert parse_cron("0 8 * * 5-7", AUTO_SCALING).weekdays == {5, 6, 0}


def test_kubernetes_refuses_7_as_weekday() -> None:
    with pytest.raises(ValueError, match="'7' is not a weekday of cron; write \\*, numbers from 0 to 6"):
        parse_cron("0 8 * * 7", KUBERNETES)


def test_question_mark_means_every_in_auto_scaling_alone() -> None:
    assert parse_cron("0 8 ? * ?", AUTO_SCALING) == parse_cron("0 8 * * *", AUTO_SCALING)
    with pytest.raises(ValueError, match="'\\?' is not a day of cron"):
        parse_cron("0 8 ? * *", KUBERNETES)


@pytest.mark.parametrize("schedule", ["*/15 22-23 1,15 * 1-5", "5/10 * * jan SUN", "0 8 * * mon,3,FRI-sat"])
def test_dialects_agree_on_what_both_read(schedule: str) -> None:
    assert parse_cron(schedule, AUTO_SCALING) == parse_cron(schedule, KUBERNETES)


@pytest.mark.parametrize(
    ("day", "any_day"), [("*", True), ("*/1", True), ("1,*", True), ("*/2", False), ("1-31", False)]
)
def test_star_without_step_leaves_the_day_open(day: str, any_day: bool) -> None:
    assert parse_cron(f"0 8 {day} * 5", KUBERNETES).any_day is any_day


@pytest.mark.parametrize(
    ("schedule", "gap", "runs"),
    [
        ("* * * * *", 1, 43_920),
        ("59,0 * * * *", 1, 1_464),
        ("0 0,23 * * *", 60, 61),
        ("0 1 * * *", 24 * 60, 31),
        ("0 1 * * 0", 7 * 24 * 60, 5),
        ("0 1 29 2 *", 366 * 24 * 60, 1),
    ],
)
def test_gap_and_number_of_runs_follow_the_schedule(schedule: str, gap: int, runs: int) -> None:
    cron = parse_cron(schedule, KUBERNETES)
    assert (shortest_gap_minutes(cron), runs_a_month(cron)) == (gap, runs)
