"""The attempts of a job that an engine knows, and what becomes of the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .job import AT, TrainingJob, run_id_of, run_prefix
from .request import Request

STOPPED = "stopped by operations.train"
"""The reason of an attempt that a person stopped."""


class EngineError(RuntimeError):
    """An engine refused a call, or it could not be reached."""


class Status(StrEnum):
    """What has become of an attempt."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a job. `identifier` is the engine's own, and `name` begins with the job's name."""

    number: int
    identifier: str
    status: Status
    reason: str = ""
    name: str = ""

    def run_id(self, job: TrainingJob, run: str) -> str:
        """The name of its run, as in `run_variables`."""
        return (self.name or self.identifier) if job.schedule else run_id_of(job, run)


class Runner(Protocol):
    """An engine that runs jobs."""

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the job that the engine knows, from the first to the last."""
        ...

    def start(self, requests: Sequence[Request]) -> str:
        """Start an attempt, and return what the engine calls it."""
        ...

    def stop(self, attempt: Attempt) -> None:
        """End an attempt that waits or runs. A second time, nothing changes."""
        ...

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """The lines that the attempt has written until now."""
        ...


def newest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that was started last."""
    return max(attempts, key=lambda attempt: attempt.number, default=None)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the names of a job's runs begin. `scheduled` runs end with what the scheduler adds, others with a number."""

    prefix: str
    scheduled: bool

    def number(self, name: str, created: datetime | int) -> int | None:
        """The number of a run, by which runs are in order; None if the name is not of the job.

        Scheduled runs are in the order of their time `created`, a date or milliseconds.
        """
        rest = name.removeprefix(self.prefix)
        if not name.startswith(self.prefix):
            return None
        if self.scheduled:
            return int(created.timestamp() * 1000) if isinstance(created, datetime) else created
        return int(rest) if rest.isdecimal() else None


def naming(job: TrainingJob, run: str, before: str = "") -> Naming:
    """The names of the job's runs, which begin with `before`."""
    prefix = f"{job.name}{AT}" if job.schedule else run_prefix(job, run)
    return Naming(before + prefix, job.schedule is not None)
