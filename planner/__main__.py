"""`python -m planner STACK`, tuned for a process that plans once and ends."""

import gc
import io
import os
import sys

# A plan is made of some hundred thousand objects that live until the end: looking for garbage among them, at import, at
# registration and at exit, would take longer than making them.
gc.disable()
# pydantic would read what every installed package offers, in search of plugins for itself.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

from planner import dependency_cycles, lazy_sdk  # noqa: E402

# MLPLATFORM_LAZY_SDK=0 leaves the SDK as it is; see docs/decisions/0003-class-by-class-imports-of-the-sdk.md.
if os.environ.get("MLPLATFORM_LAZY_SDK") != "0":
    lazy_sdk.install()
    dependency_cycles.install()

from planner.command import main  # noqa: E402

if __name__ == "__main__":
    # A terminal or pipe may have an encoding without some characters of a plan; these are shown as escapes.
    # Python does so for stderr by itself.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType]
    code = main()
    gc.freeze()
    sys.exit(code)
