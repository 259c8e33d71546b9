"""What is said of a program that failed: which component and resource, what happened, and what to do."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pulumi
from pulumi.runtime.stack import Stack

from planner.answers import UnansweredError
from planner.recorder import DuplicateResourceError, ExistingResourceError


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception of the program, as its author needs it."""

    message: str
    component: str | None
    resource: str | None
    place: str | None
    remedy: str


def describe(error: BaseException, root: Path) -> Failure:
    """Name what failed: the innermost component and resource under construction, and the line of `root` that did it."""
    component: str | None = None
    resource: str | None = None
    place: str | None = None
    for frame, line in _frames(error):
        owner = frame.tb_frame.f_locals.get("self") or frame.tb_frame.f_locals.get("__self__")
        name = frame.tb_frame.f_locals.get("name") or frame.tb_frame.f_locals.get("resource_name")
        if isinstance(owner, pulumi.ComponentResource) and not isinstance(owner, Stack):
            component = f"{type(owner).__name__} {_name_of(owner, name)}".strip()
        elif isinstance(owner, pulumi.CustomResource):
            resource = f"{type(owner).__name__} {_name_of(owner, name)}".strip()
        path = Path(frame.tb_frame.f_code.co_filename)
        if path.is_relative_to(root) and ".venv" not in path.parts and "planner" not in path.relative_to(root).parts:
            place = f"{path.relative_to(root)}:{line}"
    return Failure(f"{type(error).__name__}: {error}", component, resource, place, _remedy(error))


def _frames(error: BaseException) -> list[tuple[TracebackType, int]]:
    """The frames of what caused `error`, outermost first, then its own."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__
    frames: list[tuple[TracebackType, int]] = []
    for each in chain:
        traceback = each.__traceback__
        while traceback is not None:
            frames.append((traceback, traceback.tb_lineno))
            traceback = traceback.tb_next
    return frames


def _name_of(owner: object, local: object) -> str:
    # A resource under construction may not know its name yet; its constructor does.
    name = getattr(owner, "_name", None)
    return name if isinstance(name, str) else local if isinstance(local, str) else ""


def _remedy(error: BaseException) -> str:
    match error:
        case UnansweredError():
            return "record the answer in planner/answers.py, or pass the value as an input"
        case DuplicateResourceError():
            return "derive the name from the component's own name"
        case ExistingResourceError():
            return "pass what is needed of it as an input of the component"
        case TypeError():
            return "compare the arguments with the resource's reference; an input may be misspelled or of another type"
        case _:
            return "run again with --traceback to see where it came from"
