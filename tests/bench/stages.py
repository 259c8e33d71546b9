"""Plans a stack as `python -m planner` does, and prints the CPU seconds of each stage as JSON.

`python -m tests.bench.stages STACK --quiet …` takes what `python -m planner` takes.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from time import process_time
from typing import Any

# Importing it tunes the process as a plan's own is.
from planner.__main__ import main
from tests.bench.report import COST, IMPORTS, POLICIES, PROGRAM, TOTAL


def run(arguments: list[str]) -> dict[str, float]:
    """The CPU seconds of each stage of one plan, in a process that has made no other."""
    import_module("stacks.platform")  # the program's own imports count as imports
    build = import_module("planner.build")
    seconds = {IMPORTS: process_time()}
    for stage, function in ((PROGRAM, "evaluate_program"), (COST, "estimate"), (POLICIES, "evaluate")):
        setattr(build, function, _timed(getattr(build, function), stage, seconds))
    main(arguments)
    return {**seconds, TOTAL: process_time()}


def _timed(function: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = process_time()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[stage] = process_time() - start

    return timed


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1:])))
