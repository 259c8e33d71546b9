"""`python -m stacks init`, `list` and `explain`."""

import gc
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from planner import dependency_cycles, lazy_sdk

COMMANDS = {
    "init": "Write the file of a new stack",
    "list": "List the stacks",
    "explain": "Explain a rule, a field of the config or a resource",
}
_MODULES = {"init": "commands.init", "list": "commands.list_stacks", "explain": "commands.explain"}
WRONG = 2


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begin with."""
    name, *rest = arguments
    if name in ("-h", "--help"):
        print("usage: python -m stacks [COMMAND]\n\nWithout a command, write docs/stack.schema.json.\n\ncommands:")
        print("\n".join(f"  {each:<10}{what}" for each, what in COMMANDS.items()))
        return 0
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        print(f"stacks: no command {name!r}; known: {', '.join(COMMANDS)}{hint}", file=sys.stderr)
        return WRONG
    return import_module(_MODULES[name]).main(rest)


def tune_process() -> None:
    """Prepare a process that plans and ends, as `python -m planner` does."""
    gc.disable()
    lazy_sdk.install()
    dependency_cycles.install()
