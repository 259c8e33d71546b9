"""The settings of the worker, from the environment of its container."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

ALIVE = Path(os.environ.get("ALIVE_FILE", "/tmp/alive"))  # noqa: S108 - inside of the container
"""The file that the worker touches at each heartbeat, which needs the broker."""


class SettingsError(Exception):
    """What is wrong with the environment."""


@dataclass(frozen=True, slots=True)
class Task:
    """A Celery task, and the job of AWS Batch that does its work."""

    name: str
    """The name of the task in Celery."""
    queue: str
    """The queue in Celery that the task is sent to."""
    job_queue: str
    """The queue in AWS Batch."""
    job_definition: str
    """The definition in AWS Batch, of which the newest revision is taken."""
    share: str
    """The identifier of the team's share of the queue."""
    team: str
    """The tag `team` of the job."""
    retries: int
    """Further jobs after one that failed. AWS Batch itself repeats a job whose machine is lost."""
    results: str = ""
    """The folder in S3 in which its jobs write results, such as s3://bucket/folder/; empty when they write none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where tasks come from, and what is done with them."""

    broker: str
    """The address of the queue, which also keeps results."""
    region: str
    tasks: tuple[Task, ...]
    poll_seconds: int
    """Seconds from one look at a job to the next."""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment: AWS_REGION, QUEUE_URL_FILE, TASKS as a JSON list, and POLL_SECONDS.

    Raises:
        SettingsError: a variable is missing or wrong.
    """
    if missing := [name for name in ("AWS_REGION", "QUEUE_URL_FILE", "TASKS") if not environment.get(name)]:
        raise SettingsError(f"{', '.join(missing)}: not set; the starter's Compose file sets it")
    try:
        broker = Path(environment["QUEUE_URL_FILE"]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"QUEUE_URL_FILE = {environment['QUEUE_URL_FILE']!r}: {error.strerror}") from error
    return Settings(broker, environment["AWS_REGION"], _tasks(environment["TASKS"]), _seconds(environment))


def _tasks(text: str) -> tuple[Task, ...]:
    wanted = {field.name: field.type for field in fields(Task)}
    try:
        found: Any = json.loads(text)
        tasks = tuple(Task(**each) for each in cast("list[dict[str, Any]]", found))
    except (ValueError, TypeError) as error:
        raise SettingsError(f"TASKS: {error}; write a JSON list of objects with {', '.join(wanted)}") from error
    if not tasks:
        raise SettingsError("TASKS: it is empty; name at least one task")
    return tasks


def _seconds(environment: Mapping[str, str]) -> int:
    text = environment.get("POLL_SECONDS", "30")
    if not text.isdecimal() or not 1 <= int(text) <= 300:
        raise SettingsError(f"POLL_SECONDS = {text!r}: write a whole number from 1 to 300")
    return int(text)
