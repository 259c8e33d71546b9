"""`python -m planner.check FILE`: the cost of any Pulumi program, and how the rules judge it."""

import gc
import io
import sys

from planner import lazy_sdk
from planner.interruption import end_at_once, run

if __name__ == "__main__":
    end_at_once()
    # What is read lives until the end.
    gc.disable()
    lazy_sdk.install()
    from planner.any_program.command import main

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType]
    sys.exit(run(lambda: main("check")))
