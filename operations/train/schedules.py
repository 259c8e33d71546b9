"""A schedule of EventBridge Scheduler that starts a job on Batch or SageMaker."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from components.facts.schedule_expression import schedule_expression

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
        "ScheduleExpression": schedule_expression(job.schedule or ""),
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": target,
    }
    return [*before, Request("scheduler", "create_schedule", schedule)]


def put(scheduler: Any, schedule: Request) -> None:
    """Create the schedule, or make the one with its name like it."""
    try:
        scheduler.update_schedule(**schedule.parameters)
    except scheduler.exceptions.ResourceNotFoundException:
        scheduler.create_schedule(**schedule.parameters)


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
