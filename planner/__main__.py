"""`python -m planner STACK`, tuned for a process that plans once and ends."""

import gc
import io
import sys

from planner.interruption import end_at_once, run
from planner.tuning import tune_process

end_at_once()
tune_process()

from planner.command import main  # noqa: E402

if __name__ == "__main__":
    # A terminal or pipe may have an encoding without some characters of a plan; these are shown as escapes.
    # Python does so for stderr by itself.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType]
    code = run(main)
    gc.freeze()
    sys.exit(code)
