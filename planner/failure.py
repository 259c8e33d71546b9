"""Describes a failed program: the component, the resource, the error and the remedy."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import cast

import pulumi
from pulumi.runtime.stack import Stack

from components.testing.fake_aws import UnansweredError
from components.testing.recording import DuplicateResourceError
from planner.evaluation import run_program
from planner.event_loop import ORIGIN, REGISTERED, StuckProgramError, program_file
from planner.recorder import ExistingResourceError

_LONGEST = 2_000
"""Characters of an exception's message that are shown."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception, described for the person who fixes it. `by_program` is false for a fault of the planner."""

    by_program: bool
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
        # `res` is the resource that the SDK registers or reads, in a task that has no frame of the program.
        named = [frame.f_locals.get(each) for each in ("self", "__self__", "res")]
        owner = next((each for each in named if isinstance(each, pulumi.Resource)), None)
        name = next((frame.f_locals[each] for each in ("name", "resource_name") if each in frame.f_locals), None)
        if isinstance(owner, pulumi.ComponentResource) and not isinstance(owner, Stack):
            component = f"{type(owner).__name__} {_name_of(owner, name)}".strip()
        elif isinstance(owner, pulumi.CustomResource):
            resource = f"{type(owner).__name__} {_name_of(owner, name)}".strip()
            component = _parent_of(frame) or component
        if file := program_file(str(root), frame.f_code.co_filename):
            place = f"{file}:{line}"
    frame: FrameType | None = getattr(error, REGISTERED, None)
    if resource is None and frame and isinstance(registered := frame.f_locals["res"], pulumi.CustomResource):
        resource = f"{type(registered).__name__} {_name_of(registered, None)}".strip()
        component = component or _parent_of(frame)
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{error.filename.removeprefix(f'{root}/')}:{error.lineno}"
    by_program = any(frame.f_code is run_program.__code__ for frame, _ in _frames(error))
    known = by_program or isinstance(error, MemoryError)
    remedy = _remedy(error) if known else "run again with --traceback, and report the output to the maintainers"
    return Failure(by_program, _message(error), component, resource, place or _origin(error), remedy)


def chain(error: BaseException) -> list[BaseException]:
    """`error` and its causes, each once: the SDK raises exceptions from themselves."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and all(current is not each for each in found):
        found.append(current)
        current = current.__cause__
    return found


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """The frames of `error`, outermost first, then those of what caused it."""
    for each in chain(error):
        traceback = each.__traceback__
        while traceback is not None:
            yield traceback.tb_frame, traceback.tb_lineno
            traceback = traceback.tb_next


def _origin(error: BaseException) -> str | None:
    """The line of the program that started the task which failed."""
    notes = (note for each in chain(error) for note in getattr(each, "__notes__", ()))
    return next((note.removeprefix(ORIGIN) for note in notes if note.startswith(ORIGIN)), None)


def _name_of(owner: object, local: object) -> str:
    # A resource under construction may not know its name yet; its constructor does.
    name = getattr(owner, "_name", None)
    return name if isinstance(name, str) else local if isinstance(local, str) else ""


def _parent_of(frame: FrameType) -> str | None:
    """The component that the resource which `frame` makes or registers belongs to."""
    parent = getattr(frame.f_locals.get("opts"), "parent", None)
    if isinstance(parent, pulumi.ComponentResource) and not isinstance(parent, Stack):
        return f"{type(parent).__name__} {_name_of(parent, None)}".strip()
    return None


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as second:  # noqa: BLE001 - an exception that cannot say what happened still gets a report
        text = f"(its message cannot be read: {type(second).__name__})"
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(text):,} characters)"
    text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    group = cast("BaseExceptionGroup[BaseException] | None", error if isinstance(error, BaseExceptionGroup) else None)
    return "\n    ".join([text, *map(_message, group.exceptions if group else ())])


def _remedy(error: BaseException) -> str:
    match error:
        case UnansweredError():
            return "record the answer in components/testing/fake_aws.py, or pass the value as an input"
        case DuplicateResourceError():
            return "derive the name from the component's own name"
        case ExistingResourceError():
            return "pass what is needed of it as an input of the component"
        case StuckProgramError() | asyncio.CancelledError():
            return "give every pulumi.Output and awaitable of the program a value"
        case SystemExit():
            return "let the program run to its end; raise an exception where it cannot"
        case pulumi.ConfigMissingError():
            return "set the value in the stack file"
        case SyntaxError():
            return "correct the syntax of the line"
        case MemoryError():
            return "give the process more memory: a plan of 1,300 resources takes 250 MiB; see `ulimit -v`"
        case ImportError():
            return "install the package into .venv, or correct the name"
        case TypeError():
            return "compare the arguments with the resource's reference; an input may be misspelled or of another type"
        case _:
            return "run again with --traceback to see where it came from"
