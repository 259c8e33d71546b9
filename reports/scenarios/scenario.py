"""A scenario: preconditions, steps with checks, how long it takes, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ENGINEER = "platform engineer"


@dataclass(frozen=True, slots=True)
class Step:
    """What one person or program does."""

    what: str
    commands: Sequence[str] = ()
    check: str = ""
    """How one sees that it worked, in words."""
    checked_by: Sequence[str] = ()
    """Commands that show it."""
    by: str = ENGINEER


@dataclass(frozen=True, slots=True)
class PersonStep:
    """What no program can do: who does it, how, and how one sees that it is done."""

    what: str
    who: str
    how: str
    check: str
    checked_by: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a scenario takes."""

    minutes: str
    """Such as 20 to 40."""
    source: str
    """What says so: a document of AWS, an objective that a drill measures, or an estimate."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and what is done about it."""

    name: str
    title: str
    when: str
    duration: Duration
    told: Sequence[str]
    steps: Sequence[Step | PersonStep]
    preconditions: Sequence[str] = ()
    pages: Sequence[str] = field(default=())
    """Pages with more, such as recovery.md."""

    @property
    def people(self) -> list[PersonStep]:
        """The steps that no program takes."""
        return [each for each in self.steps if isinstance(each, PersonStep)]
