"""`python -m planner STACK`, tuned for a process that plans once and ends."""

import gc
import io
import signal
import sys

from planner.tuning import tune_process

tune_process()

from planner.command import main  # noqa: E402

if __name__ == "__main__":
    # What ends a CI job ends a plan as Ctrl-C does, and leaves no half-written file.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A terminal or pipe may have an encoding without some characters of a plan; these are shown as escapes.
    # Python does so for stderr by itself.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType]
    code = main()
    gc.freeze()
    sys.exit(code)
