"""What makes a process that plans once and ends faster. It must run before the program's modules are imported."""

import gc
import os

from planner import dependency_cycles, lazy_sdk, lean_registration


def tune_process() -> None:
    """Turn off what only a long process needs, and load only the classes of the SDK that a program uses."""
    # A plan is made of some hundred thousand objects that live until the end: looking for garbage among them, at
    # import, at registration and at exit, would take longer than making them.
    gc.disable()
    # pydantic would read what every installed package offers, in search of plugins for itself.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # MLPLATFORM_LAZY_SDK=0 leaves the SDK as it is; see docs/decisions/0003-class-by-class-imports-of-the-sdk.md.
    if os.environ.get("MLPLATFORM_LAZY_SDK") != "0":
        lazy_sdk.install()
        dependency_cycles.install()
        lean_registration.install()
