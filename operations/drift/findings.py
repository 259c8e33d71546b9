"""What a comparison finds."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import Any


class Kind(StrEnum):
    """How the cloud differs."""

    MISSING = "missing"
    """In the state, not in the cloud."""
    ORPHAN = "orphan"
    """In the cloud with the stack's tags, not in the state."""
    CHANGED = "changed"
    """In both, with another value."""
    NOT_DEPLOYED = "not-deployed"
    """In the plan, not in the state."""
    NOT_PLANNED = "not-planned"
    """In the state, not in the plan: the next deployment deletes it."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A difference."""

    kind: Kind
    what: str
    """The resource's name in the program, or its ARN."""
    field: str = ""
    expected: str = ""
    found: str = ""
    monthly: float | None = None
    """USD a month at list price; None when no price is known."""
    remedy: str = ""


@dataclass(slots=True)
class Findings:
    """All differences, and what could not be compared."""

    differences: list[Finding] = field(default_factory=list[Finding])
    failures: list[str] = field(default_factory=list[str])
    """Calls that AWS refused, so that the comparison has gaps."""
    unchecked: list[str] = field(default_factory=list[str])
    """Resources of which AWS lists no kind, so that nothing is known of them."""
    compared: int = 0
    """How many resources were looked for."""

    def changed(self, what: str, name: str, expected: object, found: object, remedy: str = "") -> None:
        """Keep a value that differs."""
        if expected != found:
            known = Finding(Kind.CHANGED, what, name, str(expected), str(found), remedy=remedy)
            self.differences.append(known)

    @contextmanager
    def reading(self, what: str) -> Generator[None]:
        """Keep going when AWS refuses to show something, and say so.

        Throttling that outlasts the retries of botocore, and missing rights, are failures of the comparison.
        """
        exceptions: Any = import_module("botocore.exceptions")
        try:
            yield
        except (exceptions.ClientError, exceptions.BotoCoreError) as error:
            self.failures.append(f"{what}: {' '.join(str(error).split())}")


Clients = Callable[[str, str], Any]
"""The client of boto3 for a service in a region."""


def code(error: Exception) -> str:
    """The code of an error of AWS, such as DBInstanceNotFound."""
    answer: dict[str, Any] = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Code", ""))
