"""A stack's plan for the commands of reports, and how they say what is wrong."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from components.core.spec import SpecError
from operations.flags import FlagParser
from planner.build import plan_of
from planner.failure import describe
from planner.interruption import is_interruption
from planner.plan import Plan
from planner.plan_file import PlanFileError
from planner.printable import printable
from planner.stackfile import StackFile, StackFileError, read_stack_file
from policies.engine.evaluate import PolicyError

FINE, NOTHING, WRONG, FAILED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Planned:
    """A stack's file and the plan that follows from it."""

    root: Path
    stack_file: StackFile
    plan: Plan


def stack_parser(program: str, description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that name a stack."""
    parser = FlagParser(program, description=description)
    parser.add_argument("stack", help="the stack, as in Pulumi.<stack>.yaml")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    parser.add_argument("--today", type=date.fromisoformat, default=None, help="judge as of this day (YYYY-MM-DD)")
    return parser


def planned(options: argparse.Namespace) -> Planned:
    """The plan of the stack that the arguments of `stack_parser` name.

    Raises:
        StackFileError: when the stack has no file, or the file is wrong.
        SpecError: when its config is wrong.
    """
    root: Path = options.root.resolve()
    sys.path.insert(0, str(root))
    stack_file = read_stack_file(root, options.stack)
    return Planned(root, stack_file, plan_of(root, stack_file, today=options.today or date.today()))


def answered(run: Callable[[], int], root: Path) -> int:
    """The exit code of a command that plans the project in `root`.

    What is wrong with the config, an argument or a file is printed, and the code is 2. A failure of the program is
    printed with its place and the remedy, and the code is 3.
    """
    try:
        return run()
    except (SpecError, StackFileError, PolicyError, PlanFileError) as error:
        print(f"wrong config: {printable(str(error))}", file=sys.stderr)
        return WRONG
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from None
        failure = describe(error, root)
        if not failure.by_program:
            raise
        print(f"the program failed: {printable(failure.message)}", file=sys.stderr)
        print(f"  where: {failure.place}\n  remedy: {failure.remedy}", file=sys.stderr)
        return FAILED
