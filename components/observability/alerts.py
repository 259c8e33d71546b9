"""Alerts: what each of them has, and the rule of Prometheus that it becomes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What an alert asks for. Alertmanager's routes select by it."""

    CRITICAL = "critical"
    """Someone acts now, at night too."""
    WARNING = "warning"
    """Someone acts on the next working day."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert with its runbook."""

    name: str
    """Its name, such as NodeNotReady. The runbook's heading is the same."""
    expression: str
    """The PromQL expression that yields one series for each thing that is wrong."""
    minutes: int
    """How long the expression must hold."""
    severity: Severity
    summary: str
    """One sentence with Prometheus's templates."""
    meaning: str
    """The failure, and the users that it affects."""
    checks: tuple[str, ...]
    """What to look at first."""
    commands: tuple[str, ...] = ()
    """Commands that show the state."""
    owner: str = ""
    """The team that acts, as one of Prometheus's templates, where it is another one than that of the part."""

    def rule(self, owner: str | None, runbooks: str) -> dict[str, Any]:
        """The alerting rule. `owner` is the team that acts; None leaves the label of the expression's series.

        `runbooks` is the address of the page with the runbooks.
        """
        team = self.owner or owner
        told = {"owner": team} if team else {}
        waiting = {"for": f"{self.minutes}m"} if self.minutes else {}
        return {
            "alert": self.name,
            "expr": self.expression,
            **waiting,
            "labels": {"severity": str(self.severity), **told},
            "annotations": {"summary": self.summary, "runbook_url": f"{runbooks}#{self.name.lower()}"},
        }
