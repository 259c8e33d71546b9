"""Time, as a smoke test takes it: handed in, so that what depends on it can be held still."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def seconds(self) -> float:
        """Seconds since some fixed moment; never back."""
        ...

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait before a condition is asked again."""
        ...


class SystemClock:
    """The machine's own time."""

    def seconds(self) -> float:
        """Seconds since some fixed moment; never back."""
        return time.monotonic()

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        """Wait before a condition is asked again."""
        time.sleep(seconds)
