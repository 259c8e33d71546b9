"""Steps of a restore, each done once however often the command runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..settings import fault
from .journal import Journal


class RestoreError(RuntimeError):
    """A step failed. A second run goes on with it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a restore. `act` changes nothing that exists before, and may be called again after a failure.

    A step without `act` is for a person, who does what `what` says and confirms it.
    """

    name: str
    what: str
    act: Callable[[], Mapping[str, Any]] | None = None


def show(steps: Sequence[Step], journal: Journal) -> list[str]:
    """What a run would do, in order."""
    return [f"{'done' if journal.is_done(each.name) else 'to do'}  {each.name}: {each.what}" for each in steps]


def confirmable(steps: Sequence[Step], journal: Journal, confirmed: Sequence[str]) -> list[str]:
    """What is wrong with the steps that a person confirms: only the one that waits, or one that is done, can be."""
    waiting = next((step for step in steps if not journal.is_done(step.name)), None)
    possible = {step.name for step in steps if step.act is None and (journal.is_done(step.name) or step is waiting)}
    if waiting and waiting.act is None:
        remedy = f"the run waits for {waiting.name}"
    else:
        remedy = "the run waits for nothing yet; run it without --confirm, and do what it says"
    return [fault("confirm", name, remedy) for name in confirmed if name not in possible]


def perform(steps: Sequence[Step], journal: Journal, confirmed: Sequence[str] = ()) -> Step | None:
    """Do what is not yet done. Returns the step that waits for a person; None when all is done.

    Raises:
        RestoreError: a step failed; the earlier ones stay done.
    """
    for step in steps:
        if journal.is_done(step.name):
            journal.log("skipped", step.name)
            continue
        if step.act is None:
            if step.name not in confirmed:
                journal.log("waiting", step.name, what=step.what)
                return step
            journal.note(step.name, done=True)
            journal.log("confirmed", step.name)
            continue
        journal.log("started", step.name)
        try:
            found = step.act()
        except Exception as error:
            journal.log("failed", step.name, error=f"{type(error).__name__}: {error}")
            raise RestoreError(f"{step.name}: {error}") from error
        journal.note(step.name, done=True, **found)
        journal.log("done", step.name, **found)
    return None
