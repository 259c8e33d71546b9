"""Schedules that raise a node pool's maximum, as scheduled actions of its Auto Scaling group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NotRequired, TypedDict

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...core.time_zones import known_time_zone

MINUTES_A_DAY = 24 * 60
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Weekday(StrEnum):
    """A day of the week, in cron's order from Sunday."""

    SUNDAY = "sunday"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"


class ScheduleConfig(TypedDict):
    """Hours with a higher maximum of a pool."""

    name: str
    """The schedule's name within its pool."""

    additional_nodes: int
    """The number of nodes that is added to the maximum."""

    start: str
    """The time when the maximum rises, as HH:MM."""

    end: str
    """The time when it falls back, as HH:MM; on the next day when it is before the start."""

    days: NotRequired[list[str]]
    """The days of the start; every day by default."""

    time_zone: NotRequired[str]
    """The IANA time zone of the hours; Etc/UTC by default."""


class ScheduleSpec(Spec):
    """Hours with a higher maximum of a pool. The autoscaler still changes the size."""

    name: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", description="The schedule's name within its pool."
    )
    additional_nodes: int = Field(ge=1, le=1000, description="The number of nodes that is added to the maximum.")
    start: str = Field(pattern=_CLOCK, description="The time when the maximum rises, HH:MM.")
    end: str = Field(
        pattern=_CLOCK, description="The time when it falls back, HH:MM; on the next day when before the start."
    )
    days: tuple[Weekday, ...] = Field(
        default=tuple(Weekday), min_length=1, description="The days of the start; every day by default."
    )
    time_zone: str = Field(
        default="Etc/UTC",
        pattern=r"^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+$",
        description="The IANA time zone of the hours.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return known_time_zone(zone)

    @field_validator("end")
    @classmethod
    def _ends_at_another_time(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise refuse(end, "end must differ from start")
        return end

    @model_validator(mode="after")
    def _ends_before_it_starts_again(self) -> "ScheduleSpec":
        if len(set(self.days)) != len(self.days):
            raise refuse_at("days", self.days, "a day is listed twice; list it once")
        return self

    def actions(self, ceiling: int) -> Iterator["Action"]:
        """The scheduled actions: raise the maximum at the start, and set it back to `ceiling` at the end."""
        overnight = _minutes(self.end) < _minutes(self.start)
        yield Action(
            f"{self.name}-start", _cron(self.start, self.days, 0), self.time_zone, ceiling + self.additional_nodes
        )
        yield Action(f"{self.name}-end", _cron(self.end, self.days, int(overnight)), self.time_zone, ceiling)

    def week(self) -> set[tuple[int, int]]:
        """The half-open intervals with the raised maximum, in minutes of the week from Sunday."""
        length = (_minutes(self.end) - _minutes(self.start)) % MINUTES_A_DAY
        starts = [list(Weekday).index(day) * MINUTES_A_DAY + _minutes(self.start) for day in self.days]
        return {(start, start + length) for start in starts}


@dataclass(frozen=True, slots=True)
class Action:
    """A scheduled action: at each `recurrence` (cron) in `time_zone`, the group's maximum becomes `ceiling` nodes."""

    name: str
    recurrence: str
    time_zone: str
    ceiling: int


def overlapping(schedules: Sequence[ScheduleSpec]) -> tuple[str, str] | None:
    """The names of two schedules that overlap, or change the maximum at the same minute; None without any.

    Each schedule sets the maximum to a fixed number, so the earlier end would remove the nodes of the other schedule.
    Auto Scaling refuses two actions at the same time, such as an end and the next start. Source: EC2 Auto Scaling user
    guide,
    "Scheduled scaling", Limitations.
    """
    week = 7 * MINUTES_A_DAY
    spans = [
        (start + shift, end + shift, schedule.name)
        for schedule in schedules
        for start, end in schedule.week()
        for shift in (0, week)
    ]
    spans.sort()
    for (_, end, first), (start, _, second) in pairwise(spans):
        if start <= end:
            return first, second
    return None


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _cron(clock: str, days: Sequence[Weekday], shift: int) -> str:
    hours, _, minutes = clock.partition(":")
    numbers = sorted({(list(Weekday).index(day) + shift) % 7 for day in days})
    on = "*" if len(numbers) == len(Weekday) else ",".join(map(str, numbers))
    return f"{int(minutes)} {int(hours)} * * {on}"
