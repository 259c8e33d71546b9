"""Ends a process that is interrupted with one line, wherever the signal arrives.

What ends a CI job (SIGTERM) ends it as Ctrl-C (SIGINT) does.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

INTERRUPTED = 130
"""The exit code: 128 and the number of SIGINT, as shells give it."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_at_once(said: str = "interrupted") -> None:
    """From now on, a signal ends the process without cleaning up: for its imports, which have nothing to clean up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        os.write(2, f"{said}\n".encode())
        os._exit(INTERRUPTED)

    _handle(end)


def run(main: Callable[[], int]) -> int:
    """Run `main` with signals that raise KeyboardInterrupt, so that it cleans up, and return its exit code."""
    try:
        _handle(signal.default_int_handler)
        code = main()
    except BaseException as error:
        if not is_interruption(error):
            raise
        code = INTERRUPTED
        os.write(2, b"interrupted\n")
    # What is done is not interrupted any more.
    _handle(signal.SIG_IGN)
    return code


def is_interruption(error: BaseException) -> bool:
    """Whether a KeyboardInterrupt led to `error`: the SDK and a program's `finally` may raise another from it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, KeyboardInterrupt):
            return True
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
    return False


def say_interrupted(said: str = "interrupted") -> int:
    """Print that the process was interrupted, and return the exit code."""
    print(said, file=sys.stderr)
    return INTERRUPTED


def _handle(handler: "Callable[[int, FrameType | None], object] | signal.Handlers") -> None:
    for each in _SIGNALS:
        # `nohup` and a shell's `&` ignore the signal on purpose.
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, handler)
