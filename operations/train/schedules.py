"""A schedule of EventBridge Scheduler that starts a job on Batch or SageMaker."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from components.facts.cron import KUBERNETES, Cron, parse_cron

from ..settings import SettingsError, fault
from . import batch, sagemaker
from .job import AT, TrainingJob
from .platform import Platform, found, needed
from .request import Engine, Request

EXECUTION = "<aws.scheduler.execution-id>"
"""What the scheduler replaces by an id of its own each time. Source: EventBridge Scheduler user guide, "Adding context
attributes"."""
_LONGEST_EXECUTION = 36
_TARGETS = {
    Engine.BATCH: "batch:submitJob",
    Engine.SAGEMAKER: "sagemaker:createTrainingJob",
}
"""Source: EventBridge Scheduler user guide, "Using universal targets"."""
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_COUNTS = {"minutes": 60, "hours": 24, "days": 31, "months": 12}
_MAPS = ("tags", "Environment")
"""Parameters whose keys are the caller's, not the API's."""


def requests(engine: Engine, job: TrainingJob, platform: Platform) -> list[Request]:
    """What the schedule needs, then the schedule.

    Raises:
        SettingsError: the job or the stack lacks what the engine or the schedule needs.
    """
    if engine not in _STARTS:
        remedy = (
            "the role of a team's schedules may not start Spark jobs, whose role is the same for all teams; remove "
            "schedule, or make the schedule and a role for it in a Pulumi program of your own"
        )
        raise SettingsError("job", [fault("schedule", job.schedule, remedy)])
    section = "batchQueue or trainingPlatform"
    needed(platform, "a schedule", scheduler_role_arns=section, schedule_groups=section)
    *before, start = _STARTS[engine](job, platform)
    role = found(platform.scheduler_role_arns, job.team, "team", "schedulerRoleArns")
    partition = role.split(":")[1]
    target: dict[str, Any] = {
        "Arn": f"arn:{partition}:scheduler:::aws-sdk:{_TARGETS[engine]}",
        "RoleArn": role,
        "Input": json.dumps(_pascal(start.parameters)),
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
    }
    if job.team in platform.undelivered_schedules_arns:
        target["DeadLetterConfig"] = {"Arn": platform.undelivered_schedules_arns[job.team]}
    schedule = {
        "Name": f"{job.team}-{job.name}",
        "GroupName": found(platform.schedule_groups, job.team, "team", "scheduleGroups"),
        "ScheduleExpression": expression(job.schedule or ""),
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": target,
    }
    return [*before, Request("scheduler", "create_schedule", schedule)]


def expression(schedule: str) -> str:
    """EventBridge's expression of a schedule with five fields: `0 3 * * 1` is `cron(0 3 ? * MON *)`.

    EventBridge has a sixth field, the year, counts weekdays from 1, and wants a `?` for one of the two days.
    Source: EventBridge Scheduler user guide, "Schedule types", Cron-based schedules.
    """
    cron = parse_cron(schedule, KUBERNETES)
    minutes, hours, days, months = (_values(cron, field) for field in _COUNTS)
    if cron.any_weekday:
        return f"cron({minutes} {hours} {days} {months} ? *)"
    return f"cron({minutes} {hours} ? {months} {','.join(_WEEKDAYS[day] for day in sorted(cron.weekdays))} *)"


def put(scheduler: Any, schedule: Request) -> None:
    """Create the schedule, or make the one with its name like it."""
    try:
        scheduler.update_schedule(**schedule.parameters)
    except scheduler.exceptions.ResourceNotFoundException:
        scheduler.create_schedule(**schedule.parameters)


def _values(cron: Cron, field: str) -> str:
    values = sorted(getattr(cron, field))
    return "*" if len(values) == _COUNTS[field] else ",".join(map(str, values))


def _batch(job: TrainingJob, platform: Platform) -> list[Request]:
    name = f"{job.name}{AT}{EXECUTION}"
    return batch.submissions(job, platform, name, name)


def _sagemaker(job: TrainingJob, platform: Platform) -> list[Request]:
    longest = sagemaker.LONGEST_NAME - _LONGEST_EXECUTION - len(AT) - 1
    if len(job.team) + len(job.name) > longest:
        remedy = f"the names of team and job are part of SageMaker's; shorten them to {longest} characters together"
        raise SettingsError("job", [fault("name", job.name, remedy)])
    run_id = f"{job.name}{AT}{EXECUTION}"
    return [sagemaker.creation(job, platform, run_id, f"{job.team}-{run_id}")]


_STARTS: Mapping[Engine, Callable[[TrainingJob, Platform], Sequence[Request]]] = {
    Engine.BATCH: _batch,
    Engine.SAGEMAKER: _sagemaker,
}


def _pascal(value: Any) -> Any:
    """Parameters as a universal target takes them: each key begins with a capital letter."""
    if isinstance(value, Mapping):
        named = cast(Mapping[str, Any], value)
        return {key[:1].upper() + key[1:]: item if key in _MAPS else _pascal(item) for key, item in named.items()}
    if isinstance(value, list | tuple):
        return [_pascal(item) for item in cast(Sequence[Any], value)]
    return value
