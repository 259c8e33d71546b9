"""A scenario: preconditions, steps with checks, how long it takes, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ENGINEER = "platform engineer"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step takes, in minutes of work and of programs."""

    least: int
    most: int
    source: str
    """What says so: a document of AWS, the limit of a program, a command's own timeout, or that it is assumed."""
    wait: str = ""
    """What it also waits for that no minutes are known of, as a condition; not in the sum of a scenario."""

    @property
    def minutes(self) -> str:
        """Such as 20 to 40."""
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"

    @property
    def sentence(self) -> str:
        """The minutes with their source, and what else is waited for."""
        unit = "minute" if self.least == self.most == 1 else "minutes"
        wait = f"; then until {self.wait}" if self.wait else ""
        return f"{self.minutes} {unit} ({self.source}){wait}"


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
    takes: Duration = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class PersonStep:
    """What no program can do: who does it, how, and how one sees that it is done."""

    what: str
    who: str
    how: str
    check: str
    checked_by: Sequence[str] = ()
    takes: Duration = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and what is done about it."""

    name: str
    title: str
    when: str
    told: Sequence[str]
    steps: Sequence[Step | PersonStep]
    preconditions: Sequence[str] = ()
    pages: Sequence[str] = field(default=())
    """Pages with more, such as recovery.md."""

    @property
    def duration(self) -> Duration:
        """The sum of the steps, with every step after the other."""
        waits = "; ".join(dict.fromkeys(each.takes.wait for each in self.steps if each.takes.wait))
        least, most = (sum(getattr(each.takes, name) for each in self.steps) for name in ("least", "most"))
        return Duration(least, most, "the sum of the steps", waits)

    @property
    def people(self) -> list[PersonStep]:
        """The steps that no program takes."""
        return [each for each in self.steps if isinstance(each, PersonStep)]
