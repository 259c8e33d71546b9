"""How a command that does steps ends: its exit code, and what it prints for a person."""

import sys
from collections.abc import Callable

from ..settings import SettingsError
from .steps import RestoreError, Step


def exit_code(name: str, command: Callable[[], int]) -> int:
    """The exit code of `command`: its own, 1 when a step failed, 2 when a file, an argument or a package is wrong."""
    try:
        return command()
    except SettingsError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"{name}: {error.name} is missing; `make .venv/.dev` installs it", file=sys.stderr)
        return 2
    except RestoreError as error:
        print(f"{name}: {error}\nrun the same command again: it goes on with this step", file=sys.stderr)
        return 1


def ended(waiting: Step | None) -> int:
    """Say that all steps are done, 0, or which one waits for a person, 3."""
    if waiting:
        print(f"waits for you: {waiting.what}\nthen run the command again with --confirm {waiting.name}")
        return 3
    print("all steps are done")
    return 0
