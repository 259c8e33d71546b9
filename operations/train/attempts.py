"""The attempts of a job that an engine knows, and what becomes of the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from .request import Request


class EngineError(RuntimeError):
    """An engine refused a call, or it could not be reached."""


class Status(StrEnum):
    """What has become of an attempt."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a job. `identifier` is what the engine calls it."""

    number: int
    identifier: str
    status: Status
    reason: str = ""


class Runner(Protocol):
    """An engine that runs jobs."""

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the job that the engine knows, from the first to the last."""
        ...

    def start(self, requests: Sequence[Request]) -> str:
        """Start an attempt, and return what the engine calls it."""
        ...

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """The lines that the attempt has written until now."""
        ...


def newest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that was started last."""
    return max(attempts, key=lambda attempt: attempt.number, default=None)


def attempt_number(name: str, prefix: str) -> int | None:
    """The number at the end of a run's name, if the name begins with `prefix`."""
    rest = name.removeprefix(prefix)
    return int(rest) if name.startswith(prefix) and rest.isdecimal() else None
