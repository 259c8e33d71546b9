"""`python -m reports STACK`, tuned for a process that plans once, as `python -m planner` is."""

import gc
import os
import sys

gc.disable()
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

from planner import dependency_cycles, lazy_sdk  # noqa: E402

if os.environ.get("MLPLATFORM_LAZY_SDK") != "0":
    lazy_sdk.install()
    dependency_cycles.install()

from reports.html.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
