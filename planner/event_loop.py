"""The event loop that a program is evaluated on: nothing blocks it, and it knows which line started a task."""

import asyncio
import selectors
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Executor
from contextvars import Context, ContextVar, copy_context
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, TypeVarTuple, cast

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

ORIGIN = "started at "
"""Begins the note that an exception carries when a line of the program started the task that raised it."""

REGISTERED = "registered_in"
"""The attribute of an exception that holds the frame which registered the resource that it failed."""

_RUN_CODE = asyncio.Handle._run.__code__  # pyright: ignore[reportPrivateUsage] - the loop's own frames begin here

_started_at: ContextVar[str | None] = ContextVar("started_at", default=None)


def started_at() -> str | None:
    """The file and line of the program that started the running task, as in `components/network/network.py:41`."""
    return _started_at.get()


class EvaluationLoop(asyncio.SelectorEventLoop):
    """Runs the tasks of the program in the folder `root`."""

    def __init__(self, root: Path) -> None:
        super().__init__(_Selector())
        self._root = str(root)

    def create_task(
        self,
        coro: Generator[Any, None, Result] | Coroutine[Any, Any, Result],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> asyncio.Task[Result]:
        """Start a task that remembers the program's line, or that of the task which starts it."""
        context = context or copy_context()
        frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage] - a traceback costs far more
        while frame is not None and frame.f_code is not _RUN_CODE:
            if file := program_file(self._root, frame.f_code.co_filename):
                context.run(_started_at.set, f"{file}:{frame.f_lineno}")
                break
            frame = frame.f_back
        return super().create_task(_with_origin(self._root, cast(Awaitable[Result], coro)), name=name, context=context)

    def run_in_executor(
        self,
        executor: Executor | None,  # noqa: ARG002 - asyncio's signature
        func: Callable[[*Arguments], Result],
        *args: *Arguments,
    ) -> asyncio.Future[Result]:
        """Run `func` at once, on the calling thread: a hop to another would cost more than the recorder."""
        future: asyncio.Future[Result] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed on, as an executor must
            future.set_exception(error)
        return future


class StuckProgramError(RuntimeError):
    """The program awaits a value that nothing will provide."""

    def __init__(self) -> None:
        super().__init__("the program waits for a value that nothing will provide")


class _Selector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self._threads_before = threading.active_count()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # No timer, no file but the loop's own, no thread of the program: nothing could wake the loop any more.
        if timeout is None and len(self.get_map()) == 1 and threading.active_count() <= self._threads_before:
            raise StuckProgramError
        return super().select(timeout)


async def _with_origin(root: str, coro: Awaitable[Result]) -> Result:
    """Await `coro`, and add to what it raises the line of the program that is to blame.

    Added here because the SDK drops the traceback when it hands an exception from one future to the next.
    """
    try:
        return await coro
    except BaseException as error:
        place = started_at()
        traceback = error.__traceback__
        while traceback is not None:
            # The SDK's function. Later tasks raise the same exception with a traceback of their own.
            if traceback.tb_frame.f_code.co_name == "do_register":
                vars(error).setdefault(REGISTERED, traceback.tb_frame)
            if file := program_file(root, traceback.tb_frame.f_code.co_filename):
                place = f"{file}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        if place and not hasattr(error, "__notes__"):
            error.add_note(ORIGIN + place)
        raise


@cache
def program_file(root: str, file: str) -> str | None:
    """`file` relative to `root`, where it is the program's there and not a library's or the planner's."""
    prefix = f"{root}/"
    outside = not file.startswith(prefix) or file.startswith(f"{prefix}planner/") or "/site-packages/" in file
    return None if outside else file.removeprefix(prefix)
