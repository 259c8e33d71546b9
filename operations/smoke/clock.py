"""The clock of a smoke test. Tests pass one of their own."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time."""

    def seconds(self) -> float:
        """Seconds since a fixed moment. Never decreases."""
        ...

    def now(self) -> datetime:
        """The current time in UTC."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait before a condition is checked again."""
        ...


class SystemClock:
    """The clock of this machine."""

    def seconds(self) -> float:
        """Seconds since a fixed moment. Never decreases."""
        return time.monotonic()

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        """Wait before a condition is checked again."""
        time.sleep(seconds)
