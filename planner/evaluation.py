"""Runs a stack's own program in this process, under a recording monitor instead of the engine."""

import asyncio
import contextvars
import logging
import os
import runpy
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime import Settings, configure
from pulumi.runtime.stack import run_in_stack

from planner.event_loop import EvaluationLoop
from planner.recorder import Answers, RecordingMonitor
from planner.stackfile import StackFile
from resources.index import STACK_TYPE
from resources.resource import Resource


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a program registered, ordered by URN, and what its stack exports."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]


Evaluate = Callable[[Path, StackFile, Answers, Callable[[Resource], None] | None], Evaluation]
"""A function such as `evaluate_program`."""


def evaluate_program(
    program: Path, stack: StackFile, answers: Answers, on_resource: Callable[[Resource], None] | None = None
) -> Evaluation:
    """Run `program` as `pulumi preview` would and return what it registered.

    `on_resource` hears of each resource as it is registered. Whatever the program raises goes through unchanged.
    """
    recorder = RecordingMonitor(stack.project, stack.name, answers, on_resource)
    loop = EvaluationLoop(program.parent)
    try:
        run_program(program, stack, recorder, loop)
    finally:
        loop.close()
    return recorded(recorder)


def recorded(recorder: RecordingMonitor) -> Evaluation:
    """What `recorder` has heard of a program that has ended."""
    ordered = sorted(recorder.resources.values(), key=lambda resource: resource.urn)
    stacks = [resource.urn for resource in ordered if resource.type == STACK_TYPE]
    outputs = recorder.outputs.get(stacks[0], {}) if stacks else {}
    return Evaluation(tuple(ordered), outputs)


def run_program(
    program: Path,
    stack: StackFile,
    recorder: RecordingMonitor,
    loop: asyncio.AbstractEventLoop,
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Run `program` on `loop`, after `begin` in the program's context. `recorder` hears of what it registers."""

    def run() -> None:
        begin()
        _run(program, stack, recorder, loop)

    with _config_of(stack), short_stacks():
        contextvars.copy_context().run(run)


def _run(program: Path, stack: StackFile, recorder: RecordingMonitor, loop: asyncio.AbstractEventLoop) -> None:
    configure(
        Settings(
            project=stack.project,
            stack=stack.name,
            monitor=recorder,
            engine=_Log(),
            dry_run=True,
            organization="organization",
            root_directory=str(program.parent),
        )
    )
    # What a failed program leaves unfinished is no news: the error that ended it is raised.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(program)))
    finally:
        asyncio.set_event_loop(None)


def _execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


@contextmanager
def short_stacks() -> Generator[None]:
    """Let a stack of calls that is read have one frame.

    The SDK notes where in the program each resource is made, from the whole stack. Nothing here reads these notes.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        # The attribute's absence and None both mean no limit.
        sys.tracebacklimit = before


@contextmanager
def _config_of(stack: StackFile) -> Generator[None]:
    """The environment in which the engine starts a program, for as long as it runs."""
    ours = {"PULUMI_CONFIG": stack.config_json, "PULUMI_CONFIG_SECRET_KEYS": stack.secret_keys_json}
    before = {key: os.environ.get(key) for key in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


class _Log:
    """The engine's log. The SDK repeats every error here that it also raises: only the raised one is shown."""

    def Log(self, request: Any) -> None:  # noqa: N802 - gRPC's name and shape
        """Drop the message."""
