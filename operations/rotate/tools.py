"""What each rotation uses: clients of AWS, kubectl, the clock, the journal, and what is wrong with what it found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..restore.journal import Clock, Journal
from ..restore.online import Kubectl
from ..restore.steps import RestoreError
from ..state import State

Clients = Callable[[str, str], Any]
"""The client of boto3 for a service in a region: `clients("kms", "us-east-1")`."""

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Tools:
    """What each rotation uses. A client is made when a step calls it, so a dry run makes none."""

    state: State
    clients: Clients
    kubectl: Kubectl
    journal: Journal
    clock: Clock
    now: bool = False
    """Whether what AWS rotates by itself is rotated at once, too."""

    def token(self, secret: str) -> str:
        """The id of the version that this run makes of a secret. The same run always finds it again."""
        return str(uuid5(NAMESPACE_URL, f"{self.state.stack}/{self.journal.run}/{secret}"))

    def days_since(self, moment: datetime | float) -> float:
        """Days from a moment until now, by the clock of this run."""
        return (self.clock.now() - seconds(moment)) / DAY_SECONDS

    def wait_until(self, done: Callable[[], bool], minutes: float, late: str) -> None:
        """Ask `done` every five seconds.

        Raises:
            RestoreError: it is not done in time; `late` says what is late.
        """
        end = self.clock.now() + minutes * 60
        while not done():
            if self.clock.now() >= end:
                raise RestoreError(f"{late} after {minutes:g} minutes")
            self.clock.wait(5)


def seconds(moment: datetime | float) -> float:
    """A moment of an answer of AWS in seconds since 1970. One without a time zone is in UTC."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return float(moment)


def day(moment: datetime | float) -> str:
    """The day of a moment, in UTC."""
    return datetime.fromtimestamp(seconds(moment), UTC).strftime("%Y-%m-%d")


def settled(problems: Sequence[str]) -> None:
    """Fail with all problems at once.

    Raises:
        RestoreError: there is a problem.
    """
    if problems:
        raise RestoreError("; ".join(problems))
