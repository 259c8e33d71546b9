"""The end of scheduled hours: replicas must leave a pool before its ceiling falls.

When the maximum of an Auto Scaling group falls below its size, Auto Scaling ends nodes whether they are busy or not.
So the higher floors of models end first, their replicas go, and the autoscaler removes the idle nodes; the ceiling
follows. Source: EC2 Auto Scaling user guide, "Set scaling limits for your Auto Scaling group".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from components.cluster.node_pool.schedule import MINUTES_A_DAY, ScheduleSpec, Weekday
from components.cluster.node_pool.spec import NodePoolSpec
from components.serving.model_service.spec import FloorSpec, ModelServiceSpec

LEAVING_MINUTES = 45
"""Minutes between the end of a floor and the last of its nodes gone: the autoscaler of pods waits 15 for a model with
GPUs, a replica ends within its grace period, a node must be unneeded for 10, and then it is drained and ended."""
_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class LateFloor:
    """A model's floor that ends too late for the ceiling of the pool that it runs on."""

    model: ModelServiceSpec
    floor: FloorSpec
    pool: NodePoolSpec
    schedule: ScheduleSpec

    @property
    def latest_end(self) -> str:
        """When the floor must end, as HH:MM."""
        hours, _, minutes = self.schedule.end.partition(":")
        latest = (int(hours) * 60 + int(minutes) - LEAVING_MINUTES) % MINUTES_A_DAY
        return f"{latest // 60:02d}:{latest % 60:02d}"


def late_floors(pools: Sequence[NodePoolSpec], models: Iterable[ModelServiceSpec]) -> Iterator[LateFloor]:
    """Floors that begin in a pool's scheduled hours and do not end `LEAVING_MINUTES` before these do.

    Hours in different time zones are not compared.
    """
    for model in models:
        needs_gpu = bool(model.gpus or model.gpu_share)
        for pool in pools:
            if pool.lead.has_nvidia != needs_gpu:
                continue
            for schedule in pool.schedules:
                yield from (
                    LateFloor(model, floor, pool, schedule) for floor in model.schedules if _is_late(floor, schedule)
                )


def _is_late(floor: FloorSpec, schedule: ScheduleSpec) -> bool:
    return floor.time_zone == schedule.time_zone and any(
        start - LEAVING_MINUTES <= begins + shift < end < ends + shift + LEAVING_MINUTES
        for start, end in schedule.week()
        for begins, ends in _week(floor)
        for shift in (-_WEEK, 0, _WEEK)
    )


def _week(floor: FloorSpec) -> Iterator[tuple[int, int]]:
    """The intervals of minutes of the week, counted from Sunday, in which the floor is raised."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (floor.start, floor.end))
    for day in floor.days:
        midnight = list(Weekday).index(day) * MINUTES_A_DAY
        yield midnight + start, midnight + end
